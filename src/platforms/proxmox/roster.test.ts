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
