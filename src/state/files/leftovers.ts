import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './process-alive.ts';

/** Nothing that is written here takes longer. In a home that machines or containers share, a number of theirs says nothing. */
const UNFINISHED_MS = 60_000;

/**
 * Removes what a drover that was killed has left beside a file. `suffix` matches what such names have behind the file's
 * own; its first group is the number of the process. What a process that runs has made stays, and what is younger than a
 * minute. Never rejects.
 */
export async function sweepLeftovers(file: string, suffix: RegExp): Promise<void> {
  const directory = dirname(file);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${basename(file)}.`)) continue;
    const pid = suffix.exec(name.slice(basename(file).length))?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(directory, name);
    const { mtimeMs } = (await lstat(path).catch(() => undefined)) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > UNFINISHED_MS) await rm(path, { force: true }).catch(() => undefined);
  }
}
