/** What a vCenter or a host has kept of a VM's load. */
import type { VmId } from '../../../ids.ts';
import { type History, type HistoryRange, type HistoryRow, RANGE_MS } from '../../contract.ts';
import { asShare } from '../../lib/sample-block.ts';
import { onVm, type VmCalls } from '../vm-call.ts';
import type { Counters, KeptFor } from './counters.ts';
import { queryPerf, type Series } from './query.ts';

/** What hosts keep of VMs that run, beside the means of a vCenter. */
const REAL_TIME: KeptFor = { stepS: 20, lengthS: 3_600 };

const MEMORY = 'config.hardware.memoryMB';
const MIB = 1024 ** 2;
const KIB = 1024;
/** Shares come in hundredths of a percent. */
const WHOLE = 10_000;

/** Two requests, and one more for the first of a connection. */
export const readHistory = (
  calls: VmCalls,
  counters: (signal: AbortSignal) => Promise<Counters>,
  id: VmId,
  range: HistoryRange,
  signal: AbortSignal,
): Promise<History> =>
  onVm(calls, id, [MEMORY], signal, async ({ session, ref, values }) => {
    const known = await counters(signal);
    const { stepS } = stepFor(range, known.kept);
    const memory = Number(values.get(MEMORY)?.text ?? Number.NaN) * MIB;
    const query = { entity: ref, stepS, mostSamples: Math.ceil(RANGE_MS[range] / (stepS * 1000)) };
    const [series] = await queryPerf(session, known, [query], signal);
    const rows = series ? rowsOf(series, stepS * 1000, memory) : [];
    const newest = rows.at(-1)?.at ?? Number.NaN;
    return { stepMs: stepS * 1000, rows: rows.filter(({ at }) => at > newest - RANGE_MS[range]) };
  });

/** The shortest step that is kept for long enough; else what is kept for longest. */
function stepFor(range: HistoryRange, kept: readonly KeptFor[]): KeptFor {
  const all = [REAL_TIME, ...kept];
  const enough = all.find(({ lengthS }) => lengthS * 1000 >= RANGE_MS[range]);
  return enough ?? all.toSorted((a, b) => b.lengthS - a.lengthS)[0] ?? REAL_TIME;
}

/** Oldest first, without those steps of which nothing is known. */
function rowsOf({ ends, values }: Series, stepMs: number, memory: number): readonly HistoryRow[] {
  const value = (name: Parameters<typeof values.get>[0], at: number): number => values.get(name)?.[at] ?? Number.NaN;
  return ends
    .flatMap((end, at) => {
      const active = value('memoryActive', at) * KIB;
      const metrics = {
        cpu: asShare(value('cpuUsage', at) / WHOLE),
        // a vCenter that keeps the least of it has the share alone
        memory: Number.isNaN(active) ? (value('memoryUsage', at) / WHOLE) * memory : active,
        diskRead: value('diskRead', at) * KIB,
        diskWrite: value('diskWrite', at) * KIB,
        netRx: value('netRx', at) * KIB,
        netTx: value('netTx', at) * KIB,
      };
      return Number.isNaN(end) || Object.values(metrics).every(Number.isNaN) ? [] : [{ at: end - stepMs, ...metrics }];
    })
    .toSorted((a, b) => a.at - b.at);
}
