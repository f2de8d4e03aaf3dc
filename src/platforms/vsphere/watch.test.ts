import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../test/clock.ts';
import { type Watching, watchConnection } from '../../../test/contract/watching.ts';
import { type VmId, vmId } from '../../ids.ts';
import type { Connection } from '../contract.ts';
import { connect } from './connection.ts';
import { fixture } from './testkit/fixture.ts';
import {
  type Asked,
  changed,
  EVERYTHING,
  refused,
  type ScriptedVcenter,
  startScriptedVcenter,
  updated,
} from './testkit/scripted-vcenter.ts';

const EVERY_MS = 5_000;
const { signal } = new AbortController();

let clock: TestClock;
let vcenter: ScriptedVcenter;
let connection: Connection;
let watching: Watching;
/** What WaitForUpdatesEx is answered with, in its order; one that has no answer yet waits. */
let rounds: { readonly asked: Asked; readonly say: (said: string) => void }[];

beforeEach(async () => {
  clock = createTestClock();
  vcenter = await startScriptedVcenter();
  rounds = [];
  connection = await connect(vcenter.endpoint, { signal, clock, wire: () => {}, ask: {} });
  vcenter.answer('WaitForUpdatesEx', (asked) => {
    if (asked.body.includes('<version></version>')) return updated(EVERYTHING);
    return new Promise<string>((resolve) => rounds.push({ asked, say: resolve }));
  });
  watching = watchConnection(connection, EVERY_MS);
  await watching.until('the inventory', () => watching.feeds.find(({ kind }) => kind === 'complete'));
});
afterEach(async () => {
  watching.abort();
  await connection.close();
  await vcenter.close();
});

const inventory = fixture('inventory.xml').toString('utf8');
const LAYERED = 'vm-124';
const idOf = (value: string): VmId => vmId(vcenter.endpoint.name, value);
const stateOf = (value: string) => watching.vms.get(idOf(value))?.state;
const count = (method: string) => vcenter.asked.filter((one) => one.method === method).length;
const inventories = () => watching.feeds.filter(({ kind }) => kind === 'inventory').length;
/** Lets time pass until it is so; the requests on the way take real time. */
const passUntil = (seen: () => boolean, ms = 500) =>
  expect
    .poll(
      async () => {
        if (!seen()) await clock.pass(ms);
        return seen();
      },
      { interval: 5, timeout: 10_000 },
    )
    .toBe(true);
const round = async (nth: number) => {
  await passUntil(() => rounds.length >= nth);
  return rounds[nth - 1] as (typeof rounds)[number];
};

/** Of the light question: these VMs, with their power. */
const powerOf = (vms: Readonly<Record<string, string>>): string =>
  `<returnval>${Object.entries(vms)
    .map(
      ([vm, state]) =>
        `<objects><obj type="VirtualMachine">${vm}</obj><propSet><name>runtime.powerState</name><val>${state}</val></propSet></objects>`,
    )
    .join('')}</returnval>`;

describe('watching a vCenter', () => {
  it('shows what others change as the server tells it, and waits for less than its interval', async () => {
    const { asked, say } = await round(1);
    expect(asked.body).toContain('<maxWaitSeconds>4</maxWaitSeconds>');
    const now = stateOf(LAYERED);
    say(updated(changed(LAYERED, 'runtime.powerState', now === 'running' ? 'poweredOff' : 'poweredOn')));
    const wanted = now === 'running' ? 'stopped' : 'running';
    await passUntil(() => stateOf(LAYERED) === wanted);
    expect((await round(2)).asked.body).toMatch(/<version>\d+<\/version>/);
    expect(inventories()).toBe(1);
  });

  it('asks which VMs there are and whether they run while an answer is late, and reads nothing whole again', async () => {
    const { say } = await round(1);
    const others = ['vm-122', 'vm-140', 'vm-143'];
    const states = Object.fromEntries(others.map((vm) => [vm, 'poweredOff']));
    vcenter.answer('RetrievePropertiesEx', () => powerOf(states));
    const asked = vcenter.asked.length;
    await passUntil(() => !watching.vms.has(idOf(LAYERED)));
    for (const vm of others.slice(1)) expect(stateOf(vm)).toBe('stopped');
    const light = vcenter.asked
      .slice(asked)
      .map(({ method, body }) => `${method} ${/<all>.*?<\/propSet>/.exec(body)?.[0]}`);
    expect(new Set(light)).toEqual(
      new Set([
        'RetrievePropertiesEx <all>false</all><pathSet>runtime.bootTime</pathSet><pathSet>runtime.connectionState</pathSet><pathSet>runtime.powerState</pathSet></propSet>',
      ]),
    );
    say(updated(changed('vm-143', 'runtime.powerState', 'poweredOn')));
    await passUntil(() => stateOf('vm-143') === 'running');
    expect([inventories(), count('Login'), count('CreatePropertyCollector')]).toEqual([1, 1, 1]);
  });

  it('shows the time of the new start when a VM goes off and on again while an answer is late', async () => {
    await round(1);
    const app = idOf('vm-143');
    expect(watching.vms.get(app)?.bootedAt).toBe(Date.UTC(2025, 11, 31, 8, 15, 30, 123));
    const booted = '<propSet><name>runtime.bootTime</name><val>2026-01-01T10:00:00Z</val></propSet></objects>';
    vcenter.answer('RetrievePropertiesEx', () => powerOf({ 'vm-143': 'poweredOn' }).replace('</objects>', booted));
    await passUntil(() => watching.vms.get(app)?.bootedAt === Date.UTC(2026, 0, 1, 10));
  });

  it('says that it is alive while an answer is late', async () => {
    await round(1);
    const alive = () => watching.feeds.filter(({ kind }) => kind === 'alive').length;
    const before = alive();
    vcenter.answer('RetrievePropertiesEx', () => ({ status: 200, body: inventory }));
    await passUntil(() => alive() >= before + 3, 1_000);
  });

  it('asks for the same again on the same session when an answer does not come at all', async () => {
    const first = await round(1);
    vcenter.answer('RetrievePropertiesEx', () => ({ status: 200, body: inventory }));
    await passUntil(() => rounds.length === 2, 5_000);
    const version = (body: string) => /<version>\d+<\/version>/.exec(body)?.[0];
    expect(version(rounds[1]?.asked.body ?? '')).toBe(version(first.asked.body));
    expect([inventories(), count('Login')]).toEqual([1, 1]);
  });

  it('ends when the server answers nothing else either', async () => {
    await round(1);
    vcenter.answer('RetrievePropertiesEx', () => new Promise(() => {}));
    let ended: unknown;
    void watching.ended.then((error) => {
      ended = error;
    });
    await passUntil(() => ended !== undefined, 5_000);
    expect(ended).toMatchObject({ code: 'host.unreachable' });
  });

  it('logs in again and reloads everything only when the session is gone', async () => {
    const first = await round(1);
    first.say(updated(''));
    await round(2);
    vcenter.endSessions();
    vcenter.answer('WaitForUpdatesEx', (asked) => {
      if (asked.body.includes('<version></version>')) return updated(EVERYTHING);
      return asked.target === first.asked.target ? refused('not-found') : updated('');
    });
    rounds[1]?.say(updated(''));
    await passUntil(() => inventories() === 2);
    expect(count('Login')).toBe(2);
    expect(watching.feeds.filter(({ kind }) => kind === 'complete')).toHaveLength(1);
  });
});
