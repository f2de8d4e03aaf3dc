import type { DatabaseSync } from 'node:sqlite';

/** The number that SQLite answers for a pragma of this name. */
export const pragma = (sqlite: DatabaseSync, name: string): number =>
  Number(sqlite.prepare(`PRAGMA ${name}`).get()?.[name]);
