import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isAlive } from './config/process-alive.ts';

/**
 * Removes what a drover that was killed has left beside a file. `suffix` matches what such names have behind the file's
 * own; its first group is the number of the process. What a process that runs has made stays. Never rejects.
 */
export async function sweepLeftovers(file: string, suffix: RegExp): Promise<void> {
  const directory = dirname(file);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${basename(file)}.`)) continue;
    const pid = suffix.exec(name.slice(basename(file).length))?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(directory, name), { force: true }).catch(() => undefined);
  }
}
