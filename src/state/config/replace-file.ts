import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readFile, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FleetError } from '../../errors.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { ownerBelow } from '../files/own-folder.ts';

/** As many as Linux follows. */
const MOST_LINKS = 40;
/** What temporary copies, of the file and of its lock, have behind its name, with the number of the process. */
export const TEMPORARY = /^(?:\.lock)?\.(\d+)-[0-9a-f]{8}\.tmp$/;

/**
 * Where symbolic links lead, one after the other, also when nothing is there yet: what is written is the target, never a
 * link. Rejects with ELOOP for links that lead to each other.
 */
export async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  let path = resolve(file);
  for (let links = 0; links < MOST_LINKS; links++) {
    const found = await lstat(path).catch(() => undefined);
    if (!found?.isSymbolicLink()) return path;
    path = resolve(dirname(path), await readlink(path));
  }
  throw Object.assign(new Error(`${file}: too many symbolic links`), { code: 'ELOOP' });
}

/** Tells one version of a file from the next, by what the file system keeps of it; undefined when it is not there. */
export async function versionOf(file: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(file, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Another program wrote the file between our reading and our writing. Nothing was written. */
export class ChangedMeanwhile extends Error {}

export interface ReplaceOptions {
  /** Only the owner may read it afterwards, whatever its mode was. */
  readonly secret: boolean;
  /** The version that the new text was made from. */
  readonly basedOn: string | undefined;
}

/** What rename(2) answers where the file is a mount point, as a file that is mounted into a container, or is being run. */
const NOT_REPLACEABLE: readonly (string | undefined)[] = ['EBUSY', 'EXDEV', 'ETXTBSY'];

/**
 * Puts new text in the place of a file, wholly or not at all: a new file beside it, on the disk before it takes the name.
 * Mode and owner stay; a new file is its owner's alone. Where the file can't be replaced it is written in place, with a copy
 * beside it until that is done. Throws what the file system throws, or ChangedMeanwhile.
 */
export async function replaceFile(target: string, text: string, options: ReplaceOptions): Promise<void> {
  const directory = dirname(target);
  const old = await stat(target).catch(() => undefined);
  const owner = old ?? (await ownerBelow(directory));
  const mode = (old?.mode ?? 0o600) & (options.secret ? 0o600 : 0o777);
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      // As root in a user's home the file must stay theirs. Where that is not allowed, nothing is replaced.
      const made = await file.stat();
      if (owner && (owner.uid !== made.uid || owner.gid !== made.gid)) await file.chown(owner.uid, owner.gid);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    if ((await versionOf(target)) !== options.basedOn) throw new ChangedMeanwhile();
    await rename(temporary, target);
  } catch (error) {
    if (old && NOT_REPLACEABLE.includes(errnoOf(error))) await writeInPlace(target, text, mode, temporary);
    await rm(temporary, { force: true }).catch(() => undefined);
    if (!old || !NOT_REPLACEABLE.includes(errnoOf(error))) throw error;
  }
  await syncDirectory(directory);
}

/**
 * The whole new text is in `copy` beside it: a crash in between leaves that. What can't be written in full is put back as it
 * was; throws op.failed that names the copy where that is impossible too.
 */
async function writeInPlace(target: string, text: string, mode: number, copy: string): Promise<void> {
  const kept = `${copy.slice(0, -'.tmp'.length)}.new`;
  await rename(copy, kept);
  const before = await readFile(target);
  const file = await open(target, constants.O_WRONLY);
  try {
    // Before the text, which may hold a secret.
    if (((await file.stat()).mode & 0o777) !== mode) await file.chmod(mode);
    await overwrite(file, Buffer.from(text)).catch(async (error: unknown) => {
      await overwrite(file, before).catch(() => {
        throw new FleetError('op.failed', `${target} was written in part only: ${fileTrouble(error)}`, {
          fix: `all of its new text is in ${kept}: make room and copy it there`,
          cause: error,
        });
      });
      await rm(kept, { force: true });
      throw error;
    });
  } finally {
    await file.close();
  }
  await rm(kept, { force: true });
}

/** Written before it is cut: where the disk is full, what there was has room again. */
async function overwrite(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
  await file.truncate(bytes.length);
  await file.sync();
}

/** The new name is on the disk too. Some file systems can't; the text is safe without it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
