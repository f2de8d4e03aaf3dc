import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HISTORY_RANGES, type HistoryRange } from '../../src/platforms/contract.ts';
import { createMetricDatabase } from '../../src/state/metrics/database.ts';
import { openFile } from '../../src/state/metrics/open-file.ts';
import { METRICS, type SeriesKey } from '../../src/state/metrics/points.ts';
import { gib, mib } from '../../src/units.ts';
import { type Figures, figuresOf } from './figures.ts';

/** What it costs to keep the metrics of a fleet whose minutes pass as fast as they can be written. */
export interface MetricFigures {
  readonly vms: number;
  readonly days: number;
  /** Bytes at the end: of the file, and of the log beside it. */
  readonly file: number;
  readonly log: number;
  /** ms: a minute of all VMs written; hours and days made and old rows taken away, every hour. */
  readonly minute: Figures;
  readonly tidy: Figures;
  /** ms: what a chart is drawn of, read for one VM after the other. */
  readonly charts: Readonly<Record<HistoryRange, Figures>>;
  /** ms: hours and days made and old rows taken away after drover was away for a month. */
  readonly afterAMonth: number;
}

const VMS = 1_000;
const MINUTES_A_DAY = 24 * 60;
const TIDY_EVERY = 60;
const MINUTE_MS = 60_000;
const DAY_MS = MINUTES_A_DAY * MINUTE_MS;
const CHARTS = 50;
const LIMITS = { days: 365, bytes: gib(1) };

export async function measureMetrics(days: number, tell: (line: string) => void): Promise<MetricFigures> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-bench-metrics-'));
  const file = join(folder, 'metrics.db');
  const database = createMetricDatabase(await openFile(file));
  try {
    const keys = Array.from({ length: VMS }, (_, at): SeriesKey => keyOf(at));
    const start = Math.floor(Date.now() / DAY_MS) * DAY_MS - days * DAY_MS;
    const minutes: number[] = [];
    const tidies: number[] = [];
    for (let minute = 0; minute < days * MINUTES_A_DAY; minute++) {
      const now = start + minute * MINUTE_MS;
      const block = { minute: now / MINUTE_MS, keys, means: drawn() };
      minutes.push(timed(() => database.add(block)));
      if (minute % TIDY_EVERY === 0) tidies.push(timed(() => database.tidy(now, LIMITS)));
      if (minute % MINUTES_A_DAY === 0) tell(`day ${minute / MINUTES_A_DAY + 1} of ${days} …`);
    }
    const end = start + days * DAY_MS;
    const chart = (range: HistoryRange) =>
      figuresOf(
        Array.from({ length: CHARTS }, (_, at) => timed(() => database.read(keyOf((at * 37) % VMS), range, end))),
      );
    const charts = Object.fromEntries(HISTORY_RANGES.map((range) => [range, chart(range)])) as MetricFigures['charts'];
    const [size, log] = await Promise.all([sizeOf(file), sizeOf(`${file}-wal`)]);
    const afterAMonth = timed(() => database.tidy(end + 30 * DAY_MS, LIMITS));
    const figures = { minute: figuresOf(minutes), tidy: figuresOf(tidies), charts, afterAMonth };
    return { vms: VMS, days, file: size, log, ...figures };
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const keyOf = (at: number): SeriesKey => ({
  source: `libvirt root@host${at % 20}.example.org`,
  object: `vm-${String(at).padStart(4, '0')}`,
  machine: `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`,
});

/** Figures that no two rows have in common, so that they take the room that those of real VMs take. */
function drawn(): Float64Array {
  const means = new Float64Array(VMS * METRICS.length);
  for (let at = 0; at < means.length; at += METRICS.length) {
    means[at] = Math.random();
    means[at + 1] = Math.random() * gib(16);
    for (let rate = 2; rate < METRICS.length; rate++) means[at + rate] = Math.random() * mib(4);
  }
  return means;
}

function timed(work: () => void): number {
  const before = performance.now();
  work();
  return performance.now() - before;
}

const sizeOf = async (path: string): Promise<number> => (await stat(path)).size;
