/** What is asked at which tick, and what is told of it: a cluster on the test's clock. */
import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { FleetError } from '../../errors.ts';
import { type VmId, vmId } from '../../ids.ts';
import { bytes } from '../../units.ts';
import type { Change, Feed, Node } from '../contract.ts';
import type { Cluster } from './cluster.ts';
import { createGuestIndex } from './index-of-guests.ts';
import { PVE, scriptedApi, UPID } from './testkit/scripted-api.ts';
import { watchCluster } from './watch.ts';

const LIST = 'GET /cluster/resources';
const TASKS = 'GET /cluster/tasks';
const CURRENT = 'GET /nodes/pve1/qemu/100/status/current';
const WEB1 = vmId(PVE, 'qemu/100');

let clock: TestClock;
let ending: AbortController;
let answers: Record<string, unknown>;
let asked: readonly string[];
let feeds: Feed[];
let touch: (key: string) => void;
let everyMs: number;
let interest: readonly VmId[];

const guest = (vmid: number, more: object = {}) => ({
  type: 'qemu',
  vmid,
  node: 'pve1',
  name: `web${vmid - 99}`,
  status: 'running',
  uptime: 100,
  ...more,
});
const node = (more: object = {}) => ({ type: 'node', node: 'pve1', status: 'online', maxcpu: 8, maxmem: 7, ...more });

beforeEach(() => {
  clock = createTestClock();
  ending = new AbortController();
  answers = { [LIST]: [guest(100), node()], [TASKS]: [], [CURRENT]: { status: 'running', qmpstatus: 'running' } };
  [feeds, everyMs, interest] = [[], 5_000, []];
});

function watch(): Promise<unknown> {
  const { api: poll, asked: polled } = scriptedApi(new Proxy(answers, { get: (_target, key) => answers[String(key)] }));
  asked = polled;
  const { api: details } = scriptedApi(
    new Proxy({}, { has: () => true, get: (_target, key) => (String(key).endsWith('/qemu') ? [] : {}) }),
  );
  const cluster: Cluster = {
    name: 'lab',
    version: '9.1',
    place: { endpoint: PVE, cluster: 'lab' },
    pools: [],
    nodesOf: ({ nodes }) =>
      new Map(
        [...nodes.values()].map(({ name, online, cpus, memory }): [string, Node] => [
          name,
          {
            id: `${PVE}/${name}` as Node['id'],
            name,
            pool: undefined,
            state: online ? 'up' : 'down',
            address: undefined,
            cpus,
            memory: bytes(memory),
            version: '',
          },
        ]),
      ),
  };
  const index = createGuestIndex(poll, 'lab');
  const onTouched = (listen: (key: string) => void) => {
    touch = listen;
  };
  return watchCluster(
    { poll, details, clock, cluster, index, onTouched },
    { sink: (feed) => void feeds.push(feed), signal: ending.signal, interest: () => interest, everyMs: () => everyMs },
  ).catch((error: unknown) => error);
}
const count = (request: string) => asked.filter((one) => one === request).length;
const since = (at: number): readonly Change[] =>
  feeds.slice(at).flatMap((feed) => (feed.kind === 'changes' ? feed.changes : []));
const events = () => feeds.flatMap((feed) => (feed.kind === 'events' ? feed.events : []));
const tasks = () => feeds.flatMap((feed) => (feed.kind === 'tasks' ? feed.tasks : []));
const end = async (work: Promise<unknown>) => {
  ending.abort();
  expect(await work).toBeUndefined();
};

describe('a watch', () => {
  it('tells the whole inventory first, with two requests, then samples, then that all has come', async () => {
    const work = watch();
    await clock.pass(0);
    expect(asked).toEqual([LIST, TASKS]);
    expect(feeds.map(({ kind }) => kind)).toEqual(['inventory', 'samples', 'node-samples', 'changes', 'complete']);
    expect(feeds[0]).toMatchObject({
      at: clock.now(),
      inventory: { pools: [], nodes: [{ name: 'pve1' }], vms: [{ id: WEB1, name: 'web1' }] },
    });
    expect(feeds[1]).toMatchObject({ block: { windowMs: 5_000 } });
    await end(work);
  });

  it('asks two questions at each tick, as far apart as was asked', async () => {
    const work = watch();
    await clock.pass(4_999);
    expect(count(LIST)).toBe(1);
    await clock.pass(1);
    expect([count(LIST), count(TASKS)]).toEqual([2, 2]);
    expect(feeds.slice(-2).map(({ kind }) => kind)).toEqual(['samples', 'node-samples']);
    everyMs = 20_000;
    await clock.pass(5_000);
    expect(count(LIST)).toBe(3);
    await clock.pass(19_999);
    expect(count(LIST)).toBe(3);
    await clock.pass(1);
    expect(count(LIST)).toBe(4);
    expect(new Set(asked)).toEqual(new Set([LIST, TASKS]));
    await end(work);
  });

  it('lets the server rest a moment, however often it is to be asked', async () => {
    everyMs = 0;
    const work = watch();
    await clock.pass(0);
    const before = count(LIST);
    await clock.pass(1_000);
    expect(count(LIST) - before).toBe(5);
    await end(work);
  });

  it('tells of nodes and guests that come, change and go, and nothing of those that stay', async () => {
    const work = watch();
    await clock.pass(0);
    const quiet = feeds.length;
    await clock.pass(5_000);
    expect(since(quiet)).toEqual([]);
    for (const [now, told] of [
      [[guest(100), node({ status: 'offline' })], ['node-upsert']],
      [[guest(100), node({ status: 'offline', maxcpu: 9 })], ['node-upsert']],
      [[guest(100), node({ status: 'offline', maxcpu: 9, maxmem: 8 })], ['node-upsert']],
      [[guest(100), node({ status: 'offline', maxcpu: 9, maxmem: 8 })], []],
      [[guest(100, { maxcpu: 3 }), guest(101)], ['vm-upsert', 'vm-upsert', 'node-remove'].sort()],
      [[node()], ['node-upsert', 'vm-remove', 'vm-remove']],
    ] as const) {
      answers[LIST] = now;
      const before = feeds.length;
      await clock.pass(5_000);
      expect(
        since(before)
          .map(({ kind }) => kind)
          .sort(),
      ).toEqual([...told].sort());
    }
    await end(work);
  });

  it('ends with what the server says, unless it is ended', async () => {
    const work = watch();
    await clock.pass(0);
    const cut = new FleetError('host.unreachable', 'cut', { retry: true });
    answers[LIST] = cut;
    await clock.pass(5_000);
    expect(await work).toBe(cut);
    const before = asked.length;
    touch('qemu/100');
    await clock.pass(60_000);
    expect(asked).toHaveLength(before);
  });

  it('does without the tasks of the cluster where it may not see them, and not without a list', async () => {
    const no = new FleetError('auth.forbidden', 'no');
    answers[TASKS] = no;
    const work = watch();
    await clock.pass(5_000);
    expect(count(LIST)).toBe(2);
    await end(work);
    ending = new AbortController();
    answers[LIST] = no;
    expect(await watch()).toBe(no);
    answers = { [LIST]: [], [TASKS]: new FleetError('op.failed', 'broken') };
    expect(await watch()).toMatchObject({ message: 'broken' });
  });
});

describe('a guest that was changed here', () => {
  it('is asked at once, and each second for a quarter of a minute', async () => {
    const work = watch();
    await clock.pass(1_000);
    touch('qemu/100');
    await clock.pass(0);
    expect(count(CURRENT)).toBe(1);
    answers[CURRENT] = { status: 'stopped', uptime: 0 };
    const before = feeds.length;
    await clock.pass(1_000);
    expect(since(before)).toMatchObject([{ kind: 'vm-upsert', vm: { state: 'stopped' } }]);
    expect(count(CURRENT)).toBe(2);
    await clock.pass(14_000);
    const asOften = count(CURRENT);
    expect(asOften).toBeGreaterThanOrEqual(15);
    await clock.pass(5_000);
    expect(count(CURRENT)).toBeLessThanOrEqual(asOften + 1);
    await end(work);
  });

  it('is one of sixteen at most that are asked at once', async () => {
    answers[LIST] = Array.from({ length: 20 }, (_, at) => guest(100 + at));
    for (let vmid = 100; vmid < 120; vmid++) answers[CURRENT.replace('100', String(vmid))] = { status: 'running' };
    const work = watch();
    await clock.pass(0);
    for (let vmid = 100; vmid < 120; vmid++) touch(`qemu/${vmid}`);
    touch('qemu/999');
    await clock.pass(0);
    expect(asked.filter((request) => request.endsWith('/status/current'))).toHaveLength(16);
    await end(work);
  });

  it('goes when the server does not know it any more; other trouble is left to the list', async () => {
    const work = watch();
    await clock.pass(0);
    touch('qemu/100');
    answers[CURRENT] = new FleetError('op.failed', 'busy');
    await clock.pass(1_000);
    const before = feeds.length;
    answers[CURRENT] = new FleetError('vm.not-found', 'gone');
    await clock.pass(1_000);
    expect(since(before)).toEqual([{ kind: 'vm-remove', id: WEB1 }]);
    await end(work);
    ending = new AbortController();
    answers[CURRENT] = new TypeError('bug');
    const other = watch();
    await clock.pass(0);
    touch('qemu/100');
    expect(await other).toEqual(new TypeError('bug'));
  });
});

describe('a task of the cluster', () => {
  const stop = UPID.replace('qmstart', 'qmstop');

  it('is told to who waits for it, and as an event when it has ended', async () => {
    answers[TASKS] = [{ upid: UPID }];
    const work = watch();
    await clock.pass(0);
    const task = { task: UPID, subject: WEB1, share: Number.NaN };
    expect(tasks()).toEqual([{ ...task, state: 'running', text: 'Start' }]);
    answers[TASKS] = [{ upid: UPID, endtime: 1, status: 'OK' }];
    await clock.pass(5_000);
    expect(tasks()[1]).toEqual({ ...task, state: 'done', text: 'Start done (root@pam)' });
    expect(events()).toEqual([{ at: clock.now(), subject: WEB1, text: 'Start done (root@pam)' }]);
    expect(count(CURRENT)).toBe(1);
    await end(work);
  });

  it('that failed is reported before the row shows it, and is on the row until one ends well', async () => {
    const work = watch();
    await clock.pass(0);
    const before = feeds.length;
    const said = 'Stop failed: no (root@pam)';
    answers[TASKS] = [{ upid: stop, endtime: 1, status: 'no' }];
    await clock.pass(5_000);
    const told = feeds.slice(before);
    expect(told.find(({ kind }) => kind === 'tasks')).toMatchObject({ tasks: [{ state: 'failed', text: said }] });
    const row = told.findIndex((feed) => feed.kind === 'changes');
    expect(told.findIndex(({ kind }) => kind === 'tasks')).toBeLessThan(row);
    expect(told[row]).toMatchObject({ changes: [{ vm: { trouble: { message: said } } }] });
    answers[TASKS] = [{ upid: UPID }];
    const begun = feeds.length;
    await clock.pass(5_000);
    expect(since(begun)).toMatchObject([{ vm: { id: WEB1 } }]);
    expect(since(begun)[0]).not.toHaveProperty('vm.trouble');
    expect(events()).toHaveLength(1);
    await end(work);
  });

  it('of a guest that is not listed is reported without a row, and of a container as its own', async () => {
    answers[LIST] = [guest(100, { type: 'lxc' })];
    answers['GET /nodes/pve1/lxc/100/status/current'] = { status: 'running' };
    const work = watch();
    await clock.pass(0);
    const other = UPID.replace(':100:', ':777:');
    answers[TASKS] = [
      { upid: other, endtime: 1, status: 'OK' },
      { upid: UPID, endtime: 1, status: 'OK' },
    ];
    await clock.pass(5_000);
    expect(events().map(({ subject }) => subject)).toEqual([undefined, 'pve/lxc/100']);
    await end(work);
  });
});
