import { expect, it } from 'vitest';
import { stateNow } from '../../src/actions/outcome.ts';
import { snapshotId } from '../../src/ids.ts';
import type { Snapshot } from '../../src/platforms/contract.ts';
import { aNode, aVm } from '../state/objects.ts';

it('what an object is now is its state; one without a state is there, and one that is not there is gone', () => {
  const vm = aVm('web1', { state: 'paused' });
  const snapshot: Snapshot = {
    id: snapshotId(vm.id, 'monday'),
    name: 'monday',
    parent: undefined,
    created: undefined,
    current: true,
    memory: undefined,
    external: undefined,
    description: undefined,
  };
  expect([vm, aNode('n1'), snapshot, undefined].map(stateNow)).toEqual(['paused', 'up', 'there', 'gone']);
});
