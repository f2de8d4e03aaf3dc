import { expect, it } from 'vitest';
import { endpointName, vmId } from '../../ids.ts';
import type { Feed, Vm } from '../../platforms/contract.ts';
import { createFeedLimit } from './limited-feed.ts';

const vm = (name: string, tags: readonly string[]): Vm => ({ id: vmId(endpointName('one'), name), name, tags }) as Vm;
const shows = ({ tags }: Vm) => tags.includes('web');

it('F-336 has only VMs that are shown, and takes away one that is no longer', () => {
  const { limited, hidden } = createFeedLimit(shows);
  const inventory = { pools: [], nodes: [], vms: [vm('a', ['web']), vm('b', [])] };
  const first = limited({ kind: 'inventory', at: 0, inventory });
  expect(first).toMatchObject({ inventory: { vms: [{ name: 'a' }] } });
  expect([...hidden.keys()]).toEqual(['one/b']);
  const changes: Feed = {
    kind: 'changes',
    at: 1,
    changes: [
      { kind: 'vm-upsert', vm: vm('a', ['old']) },
      { kind: 'vm-upsert', vm: vm('b', ['web']) },
      { kind: 'vm-remove', id: vmId(endpointName('one'), 'c') },
    ],
  };
  expect(limited(changes)).toMatchObject({
    changes: [
      { kind: 'vm-remove', id: 'one/a' },
      { kind: 'vm-upsert', vm: { name: 'b' } },
      { kind: 'vm-remove', id: 'one/c' },
    ],
  });
  expect([...hidden.keys()]).toEqual(['one/a']);
  limited({ kind: 'changes', at: 2, changes: [{ kind: 'vm-remove', id: vmId(endpointName('one'), 'a') }] });
  expect(hidden.size).toBe(0);
  const samples: Feed = { kind: 'alive', at: 2 };
  expect(limited(samples)).toBe(samples);
});
