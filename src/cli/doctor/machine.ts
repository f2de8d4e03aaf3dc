import { access, constants, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, fileTrouble } from '../../state/files/file-trouble.ts';
import { bytes, spellBytes } from '../../units.ts';
import { programVersion } from '../../version.ts';
import { type Finding, failed, fine, warning } from './finding.ts';

/** The program itself and what runs it. */
export const programFinding = (): Finding =>
  fine('program', `drover ${programVersion()} on Node ${process.versions.node}, ${process.platform} ${process.arch}`);

/** Less is used up within a day of work. */
const LEAST_FREE = 16 * 1024 ** 2;

/** Where audit log and crash reports go: whether they can be written, and whether there is room. */
export async function stateFindings(directory: string): Promise<readonly Finding[]> {
  const about = 'audit log';
  const file = join(directory, 'audit.jsonl');
  const place = await nearestThatIs(file);
  try {
    await access(place, constants.W_OK);
  } catch (error) {
    return [failed(about, `${file} can't be written: ${fileTrouble(error)}`, `make ${directory} a folder of your own`)];
  }
  const free = await statfs(place).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => undefined,
  );
  if (free !== undefined && free < LEAST_FREE) {
    return [warning(about, `only ${spellBytes(bytes(free))} are free for ${file}`, 'make room')];
  }
  return [fine(about, `${file} ${place === file ? 'can be written' : 'can be made'}`)];
}

/** The path itself, or the folder above it in which the rest would be made. */
async function nearestThatIs(path: string): Promise<string> {
  for (let place = path; ; place = dirname(place)) {
    try {
      await stat(place);
      return place;
    } catch (error) {
      // What can't be looked at can't be written either, and access() says why.
      if (errnoOf(error) !== 'ENOENT' || place === dirname(place)) return place;
    }
  }
}

const DAY_MS = 86_400_000;

/** `files` were written in the past, so a clock that stands before their time is wrong. */
export async function clockFinding(now: number, files: readonly string[]): Promise<Finding> {
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  const newest = Math.max(0, ...times);
  const shown = new Date(now).toISOString();
  if (now < newest - DAY_MS) {
    return warning(
      'clock',
      `it shows ${shown}, but files here were written on ${new Date(newest).toISOString()}; certificates will look invalid`,
      'set the clock: timedatectl set-ntp true',
    );
  }
  return fine('clock', shown);
}
