/** What the nodes have kept of a guest: GET …/rrddata (PVE::RRD), rows of means without those figures that are not known. */
import { FleetError } from '../../../errors.ts';
import type { VmId } from '../../../ids.ts';
import type { History, HistoryRange, HistoryRow } from '../../contract.ts';
import { asRows, type Row } from '../../lib/json.ts';
import { asShare } from '../../lib/sample-block.ts';
import { type GuestCalls, onGuest } from '../guest-call.ts';
import { numberOf } from '../json.ts';

/** Where one row alone does not tell how long its step is. */
const USUAL_STEP_MS = 60_000;

export const readHistory = (calls: GuestCalls, id: VmId, range: HistoryRange, signal: AbortSignal): Promise<History> =>
  onGuest(calls, id, signal, async (call) => {
    const answer = await call.get('/rrddata', { timeframe: range, cf: 'AVERAGE' }).catch((error: unknown) => {
      if (isUnwritten(error)) return [];
      throw error;
    });
    const rows = asRows(answer, `the history of ${call.name}`);
    return { stepMs: stepOf(rows), rows: rows.flatMap((row) => rowOf(row) ?? []).toSorted((a, b) => a.at - b.at) };
  });

/** A guest that has never run, or that came to its node a moment ago, has no file there yet. */
const isUnwritten = (error: unknown): boolean =>
  error instanceof FleetError && /rrd/i.test(error.message) && /no such file/i.test(error.message);

function stepOf(rows: readonly Row[]): number {
  const times = rows.flatMap((row) => numberOf(row, 'time') ?? []).toSorted((a, b) => a - b);
  const steps = times.flatMap((time, at) => {
    const step = time - (times[at - 1] ?? Number.NaN);
    return step > 0 ? [step] : [];
  });
  return steps.length === 0 ? USUAL_STEP_MS : Math.min(...steps) * 1000;
}

/** Undefined for a step of which nothing is known, as before the guest was made. */
function rowOf(row: Row): HistoryRow | undefined {
  const figure = (key: string): number => {
    const value = numberOf(row, key) ?? Number.NaN;
    return value >= 0 ? value : Number.NaN;
  };
  const figures = {
    cpu: asShare(figure('cpu')),
    memory: figure('mem'),
    diskRead: figure('diskread'),
    diskWrite: figure('diskwrite'),
    netRx: figure('netin'),
    netTx: figure('netout'),
  };
  const time = numberOf(row, 'time');
  if (time === undefined || Object.values(figures).every(Number.isNaN)) return undefined;
  return { at: time * 1000, ...figures };
}
