/**
 * The past of an instance as CloudWatch has kept it, for 15 months: five figures of each step. Each look costs money, as samples
 * do, so it is there where samples are, and what was asked is kept as long as there can be nothing new.
 */
import type { MetricDataQuery, MetricDataResult } from '@aws-sdk/client-cloudwatch';
import type { VmId } from '../../../ids.ts';
import { type History, type HistoryRange, type HistoryRow, RANGE_MS, type VmOps } from '../../contract.ts';
import { asShare } from '../../lib/sample-block.ts';
import type { Machine } from '../machine.ts';
import { type AwsRegion, readAll } from '../region.ts';
import { onInstance } from '../vm-call.ts';
import { FIGURES, PERCENT, periodOf } from './figures.ts';

const HOUR_S = 3_600;
/** Steps of long ranges; those of an hour and a day are what CloudWatch is told. Days older than 63 have steps of an hour at least. */
const STEP_S: Readonly<Partial<Record<HistoryRange, number>>> = { week: HOUR_S, month: HOUR_S, year: 24 * HOUR_S };
/** Histories that are kept: of those that a user goes through. */
const MOST_KEPT = 100;

interface Kept {
  /** In ticks of the clock. */
  readonly until: number;
  readonly history: History;
}

export function createHistory(region: AwsRegion): Required<VmOps>['history'] {
  const kept = new Map<string, Kept>();
  return async (id, range, signal) => {
    const key = `${id} ${range}`;
    const known = kept.get(key);
    if (known && known.until > region.clock.ticks()) return known.history;
    const history = await readHistory(region, id, range, signal);
    kept.delete(key);
    kept.set(key, { until: region.clock.ticks() + history.stepMs, history });
    const [oldest] = kept.keys();
    if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    return history;
  };
}

const readHistory = (region: AwsRegion, id: VmId, range: HistoryRange, signal: AbortSignal): Promise<History> =>
  onInstance(region, id, signal, async ({ machine, name }) => {
    const stepS = STEP_S[range] ?? periodOf(machine);
    const now = region.clock.now();
    const asked = {
      MetricDataQueries: queriesFor(machine, stepS),
      StartTime: new Date(now - RANGE_MS[range]),
      EndTime: new Date(now),
      ScanBy: 'TimestampAscending' as const,
    };
    const results = await readAll('GetMetricData', async (marker) => {
      const page = marker === undefined ? asked : { ...asked, NextToken: marker };
      const answer = await region.api.metricData(page, { subject: name, signal });
      return { items: answer.MetricDataResults ?? [], next: answer.NextToken || undefined };
    });
    return { stepMs: stepS * 1000, rows: rowsOf(results, stepS) };
  });

const queriesFor = ({ id }: Machine, Period: number): MetricDataQuery[] =>
  FIGURES.map(([column, MetricName, Stat]) => {
    const Metric = { Namespace: 'AWS/EC2', MetricName, Dimensions: [{ Name: 'InstanceId', Value: id }] };
    return { Id: column.toLowerCase(), MetricStat: { Metric, Period, Stat }, ReturnData: true };
  });

/** Oldest first. One figure may come in several pages, and need not have what another one has. */
function rowsOf(results: readonly MetricDataResult[], stepS: number): readonly HistoryRow[] {
  const rows = new Map<number, Partial<Record<(typeof FIGURES)[number][0], number>>>();
  for (const { Id, Timestamps = [], Values = [] } of results) {
    const [column, , stat] = FIGURES.find(([one]) => one.toLowerCase() === Id) ?? [];
    if (column === undefined) continue;
    for (const [index, time] of Timestamps.entries()) {
      const value = Values[index];
      if (value === undefined) continue;
      const at = time.getTime();
      rows.set(at, { ...rows.get(at), [column]: stat === 'Sum' ? value / stepS : asShare(value / PERCENT) });
    }
  }
  const unknown = Number.NaN;
  const nothing = {
    cpu: unknown,
    memory: unknown,
    diskRead: unknown,
    diskWrite: unknown,
    netRx: unknown,
    netTx: unknown,
  };
  return [...rows].toSorted(([a], [b]) => a - b).map(([at, known]) => ({ at, ...nothing, ...known }));
}
