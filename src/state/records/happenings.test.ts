import { expect, it } from 'vitest';
import { aVm } from '../../../test/state/objects.ts';
import type { Task } from '../tasks.ts';
import { type HappeningSources, happenings } from './happenings.ts';
import type { Notice } from './notices.ts';
import type { PastTask } from './past-tasks.ts';

const { id } = aVm('web1');
const task = (endedAt: number | undefined, title: string, ...names: readonly string[]): Task => ({
  id: 1,
  action: 'vm.start',
  title,
  state: 'done',
  startedAt: 0,
  endedAt,
  items: names.map((name) => ({ id: aVm(name).id, name, state: 'done', text: `${name} is running` })),
});
const lookForUpdates: Task = {
  ...task(7, 'Look for a new version'),
  action: 'update.check',
  items: [{ id: 'drover', name: 'drover', state: 'done', text: '0.9.1 is the newest one' }],
};
const notice = (at: number, kind: Notice['kind'], text: string): Notice => ({
  id: `${at}`,
  at,
  kind,
  subject: 'host1',
  name: 'host1',
  text,
});

const sources: HappeningSources = {
  store: {
    fleet: {
      nameOf: (of) => (of === id ? 'web1' : undefined),
      events: [{ at: 5, subject: id, text: 'Started' }],
      grouping: {
        pools: [],
        placeOf: new Map(),
        notes: new Map([
          [id, { text: 'ask Ann first', by: 'bob@desk', at: 3 }],
          [aVm('old').id, { text: 'of no known time', by: '', at: Number.NaN }],
        ]),
      },
    },
  },
  tasks: { list: () => [task(6, 'Start web1', 'web1'), task(undefined, 'Start db1', 'db1'), lookForUpdates] },
  taskHistory: {
    run: 'now',
    list: () => [
      { run: 'now', task: task(6, 'Start web1', 'web1') } as PastTask,
      { run: 'before', task: task(1, 'Start 2 VMs', 'a', 'b') } as PastTask,
      { run: 'before', task: task(0, 'Stop web1', 'web1') } as PastTask,
    ],
  },
  notices: {
    list: () => [
      notice(4, 'back', 'host1 is reachable again'),
      notice(2, 'task-failed', 'Stop web1: no'),
      notice(8, 'task-failed', 'web1 was started, and went down within 5 s: no memory'),
      notice(2, 'unreachable', 'host1 is unreachable'),
    ],
  },
};

it('F-435 are changes, ends of tasks, notes and checks in one list, with their times and what they are about', () => {
  expect(happenings(sources).map(({ at, kind, name, text }) => `${at} ${kind} ${name}: ${text}`)).toEqual([
    '0 task web1: Stop web1: web1 is running',
    '1 task : Start 2 VMs: done',
    '2 check host1: host1 is unreachable',
    '3 note web1: ask Ann first (bob@desk)',
    '4 check host1: host1 is reachable again',
    '5 state web1: Started',
    '6 task web1: Start web1: web1 is running',
    '7 task drover: Look for a new version: 0.9.1 is the newest one',
    '8 check host1: web1 was started, and went down within 5 s: no memory',
  ]);
  expect(happenings(sources).find(({ at }) => at === 7)?.subject).toBeUndefined();
});
