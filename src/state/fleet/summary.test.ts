import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm } from '../../../test/state/objects.ts';
import { endpointName } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import { gib } from '../../units.ts';
import { createStore } from './store.ts';
import { membersOf, summaryOf } from './summary.ts';

const HOST = endpointName('host1');

function summaryWith(...vms: readonly Vm[]) {
  const store = createStore(createTestClock());
  store.push(HOST, { kind: 'inventory', at: 0, inventory: { pools: [], nodes: [aNode('n1')], vms } });
  store.flush();
  const { vmStorage, vmSharedStorage, vmLocalStorage, vmDiskCount, vmNicCount } = summaryOf(
    membersOf(undefined, store.fleet),
    undefined,
    store.fleet,
  );
  return [vmStorage, vmSharedStorage, vmLocalStorage, vmDiskCount, vmNicCount];
}

it('F-113 F-198 F-480 sums disks, cards, and storage, shared and local, of VMs, and none of it where one is unknown', () => {
  const web1 = { ...aVm('web1'), storage: gib(30), sharedStorage: gib(10), diskCount: 2, nicCount: 1 };
  const web2 = { ...aVm('web2'), storage: gib(5), sharedStorage: gib(0), diskCount: 1, nicCount: 0 };
  expect(summaryWith(web1, web2)).toEqual([gib(35), gib(10), gib(25), 3, 1]);
  const { sharedStorage: _, nicCount: __, ...less } = web2;
  expect(summaryWith(web1, less)).toEqual([gib(35), undefined, undefined, 3, undefined]);
  expect(summaryWith()).toEqual([undefined, undefined, undefined, undefined, undefined]);
});
