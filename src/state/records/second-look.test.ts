import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName, vmId } from '../../ids.ts';
import type { VmState } from '../../platforms/contract.ts';
import { createStore } from '../fleet/store.ts';
import type { Task } from '../tasks.ts';
import { createSecondLook } from './second-look.ts';

const host1 = endpointName('host1');
const task = (action: string, state: 'done' | 'failed' = 'done'): Task => ({
  id: 1,
  action,
  title: 'Start web1',
  state,
  startedAt: 0,
  endedAt: 1,
  items: [{ id: aVm('web1').id, name: 'web1', state, text: 'web1 is running' }],
});

function open(start = task('vm.start')) {
  const clock = createTestClock();
  const store = createStore(clock);
  const show = (...states: readonly VmState[]) => {
    store.push(
      host1,
      inventory(
        [aNode('n1')],
        states.map((state) => ({ ...aVm('web1'), state })),
      ),
    );
    store.flush();
  };
  store.setEndpoint({ name: host1, platform: 'fake', address: 'root@host1', phase: 'up', since: 0 });
  show('running');
  const reported: string[] = [];
  const kinds = new Set<string>();
  const second = createSecondLook(store, clock, ({ kind, text }) => {
    kinds.add(kind);
    reported.push(text);
  });
  second.ended(start);
  return { clock, store, show, second, reported, kinds };
}

it('F-045 tells of a VM that dies right after its start, with what its host said', async () => {
  const { clock, store, show, reported } = open();
  show('stopped');
  store.push(host1, { kind: 'events', events: [{ at: 1, subject: aVm('web1').id, text: 'Stopped (failed)' }] });
  store.flush();
  await clock.pass(5_000);
  expect(reported).toEqual(['web1 was started, and went down within 5 s: Stopped (failed)']);
});

it('F-045 tells of one that is gone, and not of one that runs on or that a user has stopped', async () => {
  const gone = open();
  gone.show();
  await gone.clock.pass(5_000);
  expect(gone.reported).toEqual(['web1 was started, and went down within 5 s']);
  const running = open();
  await running.clock.pass(60_000);
  const stopped = open();
  stopped.second.began(task('vm.stop'));
  stopped.show('stopped');
  await stopped.clock.pass(60_000);
  // its own task says that it was not started
  const refused = open(task('vm.start', 'failed'));
  refused.show('stopped');
  await refused.clock.pass(60_000);
  expect([running.reported, stopped.reported, refused.reported]).toEqual([[], [], []]);
});

it('looks once, also after a second start, and whatever else a user does to the VM', async () => {
  const { clock, show, second, reported, kinds } = open();
  second.began(task('snapshot.create'));
  second.began(task('vm.start'));
  second.ended(task('vm.start'));
  show('stopped');
  await clock.pass(60_000);
  expect(reported).toEqual(['web1 was started, and went down within 5 s']);
  // Two of them are two failures, unlike states that two drovers see.
  expect([...kinds]).toEqual(['task-failed']);
});

it('follows a VM that has another id since it moved', async () => {
  const { clock, store, reported } = open();
  const moved = { ...aVm('web1'), id: vmId(host1, 'moved') };
  store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-moved', from: aVm('web1').id, to: moved.id }] });
  store.flush();
  store.push(host1, inventory([aNode('n1')], [moved]));
  store.flush();
  await clock.pass(60_000);
  expect(reported).toEqual([]);
});
