/** The files of a template, as an archive or a folder has them: checked before anything of them is written. */
import { archivePath } from '../../../archive-path.ts';
import { FleetError } from '../../../errors.ts';

export interface Entry {
  /** From the folder of the template on, parts divided by slashes: `scripts/first-boot.sh`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly executable: boolean;
}

/** A template is text; disks belong into images. What is larger is a mistake, or an archive that is made to fill the disk. */
export const MOST_BYTES = 64 * 1024 ** 2;
export const MOST_FILES = 1_000;
const MOST_DEPTH = 8;
const MOST_NAME_BYTES = 255;
const MOST_PATH_BYTES = 1_024;

/** `source`: the archive or folder that the file is in, for the sentence. */
export const refusedEntry = (source: string, path: string, why: string): FleetError =>
  new FleetError('op.refused', `${source}: ${JSON.stringify(path)} ${why}; nothing was written`);

export const tooLarge = (source: string): FleetError =>
  new FleetError('op.refused', `${source} has more than ${MOST_BYTES / 1024 ** 2} MiB; nothing was written`, {
    fix: 'a template has text alone: make an image of its disks, and name that in vm: image',
  });

export const tooMany = (source: string): FleetError =>
  new FleetError('op.refused', `${source} has more than ${MOST_FILES} files; nothing was written`);

/** Throws op.refused for a path that could lead out of the folder, or that some file system can't have. Answers it without a slash at its end. */
export function checkedPath(source: string, path: string): string {
  const found = archivePath(path);
  if ('why' in found) throw refusedEntry(source, path, found.why);
  const trimmed = found.path;
  const parts = trimmed.split('/');
  // A backslash divides paths on other systems, and a colon names a drive there.
  if (/[\\:\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]/u.test(trimmed))
    throw refusedEntry(source, path, 'has characters that a file of a template may not have');
  const isTooLong =
    Buffer.byteLength(trimmed) > MOST_PATH_BYTES || parts.some((part) => Buffer.byteLength(part) > MOST_NAME_BYTES);
  if (isTooLong || parts.length > MOST_DEPTH) throw refusedEntry(source, path, 'is too long or too deep');
  return trimmed;
}

/** Throws op.refused for two files of one path, also where only the case of letters differs, and for a file that is a folder too. */
export function checkedTogether(source: string, entries: readonly Entry[]): readonly Entry[] {
  const files = new Set<string>();
  for (const { path } of entries) {
    const key = path.toLowerCase();
    if (files.has(key)) throw refusedEntry(source, path, 'is there twice');
    files.add(key);
  }
  for (const { path } of entries) {
    const parts = path.toLowerCase().split('/');
    for (let depth = 1; depth < parts.length; depth++)
      if (files.has(parts.slice(0, depth).join('/'))) throw refusedEntry(source, path, 'lies in what is a file too');
  }
  return entries;
}

/** What of an archive counts: without folder entries, and without the one folder that all of it is in. */
export function withoutOuterFolder(entries: readonly Entry[]): {
  readonly folder: string;
  readonly entries: readonly Entry[];
} {
  const folder = entries[0]?.path.split('/')[0] ?? '';
  const isAround = entries.length > 0 && entries.every(({ path }) => path.startsWith(`${folder}/`));
  if (!isAround) return { folder: '', entries };
  return { folder, entries: entries.map((one) => ({ ...one, path: one.path.slice(folder.length + 1) })) };
}
