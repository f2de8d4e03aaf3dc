import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import { createStore } from '../fleet/store.ts';
import type { Notice } from './notices.ts';
import { watchVms } from './vm-availability.ts';

const host1 = endpointName('host1');

function open(vms: readonly Vm[], known: readonly Notice[] = []) {
  const clock = createTestClock();
  const store = createStore(clock);
  const phase = (now: 'up' | 'down', since = 0) =>
    store.setEndpoint({ name: host1, platform: 'fake', address: 'root@host1', phase: now, since });
  const show = async (now: readonly Vm[]) => {
    store.push(host1, inventory([aNode('n1')], now));
    store.flush();
    await clock.pass(2_000);
  };
  phase('up');
  store.push(host1, inventory([aNode('n1')], vms));
  store.flush();
  const reported: string[] = [];
  const stop = watchVms(store, clock, known, ({ kind, text }) => void reported.push(`${kind}: ${text}`));
  const failures = () => reported.filter((text) => !/^vm-st(art|opp)ed/.test(text));
  return { clock, phase, show, reported, failures, stop };
}
const vm = (name: string, state: Vm['state'] = 'running', message?: string): Vm => ({
  ...aVm(name),
  state,
  ...(message !== undefined && { trouble: { message, since: 0 } }),
});

it('F-224 tells of a VM that has failed for ten seconds, with the reason, and that it runs again', async () => {
  const { clock, show, failures, stop } = open([vm('web1'), vm('db1')]);
  await show([vm('web1', 'crashed', 'the guest has panicked'), vm('db1', 'crashed')]);
  await show([vm('web1', 'crashed', 'the guest has panicked'), vm('db1')]);
  expect(failures()).toEqual([]);
  await clock.pass(10_000);
  await clock.pass(60_000);
  expect(failures()).toEqual([expect.stringMatching(/^vm-failed: web1.* has failed: the guest has panicked$/)]);
  await show([vm('web1'), vm('db1')]);
  expect(failures().slice(1)).toEqual([expect.stringMatching(/^vm-back: web1.* is running again$/)]);
  stop();
  await show([vm('web1', 'stopped'), vm('db1')]);
  expect(failures()).toHaveLength(2);
});

it('F-224 tells of many VMs that fail together in one sentence', async () => {
  const names = Array.from({ length: 100 }, (_, at) => `web${at}`);
  const { clock, show, reported } = open(names.map((name) => vm(name)));
  await show(names.map((name) => vm(name, 'error', 'its host has died')));
  await clock.pass(10_000);
  expect(reported).toEqual([
    'vm-failed: 100 VMs have failed: web0, web1, web2, web3, web4 and 95 more; the first: its host has died',
  ]);
  await show(names.map((name) => vm(name)));
  expect(reported.slice(1)).toEqual(['vm-back: 100 VMs are running again: web0, web1, web2, web3, web4 and 95 more']);
});

it('F-224 tells of a VM that came back while drover was closed, once its host answers, and of its next failure', async () => {
  const told = { id: 'x', at: 0, kind: 'vm-failed', subject: vm('web1').id, name: 'web1', text: '' } as const;
  const task = { ...told, id: 'y', kind: 'task-failed' } as const;
  const { clock, show, phase, failures } = open([vm('web1')], [task, told]);
  phase('down');
  await clock.pass(60_000);
  expect(failures()).toEqual([]);
  phase('up');
  await clock.pass(60_000);
  expect(failures()).toEqual([expect.stringMatching(/^vm-back: web1.* is running again$/)]);
  await show([vm('web1', 'crashed')]);
  await clock.pass(10_000);
  expect(failures().slice(1)).toEqual([expect.stringMatching(/^vm-failed: web1/)]);
});

it('F-224 tells of a VM that failed just before the link of its host dropped', async () => {
  const { clock, phase, show, failures } = open([vm('web1')]);
  const shown = show([vm('web1', 'crashed')]);
  phase('down');
  await shown;
  await clock.pass(60_000);
  expect(failures()).toEqual([]);
  phase('up');
  await clock.pass(20_000);
  expect(failures()).toEqual([expect.stringMatching(/^vm-failed: web1/)]);
});

it('tells of VMs that were stopped and started, and of none whose endpoint is away', async () => {
  const { show, phase, reported } = open([vm('web1'), vm('db1', 'paused')]);
  await show([vm('web1', 'stopped'), vm('db1')]);
  await show([vm('web1'), vm('db1')]);
  phase('down');
  await show([vm('web1', 'stopped'), vm('db1', 'stopped')]);
  expect(reported).toEqual([
    expect.stringMatching(/^vm-stopped: web1.* was stopped$/),
    expect.stringMatching(/^vm-started: web1.* was started$/),
  ]);
});

it('tells of no start where a VM migrates, restarts, or was not heard of for a while', async () => {
  const { show, reported } = open([vm('web1'), vm('db1'), vm('ci1'), vm('new1', 'starting')]);
  await show([vm('web1', 'migrating'), vm('db1', 'stopping'), vm('ci1', 'unknown'), vm('new1')]);
  await show([vm('web1'), vm('db1', 'starting'), vm('ci1'), vm('new1')]);
  await show([vm('web1'), vm('db1'), vm('ci1', 'stopping'), vm('new1')]);
  expect(reported).toEqual([]);
  await show([vm('web1'), vm('db1'), vm('ci1', 'stopped'), vm('new1')]);
  expect(reported).toEqual([expect.stringMatching(/^vm-stopped: ci1.* was stopped$/)]);
});

it('tells nothing of what has changed since the last run', async () => {
  const { clock, phase, show, reported } = open([vm('web1', 'stopped'), vm('db1')]);
  phase('up', clock.now());
  await show([vm('web1'), vm('db1', 'stopped')]);
  await clock.pass(60_000);
  expect(reported).toEqual([]);
  await show([vm('web1'), vm('db1')]);
  expect(reported).toEqual([expect.stringMatching(/^vm-started: db1.* was started$/)]);
});

it('tells nothing of what was so when drover began, and knows what earlier runs have told', async () => {
  const told = { id: 'x', at: 0, kind: 'vm-failed', subject: vm('web1').id, name: 'web1', text: '' } as const;
  const { clock, show, reported } = open([vm('web1', 'crashed'), vm('db1', 'error')], [told]);
  await clock.pass(60_000);
  expect(reported).toEqual([]);
  await show([vm('web1'), vm('db1', 'error')]);
  expect(reported).toEqual([expect.stringMatching(/^vm-back: web1/)]);
});
