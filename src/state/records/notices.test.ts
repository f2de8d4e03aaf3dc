import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, inventory } from '../../../test/state/objects.ts';
import { endpointName } from '../../ids.ts';
import { createRedactor } from '../files/redactor.ts';
import { createStore } from '../fleet/store.ts';
import type { Task, TaskItem } from '../tasks.ts';
import { watchAvailability } from './availability.ts';
import { createNotices, type Notice, noticeOf, sentWhenDone } from './notices.ts';

const host1 = endpointName('host1');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-notices-'));
});
afterEach(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('notifications', () => {
  /** One run of drover. */
  const drover = (clock = createTestClock()) => {
    const redactor = createRedactor();
    const notices = createNotices({ folder, clock, redactor, trouble: (message) => expect.fail(message) });
    return { clock, redactor, notices };
  };
  const failed = (text: string) => ({ kind: 'task-failed', subject: 'host1/web1', name: 'web1', text }) as const;
  const away = { kind: 'unreachable', subject: 'host1', name: 'host1', text: 'host1 is unreachable' } as const;
  const texts = (list: readonly Notice[]) => list.map(({ text }) => text);

  it('F-222 last: the next run has them, newest first, and knows which were read', async () => {
    const { notices, clock, redactor } = drover();
    redactor.add('hunter22');
    notices.add(failed('Start web1: no memory, hunter22'));
    await clock.pass(1_000);
    notices.markRead();
    notices.add(failed('Start web1: no memory'));
    expect([texts(notices.list()), notices.unread]).toEqual([
      ['Start web1: no memory', 'Start web1: no memory, ********'],
      1,
    ]);
    await notices.written();
    const next = drover(clock).notices;
    expect(next.list()).toEqual([]);
    expect([await next.refresh(), next.unread]).toEqual([notices.list(), 1]);
    next.markRead();
    await next.written();
    await notices.refresh();
    expect([notices.unread, next.unread]).toEqual([0, 0]);
  });

  it('F-224 tell once what two drovers have seen', async () => {
    const [one, two] = [drover(), drover()];
    one.notices.add(away);
    await one.notices.written();
    await two.clock.pass(50);
    two.notices.add(away);
    two.notices.add({ ...away, kind: 'back', text: 'host1 is reachable again' });
    await two.notices.written();
    expect(texts(await drover().notices.refresh())).toEqual(['host1 is reachable again', 'host1 is unreachable']);
  });
});

describe('availability', () => {
  const open = (known: readonly Notice[] = []) => {
    const clock = createTestClock();
    const store = createStore(clock);
    const reported: string[] = [];
    const phase = (now: 'up' | 'down' | 'connecting') => {
      const problem = { code: 'host.unreachable', message: 'no route' } as const;
      const status = { name: host1, platform: 'fake', address: 'root@host1', phase: now, since: 0 };
      store.setEndpoint(now === 'down' ? { ...status, problem } : status);
      store.flush();
    };
    phase('up');
    const stop = watchAvailability(store, clock, known, ({ text }) => void reported.push(text));
    return { clock, store, phase, reported, stop };
  };
  const was = (kind: Notice['kind']): Notice => ({ id: 'x', at: 0, kind, subject: 'host1', name: 'host1', text: '' });

  it('F-224 tells of an endpoint that stays away for ten seconds, with the reason, and of its return', async () => {
    const { clock, phase, reported } = open();
    phase('down');
    await clock.pass(9_000);
    phase('up');
    await clock.pass(60_000);
    expect(reported).toEqual([]);
    phase('down');
    phase('connecting');
    phase('down');
    await clock.pass(10_000);
    await clock.pass(60_000);
    phase('up');
    expect(reported).toEqual(['host1 is unreachable: no route', 'host1 is reachable again']);
  });

  it('F-224 tells of a node that its endpoint says is down', async () => {
    const { clock, store, reported, stop } = open();
    const push = (state: 'up' | 'down') => {
      store.push(host1, inventory([{ ...aNode('n1'), state }], []));
      store.flush();
    };
    push('down');
    await clock.pass(10_000);
    push('up');
    expect(reported).toEqual(['n1 is unreachable: its endpoint says that it is down', 'n1 is reachable again']);
    push('down');
    stop();
    await clock.pass(60_000);
    expect(reported).toHaveLength(2);
  });

  it('knows what earlier runs have told', async () => {
    expect(open([was('unreachable')]).reported).toEqual(['host1 is reachable again']);
    expect(open([was('back')]).reported).toEqual([]);
    const { clock, phase, reported } = open([was('unreachable'), was('back')]);
    phase('down');
    await clock.pass(60_000);
    expect(reported).toEqual(['host1 is reachable again', 'host1 is unreachable: no route']);
  });
});

it('F-222 are given of a task by what failed in it, not of what was done or cancelled', () => {
  const item = (name: string, state: TaskItem['state'], text: string): TaskItem =>
    ({ id: `host1/${name}`, name, state, text }) as TaskItem;
  const task = (state: Task['state'], ...items: readonly TaskItem[]): Task => ({
    id: 1,
    action: 'vm.start',
    title: 'Start 3 VMs',
    state,
    startedAt: 0,
    endedAt: 1,
    items,
  });
  const some = [
    item('a', 'done', 'a runs'),
    item('b', 'failed', 'b: no memory'),
    item('c', 'unknown', 'c: the link died'),
  ];
  expect(noticeOf(task('unknown', ...some))).toEqual({
    kind: 'task-failed',
    subject: 'host1/b',
    name: 'b',
    text: 'Start 3 VMs: b: no memory; 1 more',
  });
  expect(noticeOf({ ...task('failed', item('drover', 'failed', 'no way')), action: 'update.check' })).toBeUndefined();
  expect(noticeOf(task('done', item('a', 'done', '')))).toBeUndefined();
  expect(noticeOf(task('cancelled', item('a', 'cancelled', '')))).toBeUndefined();
});

it('F-335 are sent of work that took a minute or more, when all of it is done', () => {
  const task = (tookMs: number, state: Task['state'], ...names: readonly string[]): Task => ({
    id: 7,
    action: 'vm.create',
    title: 'Create a plan',
    state,
    startedAt: 1_000,
    endedAt: 1_000 + tookMs,
    items: names.map((name) => ({ id: `host1/${name}`, name, state: 'done', text: `${name} is running` }) as TaskItem),
  });
  expect(sentWhenDone(task(60_000, 'done', 'web1'))).toMatchObject({
    kind: 'task-done',
    subject: 'host1/web1',
    text: 'Create a plan: web1 is running',
  });
  expect(sentWhenDone(task(60_000, 'done', 'a', 'b'))?.text).toBe('Create a plan: all 2 are done');
  expect([sentWhenDone(task(59_999, 'done', 'a')), sentWhenDone(task(60_000, 'partly', 'a'))]).toEqual([
    undefined,
    undefined,
  ]);
});
