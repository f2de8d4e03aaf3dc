import type { GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import type { Api } from '../api.ts';
import { BATCH, costSentence, sampleBatch } from './figures.ts';

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

it('asks for each figure by its name at CloudWatch, and puts each into its column', async () => {
  const figures = [
    ['CPUUtilization', 'Average', 10],
    ['EBSReadBytes', 'Sum', 600],
    ['EBSWriteBytes', 'Sum', 1_200],
    ['NetworkIn', 'Sum', 1_800],
    ['NetworkOut', 'Sum', 2_400],
  ] as const;
  const asked: GetMetricDataCommandInput[] = [];
  const metricData: Api['metricData'] = async (input) => {
    asked.push(input);
    const MetricDataResults = (input.MetricDataQueries ?? []).map(({ Id, MetricStat }) => ({
      Id,
      Values: [figures.find(([name]) => name === MetricStat?.Metric?.MetricName)?.[2] ?? 0],
    }));
    return { MetricDataResults: [...MetricDataResults, { Id: 'stranger', Values: [1] }, {}], $metadata: {} };
  };
  const api = { metricData } as Pick<Api, 'metricData'> as Api;
  const block = await sampleBatch(api, machines, ids, AT, about);
  expect(block).toEqual({
    at: AT,
    windowMs: 300_000,
    ids,
    cpu: Float32Array.of(0.1, 0.1),
    memory: Float64Array.of(Number.NaN, Number.NaN),
    diskRead: Float32Array.of(2, 10),
    diskWrite: Float32Array.of(4, 20),
    netRx: Float32Array.of(6, 30),
    netTx: Float32Array.of(8, 40),
  });
  const [input] = asked;
  expect(input).toMatchObject({ EndTime: new Date(AT), ScanBy: 'TimestampDescending' });
  expect(input?.MetricDataQueries?.slice(0, 5)).toEqual(
    figures.map(([MetricName, Stat], at) => ({
      Id: `${['cpu', 'diskread', 'diskwrite', 'netrx', 'nettx'][at]}0`,
      MetricStat: {
        Metric: { Namespace: 'AWS/EC2', MetricName, Dimensions: [{ Name: 'InstanceId', Value: 'i-1' }] },
        Period: 300,
        Stat,
      },
      ReturnData: true,
    })),
  );
  expect((await sampleBatch(api, machines.slice(1), ids.slice(1), AT, about)).windowMs).toBe(60_000);
  expect(asked[1]?.StartTime).toEqual(new Date(AT - 180_000));
});

it('knows nothing where CloudWatch says nothing, and no less than an idle processor', async () => {
  const silent = { metricData: async () => ({ $metadata: {} }) } as Pick<Api, 'metricData'> as Api;
  expect((await sampleBatch(silent, machines, ids, AT, about)).cpu).toEqual(Float32Array.of(Number.NaN, Number.NaN));
  expect((await sampleBatch(cloudWatch(-1).api, machines, ids, AT, about)).cpu[0]).toBe(0);
});

it('says of how many it is asked', () => {
  expect(costSentence(3, 60_000)).toBe(
    'CloudWatch is asked for 5 metrics of each of 3 instances every 60 s: about 0.22 USD a day',
  );
});
