/**
 * Figures of CloudWatch, namespace AWS/EC2: five for each running instance, a hundred instances in a request
 * (GetMetricData takes 500 queries). Each figure that is asked for costs money. Memory is not among them: only an
 * agent inside the guest knows it.
 */
import type { MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { nativeOf, type VmId } from '../../../ids.ts';
import type { SampleBlock } from '../../contract.ts';
import { asShare, blockOf } from '../../lib/sample-block.ts';
import type { About, Api } from '../api.ts';
import type { Machine } from '../machine.ts';

export type Sampled = Pick<Machine, 'id' | 'detailedMonitoring'>;

/** Column of a sample -> its metric. What counts bytes is summed over the period. */
export const FIGURES = [
  ['cpu', 'CPUUtilization', 'Average'],
  ['diskRead', 'EBSReadBytes', 'Sum'],
  ['diskWrite', 'EBSWriteBytes', 'Sum'],
  ['netRx', 'NetworkIn', 'Sum'],
  ['netTx', 'NetworkOut', 'Sum'],
] as const;
type Column = (typeof FIGURES)[number][0];
type Readings = ReadonlyMap<string, Partial<Record<Column, number>>>;

const MOST_QUERIES = 500;
export const BATCH = Math.floor(MOST_QUERIES / FIGURES.length);
const BASIC_S = 300;
const DETAILED_S = 60;
/** A period is told some minutes after its end: the newest of the last three is taken. */
const PERIODS_BACK = 3;
export const PERCENT = 100;

/** Seconds between figures that CloudWatch has of it. */
export const periodOf = ({ detailedMonitoring }: Pick<Sampled, 'detailedMonitoring'>): number =>
  detailedMonitoring ? DETAILED_S : BASIC_S;

/** One block for at most BATCH instances; `ids` are theirs, in the same order. */
export async function sampleBatch(
  api: Api,
  machines: readonly Sampled[],
  ids: readonly VmId[],
  at: number,
  about: About,
): Promise<SampleBlock> {
  const readings = await read(api, machines, at, about);
  const windowMs = Math.max(...machines.map(periodOf)) * 1000;
  return blockOf(ids, at, windowMs, (id) => readings.get(nativeOf(id)));
}

async function read(api: Api, machines: readonly Sampled[], at: number, about: About): Promise<Readings> {
  const longest = Math.max(...machines.map(periodOf));
  const readings = new Map<string, Partial<Record<Column, number>>>();
  const byQuery = new Map<string, { machine: Sampled; column: Column; perSecond: boolean }>();
  const MetricDataQueries: MetricDataQuery[] = [];
  for (const [index, machine] of machines.entries()) {
    for (const [column, MetricName, Stat] of FIGURES) {
      const Id = `${column.toLowerCase()}${index}`;
      const Dimensions = [{ Name: 'InstanceId', Value: machine.id }];
      const Metric = { Namespace: 'AWS/EC2', MetricName, Dimensions };
      MetricDataQueries.push({ Id, MetricStat: { Metric, Period: periodOf(machine), Stat }, ReturnData: true });
      byQuery.set(Id, { machine, column, perSecond: Stat === 'Sum' });
    }
  }
  const range = { StartTime: new Date(at - longest * PERIODS_BACK * 1000), EndTime: new Date(at) };
  // One page holds 100,800 points; here are at most three for each figure.
  const { MetricDataResults = [] } = await api.metricData(
    { MetricDataQueries, ...range, ScanBy: 'TimestampDescending' },
    about,
  );
  for (const { Id = '', Values = [] } of MetricDataResults) {
    const query = byQuery.get(Id);
    const [newest] = Values;
    if (!query || newest === undefined) continue;
    const { machine, column, perSecond } = query;
    const value = perSecond ? newest / periodOf(machine) : asShare(newest / PERCENT);
    readings.set(machine.id, { ...readings.get(machine.id), [column]: value });
  }
  return readings;
}

const USD_PER_FIGURE = 0.01 / 1000;
const DAY_MS = 86_400_000;

/** What asking so often for so many costs, as a sentence. Amazon's price list has the truth. */
export function costSentence(instances: number, everyMs: number): string {
  const perDay = instances * FIGURES.length * (DAY_MS / everyMs) * USD_PER_FIGURE;
  return `CloudWatch is asked for ${FIGURES.length} metrics of each of ${instances} instances every ${everyMs / 1000} s: about ${perDay.toFixed(2)} USD a day`;
}
