/** Means of hours out of those of minutes, and of days out of those of hours. */
import type { DatabaseSync } from 'node:sqlite';
import { COLUMNS, meanOf, STEPS, type Step, stepAt } from './schema.ts';
import { inTransaction } from './transaction.ts';

/**
 * Up to now, the hour and the day that are under way too. It begins with the newest one that is there, which may have been under way
 * when it was written: to do it twice, or in two drovers, changes nothing.
 */
export function rollUp(sqlite: DatabaseSync, now: number): void {
  rollUpInto(sqlite, 'hour', 'minute', now);
  rollUpInto(sqlite, 'day', 'hour', now);
}

function rollUpInto(sqlite: DatabaseSync, to: Step, from: Step, now: number): void {
  const per = STEPS[to].ms / STEPS[from].ms;
  const newest = stepAt(to, now);
  const done = atOf(sqlite, `SELECT max(at) AS at FROM ${to} WHERE at <= ${newest}`);
  const replace = sqlite.prepare(
    `INSERT OR REPLACE INTO ${to} (at, series, measured, ${COLUMNS.join(', ')})
     SELECT :at, series, sum(measured), ${COLUMNS.map((column) => `CAST(round(${meanOf(column)}) AS INTEGER)`).join(', ')}
     FROM ${from} WHERE at >= :first AND at < :end GROUP BY series`,
  );
  const nextFrom = (at: number): number | undefined => {
    const next = atOf(
      sqlite,
      `SELECT min(at) AS at FROM ${from} WHERE at >= ${at * per} AND at < ${(newest + 1) * per}`,
    );
    return next === undefined ? undefined : Math.floor(next / per);
  };
  // One at a time: another drover that wants to write waits for no more than one.
  for (let at = nextFrom(done ?? 0); at !== undefined; at = nextFrom(at + 1)) {
    const these = { at, first: at * per, end: (at + 1) * per };
    inTransaction(sqlite, () => void replace.run(these));
  }
}

function atOf(sqlite: DatabaseSync, query: string): number | undefined {
  const at = sqlite.prepare(query).get()?.['at'];
  return typeof at === 'number' ? at : undefined;
}
