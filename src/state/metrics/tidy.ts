/** What keeps the file within its bounds. */
import type { DatabaseSync } from 'node:sqlite';
import { pragma } from './pragma.ts';
import { STEPS, type Step, stepAt } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** How far back each length of step goes, days; days themselves as far as the configuration says. */
const KEPT_DAYS: Readonly<Record<Step, number>> = { minute: 2, hour: 60, day: Number.POSITIVE_INFINITY };
/** What is taken away at once, so that another drover need not wait long: steps of the table. */
const AT_ONCE: Readonly<Record<Step, number>> = { minute: 60, hour: 24, day: 1 };
/** Where the file is too large, minutes go first, then hours, and days last. So much stays of each: what charts are drawn of. */
const LEAST_KEPT: Readonly<Record<Step, number>> = { minute: 120, hour: 48, day: 7 };
const ORDER = ['minute', 'hour', 'day'] as const satisfies readonly Step[];
/** Pages that are given back to the file system at once. */
const PAGES_AT_ONCE = 2_000;

/** Means of hours and days must have been made: what is rolled up goes with whole steps of those. */
export function removeOld(sqlite: DatabaseSync, now: number, days: number): void {
  for (const step of ORDER) {
    const kept = Math.min(days, KEPT_DAYS[step]) * (STEPS.day.ms / STEPS[step].ms);
    const end = Math.floor((stepAt(step, now) - kept) / AT_ONCE[step]) * AT_ONCE[step];
    while (removeOldest(sqlite, step, end));
  }
  const unused = sqlite.prepare('DELETE FROM series WHERE seen < ?');
  inTransaction(sqlite, () => void unused.run(stepAt('day', now) - days - 1));
  giveBack(sqlite);
}

/** Takes the oldest away until what is in use of the file is within `most` bytes, as far as that is possible. */
export function freeSpace(sqlite: DatabaseSync, now: number, most: number): void {
  for (const step of ORDER) {
    const end = Math.floor((stepAt(step, now) - LEAST_KEPT[step]) / AT_ONCE[step]) * AT_ONCE[step];
    while (bytesInUse(sqlite) > most && removeOldest(sqlite, step, end));
  }
  giveBack(sqlite);
}

/** The oldest steps, none of them from `end` on; false where there are none. */
function removeOldest(sqlite: DatabaseSync, step: Step, end: number): boolean {
  const oldest = sqlite.prepare(`SELECT min(at) AS at FROM ${step}`).get()?.['at'];
  if (typeof oldest !== 'number' || oldest >= end) return false;
  const next = Math.min(end, (Math.floor(oldest / AT_ONCE[step]) + 1) * AT_ONCE[step]);
  inTransaction(sqlite, () => void sqlite.prepare(`DELETE FROM ${step} WHERE at < ?`).run(next));
  return true;
}

function bytesInUse(sqlite: DatabaseSync): number {
  return (pragma(sqlite, 'page_count') - pragma(sqlite, 'freelist_count')) * pragma(sqlite, 'page_size');
}

function giveBack(sqlite: DatabaseSync): void {
  for (let left = pragma(sqlite, 'freelist_count'); left > 0; left -= PAGES_AT_ONCE)
    sqlite.prepare(`PRAGMA incremental_vacuum(${PAGES_AT_ONCE})`).all();
}
