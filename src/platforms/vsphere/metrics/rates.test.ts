import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../../../test/clock.ts';
import { FleetError } from '../../../errors.ts';
import { addressOf } from '../address.ts';
import { openSession, type Session } from '../session.ts';
import { refused, type ScriptedVcenter, startScriptedVcenter } from '../testkit/scripted-vcenter.ts';
import type { CounterName, Counters } from './counters.ts';
import { createRates, type Rates } from './rates.ts';

let vcenter: ScriptedVcenter;
let session: Session;
let clock: TestClock;
let ending: AbortController;
let rates: Rates;

const counter = (id: number) => ({ id: `${id}`, instance: '' });
const ALL: readonly (readonly [CounterName, number])[] = [
  ['cpuUsage', 2],
  ['diskRead', 173],
  ['netTx', 149],
];
const counters: Counters = {
  manager: { type: 'PerformanceManager', value: 'PerfMgr' },
  known: new Map(ALL.map(([name, id]) => [name, counter(id)])),
  kept: [],
};

beforeEach(async () => {
  [clock, ending] = [createTestClock(), new AbortController()];
  vcenter = await startScriptedVcenter();
  session = await openSession(vcenter.endpoint.name, addressOf(vcenter.endpoint), {
    signal: ending.signal,
    clock,
    wire: () => {},
    ask: {},
  });
  rates = createRates(session, async () => counters);
  vcenter.answer('QueryPerf', ({ body }) => askedFor(body).map(answerFor).join(''));
});
afterEach(async () => {
  ending.abort();
  await session.close();
  await vcenter.close();
});

const askedFor = (body: string): readonly string[] =>
  [...body.matchAll(/<entity type="VirtualMachine">([^<]+)/g)].map(([, vm = '']) => vm);
const value = (id: number, csv: string) =>
  `<value><id><counterId>${id}</counterId><instance></instance></id><value>${csv}</value></value>`;
const answerFor = (vm: string) =>
  `<returnval><entity type="VirtualMachine">${vm}</entity><sampleInfoCSV>20,2026-01-01T00:00:20Z</sampleInfoCSV>${value(173, '3')}${value(149, '-1')}</returnval>`;
const questions = () => vcenter.asked.filter(({ method }) => method === 'QueryPerf').map(({ body }) => body);
const vms = (count: number) => Array.from({ length: count }, (_, at) => `vm-${at}`);
const follow = (running: () => readonly string[]) => void rates.follow(running, ending.signal);
/** Lets time pass until it is so; the requests on the way take real time. */
const passUntil = (seen: () => boolean) =>
  expect
    .poll(
      async () => {
        if (!seen()) await clock.pass(1_000);
        return seen();
      },
      { interval: 5, timeout: 10_000 },
    )
    .toBe(true);
const untilRead = (vm: string) => expect.poll(() => rates.of(vm), { interval: 5, timeout: 10_000 }).toBeDefined();

describe('disk and network rates of VMs that run', () => {
  it('are asked for 64 VMs at a time, with the last step and those counters alone, in bytes per second', async () => {
    follow(() => vms(100));
    await untilRead('vm-99');
    expect(questions().map((body) => askedFor(body).length)).toEqual([64, 36]);
    const [first = ''] = questions();
    expect(new Set([...first.matchAll(/<counterId>(\d+)/g)].map(([, id]) => id))).toEqual(new Set(['173', '149']));
    expect(first).toContain('<maxSample>1</maxSample>');
    expect(first).toContain('<intervalId>20</intervalId>');
    expect(rates.of('vm-0')).toMatchObject({ diskRead: 3072, diskWrite: Number.NaN, netTx: Number.NaN });
    expect(rates.areNew()).toBe(true);
    expect(rates.areNew()).toBe(false);
  });

  it('are unknown of a VM that does not run any more, and where nothing new has come for a minute', async () => {
    let running = vms(2);
    follow(() => running);
    await untilRead('vm-1');
    running = ['vm-0'];
    await passUntil(() => !rates.of('vm-1') && rates.of('vm-0') !== undefined && questions().length > 1);
    vcenter.answer('QueryPerf', () => refused('no-permission'));
    await passUntil(() => !rates.of('vm-0'));
  });

  it('that are refused for some VMs come of the others, and again later', async () => {
    vcenter.answer('QueryPerf', ({ body }) =>
      askedFor(body).includes('vm-0') ? refused('not-found') : askedFor(body).map(answerFor).join(''),
    );
    let running = vms(65);
    follow(() => running);
    await untilRead('vm-64');
    expect(rates.of('vm-1')).toBeUndefined();
    running = vms(65).slice(1);
    await passUntil(() => rates.of('vm-1') !== undefined);
  });

  it('are not asked for where the server has none', async () => {
    const bare = createRates(session, async () => ({ ...counters, known: new Map() }));
    await bare.follow(() => vms(1), ending.signal);
    expect(questions()).toEqual([]);
  });

  it('are asked for again where their counters could not be read at first, and never where the server has none', async () => {
    let times = 0;
    const late = createRates(session, async () => {
      if (++times === 1) throw new FleetError('host.unreachable', 'busy');
      return counters;
    });
    void late.follow(() => vms(1), ending.signal);
    await passUntil(() => late.of('vm-0') !== undefined);
    const bare = createRates(session, () => Promise.reject(new FleetError('op.unsupported', 'it keeps no metrics')));
    await bare.follow(() => vms(1), ending.signal);
    const broken = createRates(session, () => Promise.reject(new TypeError('a bug')));
    await expect(broken.follow(() => vms(1), ending.signal)).rejects.toThrow('a bug');
  });
});
