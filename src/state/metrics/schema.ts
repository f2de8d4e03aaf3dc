/** The tables of metrics.db, and how its file is known. */
import { METRICS } from './points.ts';

/** `drvm`: the file is drover's own. */
export const APPLICATION_ID = 0x64_72_76_6d;
/** Of the tables: a file of a higher one was written by a newer drover, and is left alone. */
export const SCHEMA_VERSION = 1;

const MINUTE_MS = 60_000;

/** One table for each length of step. */
export const STEPS = {
  minute: { ms: MINUTE_MS },
  hour: { ms: 60 * MINUTE_MS },
  day: { ms: 24 * 60 * MINUTE_MS },
} as const;
export type Step = keyof typeof STEPS;

/** Which step an instant is in: steps since 1970. */
export const stepAt = (step: Step, now: number): number => Math.floor(now / STEPS[step].ms);

/** What is stored of a metric, so that most rows take 40 bytes: shares as hundredths of a percent, memory as KiB, rates as bytes. */
export const STORED_PER_UNIT: Readonly<Record<(typeof METRICS)[number], number>> = {
  cpu: 10_000,
  memory: 1 / 1024,
  diskRead: 1,
  diskWrite: 1,
  netRx: 1,
  netTx: 1,
};

export const COLUMNS = METRICS.map((metric) => metric.replace(/[A-Z]/, (letter) => `_${letter.toLowerCase()}`));

/**
 * `at` comes first in the key: a minute is written at the end of its table, and what is too old goes from its beginning. A
 * chart looks up each of its steps, which a tree of this height answers at once.
 */
const table = (name: Step): string => `
  CREATE TABLE ${name} (
    at INTEGER NOT NULL,
    series INTEGER NOT NULL,
    measured INTEGER NOT NULL,
    ${COLUMNS.map((column) => `${column} INTEGER`).join(', ')},
    PRIMARY KEY (at, series)
  ) STRICT, WITHOUT ROWID;`;

/** `seen`: the last day on which a drover began to write of it; `measured`: of how many minutes a row is the mean. */
export const CREATE_TABLES = `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    object TEXT NOT NULL,
    machine TEXT NOT NULL,
    seen INTEGER NOT NULL,
    UNIQUE (source, object, machine)
  ) STRICT;
  ${(Object.keys(STEPS) as Step[]).map(table).join('')}
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};`;

/** The mean of a column, each row weighed by the minutes that it is the mean of; NULL where none is known. */
export const meanOf = (column: string): string =>
  `sum(1.0 * ${column} * measured) / sum(measured) FILTER (WHERE ${column} IS NOT NULL)`;
