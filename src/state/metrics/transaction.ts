import type { DatabaseSync } from 'node:sqlite';

/** All of it or nothing; waits for its turn behind another drover. */
export function inTransaction(sqlite: DatabaseSync, work: () => void): void {
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    work();
    sqlite.exec('COMMIT');
  } catch (error) {
    // SQLite has taken it back itself after some errors.
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}
