import { expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import type { Clock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { endpointName, type VmId, vmId } from '../../../ids.ts';
import type { Feed } from '../../contract.ts';
import type { Api } from '../api.ts';
import { readMachine } from '../machine.ts';
import { sampleForEver } from './sampler.ts';

const endpoint = endpointName('cloud');
const idOf = (id: string): VmId => vmId(endpoint, id);

/** As many rounds as there are answers: what each asks for is kept, and the time between them takes none. */
async function rounds(answers: readonly (FleetError | undefined)[], ids: readonly string[], seen: readonly string[]) {
  const feeds: Feed[] = [];
  const asked: string[][] = [];
  const ending = new AbortController();
  const metricData: Api['metricData'] = async ({ MetricDataQueries = [] }) => {
    const failure = answers[asked.length];
    asked.push([...new Set(MetricDataQueries.map((query) => query.MetricStat?.Metric?.Dimensions?.[0]?.Value ?? ''))]);
    if (failure) throw failure;
    return { MetricDataResults: [], $metadata: {} };
  };
  const clock: Clock = {
    now: () => 0,
    ticks: () => 0,
    after(_ms, call) {
      queueMicrotask(asked.length < answers.length ? call : () => ending.abort(new Error('enough')));
      return () => {};
    },
  };
  const machines = ids.map((InstanceId) => readMachine({ InstanceId })).filter((one) => one !== undefined);
  const sampling = sampleForEver({
    api: { metricData } as Pick<Api, 'metricData'> as Api,
    clock,
    place: { endpoint, region: 'eu-test-1' },
    everyMs: 60_000,
    running: () => machines,
    interest: () => seen.map(idOf),
    sink: (feed) => void feeds.push(feed),
    signal: ending.signal,
  });
  await expect(sampling).rejects.toThrow('enough');
  const texts = feeds.flatMap((feed) => (feed.kind === 'events' ? feed.events.map(({ text }) => text) : []));
  const blocks = feeds.flatMap((feed) => (feed.kind === 'samples' ? feed.block : []));
  return { asked, texts, blocks };
}

it('asks first for what is looked at', async () => {
  const { asked } = await rounds([undefined], ['i-1', 'i-2', 'i-3'], ['i-3']);
  expect(asked).toEqual([['i-3', 'i-1', 'i-2']]);
});

it('does not ask again for a connection that comes back, before it is due', async () => {
  const clock = createTestClock();
  let count = 0;
  const metricData: Api['metricData'] = async () => {
    count++;
    return { MetricDataResults: [], $metadata: {} };
  };
  const machine = readMachine({ InstanceId: 'i-1' });
  const texts: string[] = [];
  const connected = async (ms: number) => {
    const ending = new AbortController();
    const sampling = sampleForEver({
      api: { metricData } as Pick<Api, 'metricData'> as Api,
      clock,
      place: { endpoint, region: 'eu-test-1' },
      everyMs: 300_000,
      running: () => (machine ? [machine] : []),
      interest: () => [],
      sink: (feed) => void (feed.kind === 'events' && texts.push(...feed.events.map(({ text }) => text))),
      signal: ending.signal,
    }).catch(() => undefined);
    await clock.pass(ms);
    ending.abort(new Error('cut'));
    await sampling;
  };
  await connected(1_000);
  for (let again = 0; again < 5; again++) await connected(10_000);
  expect(count).toBe(1);
  await connected(300_000);
  expect(count).toBe(2);
  expect(texts).toHaveLength(1);
});

it('tells trouble with the figures once, and goes on', async () => {
  const forbidden = new FleetError('auth.forbidden', 'cloud: not authorized to perform: cloudwatch:GetMetricData');
  const { asked, texts, blocks } = await rounds([forbidden, forbidden, undefined], ['i-1'], []);
  expect(asked).toHaveLength(3);
  expect(texts).toEqual([expect.stringMatching(/USD a day$/), `No metrics: ${forbidden.message}`]);
  expect(blocks).toHaveLength(1);
});

it('tells a trouble again when it is another one, or has been over', async () => {
  const trouble = (text: string) => new FleetError('op.failed', text);
  const answers = [trouble('a'), trouble('b'), undefined, trouble('b'), trouble('b')];
  const { texts } = await rounds(answers, ['i-1'], []);
  expect(texts.slice(1)).toEqual(['No metrics: a', 'No metrics: b', 'No metrics: b']);
});

it('asks for a hundred instances at a time, and sends the same ids for the same instances', async () => {
  const ids = Array.from({ length: 150 }, (_, at) => `i-${at}`);
  const { asked, blocks } = await rounds([undefined, undefined, undefined, undefined], ids, []);
  expect(asked.map((some) => some.length)).toEqual([100, 50, 100, 50]);
  expect(blocks.map(({ ids: some }) => some.length)).toEqual([100, 50, 100, 50]);
  expect(blocks[2]?.ids).toBe(blocks[0]?.ids);
  expect(blocks[0]?.ids[0]).toBe(idOf('i-0'));
});

it('ends with a bug, and sends no request where nothing runs', async () => {
  const clock = createTestClock();
  const feeds: Feed[] = [];
  let machines: ReturnType<typeof readMachine>[] = [];
  let count = 0;
  const metricData: Api['metricData'] = async () => {
    count++;
    throw new TypeError('bug');
  };
  const sampling = sampleForEver({
    api: { metricData } as Pick<Api, 'metricData'> as Api,
    clock,
    place: { endpoint, region: 'eu-test-1' },
    everyMs: 60_000,
    running: () => machines.filter((one) => one !== undefined),
    interest: () => [vmId(endpointName('other'), 'i-1')],
    sink: (feed) => void feeds.push(feed),
    signal: new AbortController().signal,
  });
  const ended = expect(sampling).rejects.toThrow('bug');
  await clock.pass(59_999);
  machines = [readMachine({ InstanceId: 'i-1' })];
  expect([count, feeds.length]).toEqual([0, 0]);
  await clock.pass(1);
  await ended;
  expect(feeds).toHaveLength(1);
});
