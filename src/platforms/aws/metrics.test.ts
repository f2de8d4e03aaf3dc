import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import { endpointName, vmId } from '../../ids.ts';
import type { Api } from './api.ts';
import { BATCH, costSentence, sampleBatch } from './metrics.ts';

const AT = Date.parse('2026-03-01T12:00:00Z');
const about = { subject: 'cloud', signal: new AbortController().signal };
const ids = ['i-1', 'i-2'].map((id) => vmId(endpointName('cloud'), id));
const machines = [
  { id: 'i-1', detailedMonitoring: false },
  { id: 'i-2', detailedMonitoring: true },
];

/** Answers each figure of i-1 with `value`, and nothing for others. */
function cloudWatch(value: number) {
  const asked: GetMetricDataCommandInput[] = [];
  const metricData: Api['metricData'] = async (input) => {
    asked.push(input);
    const MetricDataResults = (input.MetricDataQueries ?? []).map(({ Id, MetricStat }) => ({
      Id,
      Values: MetricStat?.Metric?.Dimensions?.[0]?.Value === 'i-1' ? [value, 7] : [],
    }));
    return { MetricDataResults, $metadata: {} };
  };
  return { asked, api: { metricData } as Pick<Api, 'metricData'> as Api };
}

it('F-113 makes shares and rates of the newest figures, and leaves the unknown unknown', async () => {
  const { api } = cloudWatch(60);
  const block = await sampleBatch(api, machines, ids, AT, about);
  expect(block.ids).toBe(ids);
  expect(block.cpu[0]).toBeCloseTo(0.6);
  // Sums of five minutes.
  expect(block.netRx[0]).toBeCloseTo(60 / 300);
  expect(block.diskWrite[0]).toBeCloseTo(60 / 300);
  expect([block.memory[0], block.cpu[1], block.netTx[1]]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
  expect(block.windowMs).toBe(300_000);
});

it('asks for a hundred instances in one request, by the period that each is watched with', async () => {
  const { api, asked } = cloudWatch(1);
  await sampleBatch(api, machines, ids, AT, about);
  expect(BATCH).toBe(100);
  expect(asked).toHaveLength(1);
  const periods = asked[0]?.MetricDataQueries?.map(({ MetricStat }) => MetricStat?.Period);
  expect(periods).toEqual([300, 300, 300, 300, 300, 60, 60, 60, 60, 60]);
  // What is asked for "now" is not there yet.
  expect(asked[0]?.StartTime).toEqual(new Date(AT - 900_000));
});

it('never shows more than a whole processor', async () => {
  const { api } = cloudWatch(104);
  expect((await sampleBatch(api, machines, ids, AT, about)).cpu[0]).toBe(1);
});

it('says what it costs', () => {
  expect(costSentence(100, 300_000)).toMatch(/every 300 s: about 1\.44 USD a day$/);
  expect(costSentence(100, 60_000)).toMatch(/about 7\.20 USD a day$/);
});
