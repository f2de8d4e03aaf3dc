/** What is kept of one machine, in the steps of a chart. */
import type { DatabaseSync } from 'node:sqlite';
import { type History, type HistoryRange, type HistoryRow, RANGE_MS } from '../../platforms/contract.ts';
import { METRICS, type SeriesKey } from './points.ts';
import { COLUMNS, meanOf, STEPS, STORED_PER_UNIT, type Step, stepAt } from './schema.ts';

/** Of what table a range is drawn, and how many of its steps are one of the chart. */
const RANGES: Readonly<Record<HistoryRange, { readonly step: Step; readonly per: number }>> = {
  hour: { step: 'minute', per: 1 },
  day: { step: 'minute', per: 15 },
  week: { step: 'hour', per: 1 },
  month: { step: 'hour', per: 4 },
  year: { step: 'day', per: 1 },
};

type Reader = (key: SeriesKey, range: HistoryRange, now: number) => History;

/** Of such an identity there is one machine, wherever it is. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function createReader(sqlite: DatabaseSync): Reader {
  const findSeries = sqlite.prepare('SELECT id FROM series WHERE source = ? AND object = ? AND machine = ?');
  const findElsewhere = sqlite.prepare(
    `SELECT id FROM series WHERE machine = :machine AND (source != :source OR object != :object)
     AND substr(source, 1, length(:platform)) = :platform`,
  );
  return (key, range, now) => {
    const { step, per } = RANGES[range];
    const stepMs = per * STEPS[step].ms;
    const last = stepAt(step, now);
    const first = (Math.floor(last / per) - RANGE_MS[range] / stepMs + 1) * per;
    const read = sqlite.prepare(stepsOf(step, per));
    const rowsOf = (series: unknown): readonly HistoryRow[] =>
      read.all({ first, last, series: Number(series) }).map((row) => rowOf(row, stepMs));
    const { source, object, machine } = key;
    const own = findSeries.get(source, object, machine)?.['id'];
    const rows = own === undefined ? [] : rowsOf(own);
    if (!UUID.test(machine)) return { stepMs, rows };
    const platform = source.slice(0, source.indexOf(' ') + 1);
    const elsewhere = findElsewhere.all({ machine, source, object, platform }).map(({ id }) => rowsOf(id));
    return { stepMs, rows: elsewhere.reduce(withEarlier, rows) };
  };
}

/**
 * With what the machine did on another host, before it came from there. Where both have measured at the same time they are two
 * machines, one copied from the other with its identity: but for the step in which it moved.
 */
function withEarlier(own: readonly HistoryRow[], other: readonly HistoryRow[]): readonly HistoryRow[] {
  const here = new Set(own.map(({ at }) => at));
  const more = other.filter(({ at }) => !here.has(at));
  if (other.length - more.length > 1) return own;
  return [...own, ...more].sort((a, b) => a.at - b.at);
}

/** Each step is looked up by itself: a table has the steps of all series together. Numbers of JavaScript come as fractions. */
const stepsOf = (step: Step, per: number): string => `
  WITH RECURSIVE wanted(at) AS (VALUES (CAST(:first AS INTEGER)) UNION ALL SELECT at + 1 FROM wanted WHERE at < :last)
  SELECT wanted.at / ${per} AS step, ${COLUMNS.map((column) => `${meanOf(column)} AS ${column}`).join(', ')}
  FROM wanted CROSS JOIN ${step} AS kept ON kept.at = wanted.at AND kept.series = :series
  GROUP BY step ORDER BY step`;

function rowOf(row: Readonly<Record<string, unknown>>, stepMs: number): HistoryRow {
  const figure = (at: number): number => {
    const stored = row[COLUMNS[at] ?? ''];
    const metric = METRICS[at];
    return typeof stored === 'number' && metric ? stored / STORED_PER_UNIT[metric] : Number.NaN;
  };
  const [cpu, memory, diskRead, diskWrite, netRx, netTx] = METRICS.map((_, at) => figure(at));
  return {
    at: Number(row['step']) * stepMs,
    cpu: cpu ?? Number.NaN,
    memory: memory ?? Number.NaN,
    diskRead: diskRead ?? Number.NaN,
    diskWrite: diskWrite ?? Number.NaN,
    netRx: netRx ?? Number.NaN,
    netTx: netTx ?? Number.NaN,
  };
}
