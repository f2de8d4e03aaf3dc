import type { History, HistoryRange, HistoryRow } from '../contract.ts';
import { makeSamples, sampleRows } from './curves.ts';
import type { FakeServer } from './server.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const STEPS: Readonly<Record<HistoryRange, { readonly stepMs: number; readonly count: number }>> = {
  hour: { stepMs: MINUTE, count: 60 },
  day: { stepMs: 15 * MINUTE, count: 96 },
  week: { stepMs: 2 * HOUR, count: 84 },
  month: { stepMs: 8 * HOUR, count: 90 },
  year: { stepMs: 96 * HOUR, count: 91 },
};

/** As if it had always been as it is now: one that is off has no metrics. */
export function readHistory({ clock, fleet }: FakeServer, row: number, range: HistoryRange): History {
  const { stepMs, count } = STEPS[range];
  const newest = Math.floor(clock.now() / stepMs) * stepMs;
  const samples = makeSamples(1);
  const rows = Array.from({ length: count }, (_, step): HistoryRow => {
    const at = newest - (count - 1 - step) * stepMs;
    sampleRows(fleet.columns, fleet.seed, Int32Array.of(row), at, samples);
    const now = (column: Float32Array | Float64Array): number => column[0] ?? Number.NaN;
    return {
      at,
      cpu: now(samples.cpu),
      memory: now(samples.memory),
      diskRead: now(samples.diskRead),
      diskWrite: now(samples.diskWrite),
      netRx: now(samples.netRx),
      netTx: now(samples.netTx),
    };
  });
  return { stepMs, rows };
}
