/** Opens metrics.db, or says why it can't be used. What is there and is not understood stays as it is. */
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { FleetError } from '../../errors.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { makeOwnFolder, ownerBelow } from '../files/own-folder.ts';
import { type JournalMode, journalModeAt } from './journal-mode.ts';
import { pragma } from './pragma.ts';
import { APPLICATION_ID, CREATE_TABLES, SCHEMA_VERSION } from './schema.ts';
import { inTransaction } from './transaction.ts';

/** How long one drover waits for another's turn; what is done in one turn takes a tenth of it at most. */
const WAITS_MS = 10_000;
/** The log beside the file is cut back to this when it has been written into it. */
const LOG_BYTES = 4 * 1024 ** 2;

type Sqlite = Pick<typeof import('node:sqlite'), 'DatabaseSync'>;

/** Undefined: this Node has none. */
async function loadSqlite(): Promise<Sqlite | undefined> {
  try {
    return await import('node:sqlite');
  } catch (error) {
    if (errnoOf(error) === 'ERR_UNKNOWN_BUILTIN_MODULE') return undefined;
    throw error;
  }
}

/** Rejects with op.failed: a sentence that names the file, with what to do about it. */
export async function openFile(file: string, load = loadSqlite): Promise<DatabaseSync> {
  const sqlite = await load();
  if (!sqlite) throw off(`this Node (${process.version}) has no SQLite`, 'run drover with Node 22.13 or newer');
  let journal: JournalMode;
  try {
    await makeFile(file);
    journal = await journalModeAt(file);
  } catch (error) {
    throw off(`${file} can't be made: ${fileTrouble(error)}`);
  }
  const database = new sqlite.DatabaseSync(file);
  try {
    prepare(database, file, journal);
    return database;
  } catch (error) {
    database.close();
    throw troubleOf(error, file);
  }
}

/** A new one is readable by its owner alone; SQLite gives what it puts beside it the same mode. */
async function makeFile(file: string): Promise<void> {
  const folder = dirname(file);
  await makeOwnFolder(folder);
  try {
    const handle = await open(file, 'wx', 0o600);
    const owner = await ownerBelow(folder);
    if (owner) await handle.chown(owner.uid, owner.gid);
    await handle.close();
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

function prepare(database: DatabaseSync, file: string, journal: JournalMode): void {
  database.exec(`PRAGMA busy_timeout = ${WAITS_MS}`);
  if (isNew(database)) database.exec('PRAGMA auto_vacuum = INCREMENTAL');
  else requireOwn(database, file);
  // What a crash of the machine takes is the last minutes; a process that is killed loses nothing that it had written.
  database.exec(
    `PRAGMA journal_mode = ${journal}; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${LOG_BYTES}`,
  );
  inTransaction(database, () => {
    // Another drover may have made it meanwhile.
    if (isNew(database)) database.exec(CREATE_TABLES);
    requireOwn(database, file);
  });
}

/** Nothing has been written to it. */
const isNew = (database: DatabaseSync): boolean =>
  pragma(database, 'user_version') === 0 &&
  pragma(database, 'application_id') === 0 &&
  database.prepare('SELECT count(*) AS count FROM sqlite_schema').get()?.['count'] === 0;

function requireOwn(database: DatabaseSync, file: string): void {
  const version = pragma(database, 'user_version');
  if (pragma(database, 'application_id') !== APPLICATION_ID) {
    throw off(`${file} is no file of drover's`, 'move it away');
  }
  if (version === SCHEMA_VERSION) return;
  throw off(`${file} was written by another drover (version ${version}, not ${SCHEMA_VERSION})`, 'update drover');
}

const off = (why: string, fix?: string): FleetError =>
  new FleetError('op.failed', `${why}; no metrics are kept`, fix === undefined ? {} : { fix });

/** What `sqlite3_extended_errcode` answers, without its upper bits. */
const BUSY = 5;
const FULL = 13;
const CORRUPT = 11;
const NO_DATABASE = 26;

/** Of an error of SQLite the sentence that names the file; anything else as it is. */
export function troubleOf(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error;
  const code = Number(error.errcode) & 0xff;
  if (code === CORRUPT || code === NO_DATABASE) return off(`${file} is damaged (${error.message})`, 'move it away');
  if (code === BUSY) return off(`${file} is held by another program`);
  if (code === FULL) return off(`${file} can't be written: the disk is full`);
  return off(`${file} can't be used: ${error.message}`);
}
