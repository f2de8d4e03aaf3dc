import { beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { endpointName } from '../../ids.ts';
import type { Change, Vm } from '../contract.ts';
import { readCurrent, readResources } from './guests.ts';
import { createRoster, type Roster } from './roster.ts';
import type { Sheet } from './vm-row.ts';

const KEY = 'qemu/100';
const PLACE = { endpoint: endpointName('pve'), cluster: 'lab' };
const DAY_S = 86_400;
const TICK_MS = 5_000;

let clock: TestClock;
let roster: Roster;
beforeEach(() => {
  clock = createTestClock();
  roster = createRoster(PLACE, clock);
});

const row = (uptime: number, more: Readonly<Record<string, unknown>> = {}) => ({
  type: 'qemu',
  vmid: 100,
  node: 'pve1',
  name: 'web1',
  status: uptime > 0 ? 'running' : 'stopped',
  maxcpu: 2,
  maxmem: 1024 ** 3,
  uptime,
  ...more,
});
const list = (uptime: number, more?: Readonly<Record<string, unknown>>): readonly Change[] =>
  roster.list(readResources([row(uptime, more)]));
const ask = (uptime: number, more: Readonly<Record<string, unknown>> = {}): readonly Change[] =>
  roster.learn(KEY, { current: readCurrent({ ...row(uptime), cpus: 2, qmpstatus: 'running', ...more }) });
const vm = (): Vm | undefined => roster.guests.get(KEY)?.vm;
const sheet = (identity: string): Sheet => ({
  name: 'web1',
  identity,
  autostart: false,
  plan: undefined,
  profile: undefined,
  image: undefined,
  serial: true,
  agent: false,
});

describe('since when a guest is on', () => {
  it('changes no row for an hour of ticks, though its node tells every ten seconds and some seconds late', async () => {
    const startedAt = clock.now() - DAY_S * 1000;
    let seed = 1;
    const draw = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    let reportedAt = clock.now();
    let seenAt = clock.now();
    const tick = () => {
      while (seenAt + 10_000 <= clock.now()) {
        reportedAt += 10_000;
        seenAt = reportedAt + draw(8_000);
      }
      return list(Math.floor((reportedAt - startedAt) / 1000));
    };
    expect(tick()).toHaveLength(1);
    const first = vm()?.bootedAt ?? Number.NaN;
    expect(Math.abs(first - startedAt)).toBeLessThan(5_000);
    for (let count = 0; count < 720; count++) {
      await clock.pass(TICK_MS);
      expect(tick()).toEqual([]);
    }
    expect(vm()?.bootedAt).toBe(first);
  });

  it('changes no row while a node tells nothing new', async () => {
    list(DAY_S);
    for (let count = 0; count < 60; count++) {
      await clock.pass(TICK_MS);
      expect(list(DAY_S)).toEqual([]);
    }
  });

  it('is exact once the guest itself was asked after its start, and stays when the late list comes', async () => {
    list(0);
    const startedAt = clock.now();
    await clock.pass(1_000);
    expect(ask(1)).toMatchObject([{ vm: { state: 'running', bootedAt: startedAt } }]);
    await clock.pass(17_000);
    list(9);
    await clock.pass(10_000);
    list(27);
    expect(vm()?.bootedAt).toBeGreaterThanOrEqual(startedAt);
    expect(vm()?.bootedAt).toBeLessThan(startedAt + 10_000);
  });

  it.each([
    ['its uptime is less than before', 100, 300_000, 4],
    ['its uptime has already passed what it was', 100, 300_000, 200],
    ['it had been on for a moment only', 10, 10_000, 2],
  ])('is the new start when a guest was off and on between two ticks: %s', async (_what, before, passedMs, uptime) => {
    list(before);
    await clock.pass(passedMs);
    expect(list(uptime)).toMatchObject([{ vm: { bootedAt: clock.now() - uptime * 1000 } }]);
    expect(list(uptime)).toEqual([]);
  });

  it('follows the time of day when that is set', async () => {
    list(100);
    await clock.pass(TICK_MS);
    clock.setBack(3_600_000);
    list(105);
    expect(vm()?.bootedAt).toBe(clock.now() - 105_000);
  });

  it('is kept by a guest that is paused and resumed, and lost by one that stops or whose node is down', async () => {
    list(100);
    const bootedAt = clock.now() - 100_000;
    await clock.pass(1_000);
    ask(101, { qmpstatus: 'paused' });
    expect(vm()).toMatchObject({ state: 'paused', bootedAt });
    await clock.pass(1_000);
    ask(102);
    expect(vm()).toMatchObject({ state: 'running', bootedAt });
    await clock.pass(20_000);
    list(122, { status: 'unknown' });
    expect(vm()).not.toHaveProperty('bootedAt');
    list(122);
    expect(vm()?.bootedAt).toBe(clock.now() - 122_000);
    list(0);
    expect(vm()).not.toHaveProperty('bootedAt');
  });

  it.each([1e308, Number.POSITIVE_INFINITY, -5, 'soon', 1e11])('is unknown for an absurd uptime: %s', (uptime) => {
    list(DAY_S, { uptime });
    expect(vm()?.state).toBe('running');
    expect(vm()).not.toHaveProperty('bootedAt');
  });

  it('is its own when the VMID was given to another guest', async () => {
    list(DAY_S);
    roster.learn(KEY, { sheet: sheet('a') });
    await clock.pass(TICK_MS);
    list(DAY_S + 5);
    const changes = roster.learn(KEY, { sheet: sheet('b') });
    expect(changes).toMatchObject([
      { kind: 'vm-remove' },
      { kind: 'vm-upsert', vm: { bootedAt: clock.now() - (DAY_S + 5) * 1000 } },
    ]);
  });
});

describe('what is known of a guest', () => {
  const changes = (told: readonly Change[]) => told.map((change) => (change.kind === 'vm-upsert' ? change.vm : change));

  it('is what the guest itself has said, for fifteen seconds, and then the list', async () => {
    await clock.pass(10_000);
    list(100);
    ask(100, { status: 'stopped', qmpstatus: 'stopped' });
    await clock.pass(14_999);
    list(100);
    expect(vm()?.state).toBe('stopped');
    await clock.pass(1);
    list(100);
    expect(vm()?.state).toBe('running');
    expect(roster.guests.get(KEY)).toMatchObject({ current: undefined, currentAt: undefined });
  });

  it('is as old as the list again when the guest has not been asked since', async () => {
    list(100);
    ask(100, { tags: 'new' });
    expect(vm()?.tags).toEqual(['new']);
    await clock.pass(15_000);
    list(115);
    expect(vm()?.tags).toEqual([]);
  });

  it('is that it is paused, though the late list says that it is off', () => {
    list(0);
    ask(1, { qmpstatus: 'paused' });
    list(0);
    expect(vm()?.state).toBe('paused');
  });

  it('is nothing of a guest that is not in the list', () => {
    expect(roster.learn(KEY, { runState: 'paused' })).toEqual([]);
    roster.touch(KEY);
    expect(roster.guests.size).toBe(0);
    list(100);
    expect(roster.list(readResources([]))).toEqual([{ kind: 'vm-remove', id: 'pve/qemu/100' }]);
    expect([roster.rows(), roster.list(readResources([]))]).toEqual([[], []]);
  });

  it('is nothing of a guest that is gone, though the late list has it, for fifteen seconds', async () => {
    list(100);
    expect(roster.gone(KEY)).toEqual([{ kind: 'vm-remove', id: 'pve/qemu/100' }]);
    expect(roster.gone(KEY)).toEqual([]);
    await clock.pass(14_999);
    expect(list(100)).toEqual([]);
    await clock.pass(1);
    expect(list(100)).toHaveLength(1);
    list(100);
    expect(roster.rows()).toHaveLength(1);
  });

  it('keeps its run state only while it runs', async () => {
    list(100);
    roster.learn(KEY, { runState: 'paused' });
    expect(vm()?.state).toBe('paused');
    list(100, { maxcpu: 4 });
    expect(vm()?.state).toBe('paused');
    list(0);
    expect(roster.guests.get(KEY)?.runState).toBeUndefined();
    list(1);
    expect(vm()?.state).toBe('running');
    roster.learn(KEY, { runState: 'paused' });
    ask(0, { status: 'stopped', qmpstatus: 'paused' });
    expect(roster.guests.get(KEY)?.runState).toBeUndefined();
    roster.learn(KEY, { runState: 'paused' });
    expect(roster.guests.get(KEY)?.runState).toBeUndefined();
  });

  it('knows the run state that was read where the guest itself says none', () => {
    list(100);
    roster.learn(KEY, { runState: 'paused' });
    ask(100, { qmpstatus: undefined });
    expect(vm()?.state).toBe('paused');
    expect(roster.learn(KEY, { ips: ['10.0.0.5'] })).toEqual([]);
    expect(roster.guests.get(KEY)).toMatchObject({ ips: ['10.0.0.5'], ipsAt: clock.ticks(), runState: 'paused' });
  });

  it('has addresses and settings until others come, also when the list is new', async () => {
    list(100);
    roster.learn(KEY, { ips: ['10.0.0.5'] });
    roster.learn(KEY, { sheet: { ...sheet('a'), autostart: true } });
    await clock.pass(1_000);
    list(105, { maxcpu: 4 });
    expect(vm()).toMatchObject({ ips: ['10.0.0.5'], autostart: true, cpus: 4 });
    expect(roster.guests.get(KEY)).toMatchObject({ ipsAt: 0, sheetAt: 0 });
  });

  it('is to be read again when it was touched, or has another name', () => {
    const sheetAt = () => roster.guests.get(KEY)?.sheetAt;
    const learned = () => {
      roster.learn(KEY, { sheet: sheet('a') });
      expect(sheetAt()).toBe(clock.ticks());
    };
    list(100);
    learned();
    roster.touch(KEY);
    expect(sheetAt()).toBeUndefined();
    learned();
    list(100, { name: 'web9' });
    expect(sheetAt()).toBeUndefined();
    learned();
    ask(100, { name: 'web8' });
    expect(sheetAt()).toBeUndefined();
    roster.learn(KEY, { sheet: { ...sheet('a'), name: undefined } });
    ask(100, { name: 'web7' });
    expect(sheetAt()).toBe(clock.ticks());
  });

  it('is not another guest for who had no identity before, or the same one', () => {
    list(100);
    for (const identity of ['', 'a', 'a']) {
      expect(roster.learn(KEY, { sheet: sheet(identity) }).filter(({ kind }) => kind === 'vm-remove')).toEqual([]);
    }
    expect(changes(roster.learn(KEY, { sheet: sheet('') }))).toMatchObject([{ kind: 'vm-remove' }, { name: 'web1' }]);
  });

  it('forgets of another guest all that was known of the one before', () => {
    list(100);
    roster.learn(KEY, { sheet: sheet('a'), ips: ['10.0.0.5'], failure: 'Backup failed' });
    ask(100, { qmpstatus: 'paused' });
    roster.learn(KEY, { sheet: sheet('b') });
    expect(roster.guests.get(KEY)).toMatchObject({
      current: undefined,
      currentAt: undefined,
      runState: undefined,
      ips: [],
      ipsAt: undefined,
      sheetAt: clock.ticks(),
      trouble: undefined,
      vm: { identity: 'b', state: 'running' },
    });
  });

  it('has trouble since a task failed, until one ends well', async () => {
    list(100);
    const since = clock.now();
    roster.learn(KEY, { failure: 'Backup failed' });
    await clock.pass(1_000);
    list(101, { maxcpu: 4 });
    roster.learn(KEY, { ips: [] });
    expect(vm()?.trouble).toEqual({ message: 'Backup failed', since });
    roster.learn(KEY, { failure: null });
    expect(vm()).not.toHaveProperty('trouble');
  });

  it('has trouble as long as high availability has given up on it', async () => {
    list(100, { hastate: 'error' });
    const trouble = { message: 'high availability has given up on it', since: clock.now() };
    expect(vm()?.trouble).toEqual(trouble);
    await clock.pass(1_000);
    expect(list(101, { hastate: 'error' })).toEqual([]);
    expect(list(101, { hastate: 'error', maxcpu: 4 })).toMatchObject([{ vm: { trouble } }]);
    list(101, { hastate: 'started' });
    expect(vm()).not.toHaveProperty('trouble');
    roster.learn(KEY, { failure: 'Backup failed' });
    list(101, { hastate: 'error' });
    expect(vm()?.trouble?.message).toBe('Backup failed');
  });

  it.each<[string, Readonly<Record<string, unknown>>]>([
    ['status', { status: 'unknown' }],
    ['name', { name: 'web9' }],
    ['node', { node: 'pve2' }],
    ['lock', { lock: 'backup' }],
    ['state of high availability', { hastate: 'error' }],
    ['CPUs', { maxcpu: 4 }],
    ['memory', { maxmem: 7 }],
    ['kind of template', { template: 1 }],
    ['tags', { tags: 'prod' }],
  ])('is a new row when the list has another %s, and none when it has only other figures', (_what, more) => {
    list(100);
    expect(list(100, { cpu: 0.7, netin: 5 })).toEqual([]);
    expect(roster.guests.get(KEY)?.guest.use).toMatchObject({ cpu: 0.7, netIn: 5 });
    expect(list(100, more)).toHaveLength(1);
    expect(list(100, more)).toEqual([]);
  });
});
