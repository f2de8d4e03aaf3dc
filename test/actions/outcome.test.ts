import { describe, expect, it } from 'vitest';
import { fallOf, stateNow } from '../../src/actions/outcome.ts';
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

describe('a VM that fails while its outcome is awaited', () => {
  const failed = (since: number) => aVm('web1', { state: 'error', trouble: { message: 'its disk is gone', since } });

  it.each([
    ['ran before', aVm('web1', { state: 'running' }), failed(5), 'its disk is gone'],
    ['had failed before, and fails again', failed(1), failed(5), 'its disk is gone'],
    ['had crashed before', aVm('web1', { state: 'crashed' }), failed(5), 'its disk is gone'],
    ['says no reason', aVm('web1'), aVm('web1', { state: 'crashed', rawState: 'crashed' }), 'it is crashed'],
  ])('is the failure, when it %s', (_before, before, now, why) => {
    expect(fallOf(now, before)).toBe(why);
  });

  it.each([
    ['still shows the failure that was there before', failed(1), failed(1)],
    ['runs', failed(1), aVm('web1', { state: 'running' })],
    ['is gone', failed(1), undefined],
  ])('is none, when it %s', (_now, before, now) => {
    expect(fallOf(now, before)).toBeUndefined();
  });
});
