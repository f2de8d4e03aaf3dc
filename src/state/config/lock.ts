/** A lock between processes: a file beside the configuration that only one of them can create. */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { Clock } from '../../clock.ts';
import { wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { errnoOf } from '../files/file-trouble.ts';
import { isStillRunning, startOfProcess } from '../files/process-alive.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the kernel's ticks: a pid comes again, a pid with its start does not. */
  readonly started: string;
}

const RETRY_MS = 25;
const DEADLINE_MS = 10_000;
/** An edit takes milliseconds. What is this old and can't be asked (another machine, an empty file) was left behind. */
const ABANDONED_MS = 60_000;

function parseHolder(text: string): Holder | undefined {
  const [pid, started, host] = text.trim().split(' ');
  return pid && host ? { pid: Number(pid), started: started === '-' ? '' : (started ?? ''), host } : undefined;
}

async function isStale(text: string, ageMs: number): Promise<boolean> {
  const holder = parseHolder(text);
  if (!holder || holder.host !== hostname()) return ageMs > ABANDONED_MS;
  return !(await isStillRunning(holder));
}

/** Where the file system has no hard links: FAT, some network and container file systems. */
const WITHOUT_LINKS: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'];

/**
 * True when the lock is ours now; false when there was one. It is written under another name first and gets its own by
 * link(2), so that a process that is killed in between leaves no empty lock, which would refuse edits for a minute.
 */
async function create(path: string, text: string): Promise<boolean> {
  const unnamed = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await writeNew(unnamed, text);
    await link(unnamed, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    if (!WITHOUT_LINKS.includes(errnoOf(error))) throw error;
  } finally {
    await rm(unnamed, { force: true });
  }
  try {
    await writeNew(path, text);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
  } catch (error) {
    // A full disk: an empty lock would refuse edits long after there is room again.
    await rm(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

interface Seen {
  readonly text: string;
  readonly ageMs: number;
}

const look = async (path: string): Promise<Seen | undefined> => {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { text, ageMs: Date.now() - mtimeMs };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/**
 * Takes a stale lock away. Two processes may find it stale at once, and the second must not remove the lock that the first
 * has just taken: so one at a time, by a second file, and only what is still the same.
 */
async function breakLock(path: string, stale: string, self: string): Promise<void> {
  const guard = `${path}.break`;
  if (!(await create(guard, self))) {
    const left = await look(guard);
    if (left && (await isStale(left.text, left.ageMs))) await rm(guard, { force: true });
    return;
  }
  try {
    if ((await look(path))?.text === stale) await rm(path, { force: true });
  } finally {
    await rm(guard, { force: true });
  }
}

/**
 * Runs alone among all processes that lock this path. Waits for others up to ten seconds, then config.conflict that names
 * the holder; `what` is locked. Rejects with the signal's reason while waiting; what runs is not interrupted by it.
 */
export async function withLock<T>(
  path: string,
  clock: Clock,
  signal: AbortSignal,
  run: () => Promise<T>,
  what = 'the configuration',
): Promise<T> {
  const self = `${process.pid} ${(await startOfProcess(process.pid)) || '-'} ${hostname()}\n`;
  const giveUpAt = clock.ticks() + DEADLINE_MS;
  while (!(await create(path, self))) {
    signal.throwIfAborted();
    const seen = await look(path);
    if (!seen) continue;
    if (await isStale(seen.text, seen.ageMs)) {
      await breakLock(path, seen.text, self);
    } else if (clock.ticks() >= giveUpAt) {
      const holder = parseHolder(seen.text);
      throw new FleetError(
        'config.conflict',
        `${what} is being edited by ${holder ? `process ${holder.pid} on ${holder.host}` : 'another program'}`,
        { fix: `if nothing runs there any more, remove ${path}` },
      );
    }
    await wait(clock, RETRY_MS, signal);
  }
  try {
    return await run();
  } finally {
    await rm(path, { force: true });
  }
}
