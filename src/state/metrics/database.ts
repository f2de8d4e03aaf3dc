/** The file that metrics are kept in, for one thread that may wait for the disk. Several drovers share it. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { History, HistoryRange } from '../../platforms/contract.ts';
import { METRICS, type MetricLimits, type MinuteBlock, type SeriesKey } from './points.ts';
import { createReader } from './read.ts';
import { rollUp } from './roll-up.ts';
import { COLUMNS, STEPS, STORED_PER_UNIT, stepAt } from './schema.ts';
import { freeSpace, removeOld } from './tidy.ts';
import { inTransaction } from './transaction.ts';

export interface MetricDatabase {
  /** What is there already of a minute stays: two drovers that measure the same write it once. */
  add(block: MinuteBlock): void;
  /** Means of a range up to `now` (epoch, ms), oldest first. */
  read(key: SeriesKey, range: HistoryRange, now: number): History;
  /** Makes means of hours and days, takes away what is too old, and the oldest where the file is too large. */
  tidy(now: number, limits: MetricLimits): void;
  close(): void;
}

const NAMES = COLUMNS.join(', ');

/** Of a file that `openFile` has opened. Throws what SQLite throws. */
export function createMetricDatabase(sqlite: DatabaseSync): MetricDatabase {
  const insert = sqlite.prepare(
    `INSERT INTO minute (at, series, measured, ${NAMES}) VALUES (?, ?, 1, ${COLUMNS.map(() => '?').join(', ')})
     ON CONFLICT DO NOTHING`,
  );
  const series = createSeries(sqlite);
  const reader = createReader(sqlite);
  /** The minute in which means of hours and days were made last. */
  let broughtUpTo = Number.NaN;

  /** What was measured since then would be missing at the end of a chart. */
  const bringUpTo = (now: number): void => {
    const minute = stepAt('minute', now);
    if (minute === broughtUpTo) return;
    rollUp(sqlite, now);
    broughtUpTo = minute;
  };

  return {
    add({ minute, keys, means }) {
      const day = stepAt('day', minute * STEPS.minute.ms);
      inTransaction(sqlite, () => {
        for (const [row, key] of keys.entries()) {
          const values = METRICS.map((metric, column) => {
            const mean = means[row * METRICS.length + column] ?? Number.NaN;
            return Number.isNaN(mean) ? null : Math.round(mean * STORED_PER_UNIT[metric]);
          });
          if (values.some((value) => value !== null)) insert.run(minute, series.idOf(key, day), ...values);
        }
      });
    },
    read(key, range, now) {
      if (range !== 'hour' && range !== 'day') bringUpTo(now);
      return reader(key, range, now);
    },
    tidy(now, limits) {
      rollUp(sqlite, now);
      removeOld(sqlite, now, limits.days);
      freeSpace(sqlite, now, limits.bytes);
    },
    close: () => sqlite.close(),
  };
}

/** Numbers of series, which a drover looks up once a day: then it is known which are in use. */
function createSeries(sqlite: DatabaseSync): { idOf(key: SeriesKey, day: number): number } {
  const known = new Map<string, { readonly id: number; readonly day: number }>();
  const put: StatementSync = sqlite.prepare(
    `INSERT INTO series (source, object, machine, seen) VALUES (?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET seen = max(seen, excluded.seen) RETURNING id`,
  );
  return {
    idOf({ source, object, machine }, day) {
      const name = [source, object, machine].join('\n');
      const before = known.get(name);
      if (before?.day === day) return before.id;
      const id = Number(put.get(source, object, machine, day)?.['id']);
      known.set(name, { id, day });
      return id;
    },
  };
}
