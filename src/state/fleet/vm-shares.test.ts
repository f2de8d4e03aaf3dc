import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, cpuBlock, inventory } from '../../../test/state/objects.ts';
import { endpointName, nodeId } from '../../ids.ts';
import { gib, UNKNOWN_SIZE } from '../../units.ts';
import { nodeRow } from './object-rows.ts';
import { createStore } from './store.ts';
import { vmSharesOf } from './vm-shares.ts';

it('F-019 F-113 F-114 says what share of nodes the VMs on them take', () => {
  const host1 = endpointName('host1');
  const [n1, n2, unknown] = [nodeId(host1, 'n1'), nodeId(host1, 'n2'), nodeId(host1, 'n3')];
  const web = aVm('web', { cpus: 4, memory: gib(32) });
  const vms = [
    web,
    aVm('db', { node: 'n2', state: 'paused', cpus: 12, memory: gib(96) }),
    aVm('off', { state: 'stopped', memory: gib(64) }),
  ];
  const store = createStore(createTestClock());
  const sizeless = { ...aNode('n3'), cpus: Number.NaN, memory: UNKNOWN_SIZE };
  store.push(host1, inventory([aNode('n1'), aNode('n2'), sizeless], [...vms, aVm('odd', { node: 'n3' })]));
  store.push(host1, { kind: 'samples', block: cpuBlock([web], 0.5) });
  store.flush();
  const { fleet } = store;
  expect(vmSharesOf([n1], fleet)).toEqual({ cpu: 0.25, memory: 0.5, given: gib(32), vcpus: 4 });
  expect(vmSharesOf([n2], fleet)).toEqual({ cpu: Number.NaN, memory: 1.5, given: gib(96), vcpus: 12 });
  expect(vmSharesOf([n1, n2, unknown], fleet)).toEqual({ cpu: 0.125, memory: 1, given: gib(128), vcpus: 16 });
  expect([...fleet.nodes.values()].map((node) => nodeRow(node, fleet).vcpus)).toEqual([4, 12, expect.any(Number)]);
  const { NaN: none } = Number;
  expect(vmSharesOf([unknown], fleet)).toEqual({ cpu: none, memory: none, given: none, vcpus: none });
});
