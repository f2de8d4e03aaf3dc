/**
 * Records that outlast a run, one JSON object a line: what drover did (tasks) and what it has to tell (notifications). Several
 * drovers write and read the same one. The newest lines are in `NAME.jsonl`; what grew too long is set aside under a name of its own, and the
 * oldest of those are deleted, so that no two drovers that set aside at once can lose each other's lines.
 */
import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../clock.ts';
import { appendLines } from '../files/append-lines.ts';
import { escapeActive } from '../files/escape-active.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { makeOwnFolder } from '../files/own-folder.ts';
import type { Redactor } from '../files/redactor.ts';

export interface RecordLog<Line> {
  /** Written soon, in this order. Never rejects: what can't be written is reported once in a run. */
  add(line: Line): void;
  /** Every line that is there, oldest first; what is no line of this log is left out. Rejects with what the file system says. */
  read(): Promise<readonly Line[]>;
  /** Resolves when nothing waits to be written, or the disk has not answered for two seconds. */
  written(): Promise<void>;
}

export interface RecordLogOptions<Line> {
  /** `…/tasks.jsonl`. */
  readonly file: string;
  readonly clock: Clock;
  readonly redactor: Pick<Redactor, 'redact'>;
  /** What a value of the file is; undefined for anything else. */
  readonly parse: (value: unknown) => Line | undefined;
  /** Called once, with the sentence why nothing can be kept. */
  readonly trouble: (message: string) => void;
  /** Bytes of a file before it is set aside. */
  readonly longest?: number;
}

/** A few hundred tasks. */
const LONGEST = 256 * 1024;
const SET_ASIDE = 2;
const WRITE_DEADLINE_MS = 2_000;
/** What waits for a disk that hangs. */
const MOST_WAITING = 5_000;
/** So that a long file is not felt at the keys. */
const LINES_PER_TURN = 500;

export function createRecordLog<Line>(options: RecordLogOptions<Line>): RecordLog<Line> {
  const { file, clock, redactor, parse, trouble, longest = LONGEST } = options;
  const folder = dirname(file);
  const name = basename(file, '.jsonl');
  let waiting: string[] = [];
  let writing: Promise<void> | undefined;
  let hasComplained = false;

  const spelled = (line: Line): string =>
    escapeActive(JSON.stringify(line, (_key, value) => (typeof value === 'string' ? redactor.redact(value) : value)));

  const writeWaiting = async (): Promise<void> => {
    while (waiting.length > 0) {
      const lines = waiting;
      waiting = [];
      try {
        await makeOwnFolder(folder);
        await setAside(file, longest);
        await appendLines(file, lines);
      } catch (error) {
        if (!hasComplained) trouble(`${file} can't be written: ${fileTrouble(error)}; what happens now is not kept`);
        hasComplained = true;
      }
    }
    writing = undefined;
  };

  return {
    add(line) {
      waiting.push(spelled(line));
      if (waiting.length > MOST_WAITING) waiting.shift();
      writing ??= writeWaiting();
    },
    async read() {
      const lines: Line[] = [];
      for (const path of await filesOf(folder, name)) {
        const text = await endOf(path, longest * 2);
        for (const [at, line] of text.split('\n').entries()) {
          if (at % LINES_PER_TURN === LINES_PER_TURN - 1) await nextTurn();
          const value = parse(jsonOf(line));
          if (value !== undefined) lines.push(value);
        }
      }
      return lines;
    },
    async written() {
      if (!writing) return;
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const takeBack = clock.after(WRITE_DEADLINE_MS, resolve);
      await Promise.race([writing, late]);
      takeBack();
    },
  };
}

/** Those that were set aside, oldest first, and the one that is written now. */
async function filesOf(folder: string, name: string): Promise<readonly string[]> {
  const aside = await setAsideIn(folder, name);
  return [...aside, `${name}.jsonl`].map((one) => join(folder, one));
}

async function setAsideIn(folder: string, name: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  const pattern = new RegExp(`^${name}-\\d+-[0-9a-f]+\\.jsonl$`);
  return names.filter((one) => pattern.test(one)).sort();
}

async function setAside(file: string, longest: number): Promise<void> {
  const size = await stat(file).then(
    (found) => found.size,
    () => 0,
  );
  if (size < longest) return;
  const folder = dirname(file);
  const name = basename(file, '.jsonl');
  const aside = `${name}-${String(Date.now()).padStart(15, '0')}-${randomBytes(4).toString('hex')}.jsonl`;
  // Another drover may have set it aside meanwhile.
  await rename(file, join(folder, aside)).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
  });
  const all = await setAsideIn(folder, name);
  for (const old of all.slice(0, -SET_ASIDE)) await rm(join(folder, old), { force: true });
}

/** The last bytes of a file, from the beginning of a line; nothing where there is none. */
async function endOf(path: string, most: number): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const start = Math.max(0, size - most);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const text = buffer.subarray(0, bytesRead).toString('utf8');
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
