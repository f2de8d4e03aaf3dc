import { describe, expect, it } from 'vitest';
import type { Args } from '../../src/actions/action.ts';
import { vmActions } from '../../src/actions/vm.ts';
import { type Connection, VM_STATES } from '../../src/platforms/contract.ts';
import { aVm } from '../state/objects.ts';

const action = (id: string) => {
  const found = vmActions.find((one) => one.id === id);
  if (!found) throw new Error(`there is no action ${id}`);
  return found;
};

it.each([
  ['vm.start', 'stopped crashed suspended paused error unknown'],
  ['vm.stop', 'running paused crashed unknown error starting stopping'],
  ['vm.kill', 'running paused crashed unknown error starting stopping'],
  ['vm.restart', 'running'],
  ['vm.pause', 'running'],
  ['vm.resume', 'paused suspended'],
  ['vm.suspend', 'running paused'],
  ['vm.delete', 'stopped crashed suspended error'],
])('%s is offered for a VM that is %s, and for no other', (id, states) => {
  const offered = VM_STATES.filter((state) => action(id).fits(aVm('web1', { state })) === true);
  expect(offered.toSorted()).toEqual(states.split(' ').toSorted());
});

describe('what a deletion hands to its platform', () => {
  it.each<[string, Args, object]>([
    ['nothing', {}, { keepDisks: false, snapshots: false, deleteUnknown: [] }],
    ['its snapshots', { snapshots: true }, { keepDisks: false, snapshots: true, deleteUnknown: [] }],
    ['its disks kept', { 'keep-disks': true }, { keepDisks: true, snapshots: false, deleteUnknown: [] }],
    [
      'a path of which nothing is known',
      { 'delete-unknown': ['/srv/a'] },
      { keepDisks: false, snapshots: false, deleteUnknown: ['/srv/a'] },
    ],
  ])('is what was asked, and nothing else: %s', async (_what, args, options) => {
    const sent: unknown[] = [];
    const connection = {
      vm: {
        delete: async (...given: readonly unknown[]) => {
          sent.push(given.slice(0, 2));
          return { warnings: [] };
        },
      },
    } as unknown as Connection;
    const vm = aVm('web1', { state: 'stopped' });
    await action('vm.delete').send(connection, vm, args, new AbortController().signal);
    expect(sent).toEqual([[vm.id, options]]);
  });
});
