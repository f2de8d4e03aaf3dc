import { randomBytes } from 'node:crypto';
import { lstat, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { errnoOf } from '../file-trouble.ts';

/** Where a symbolic link leads, also when nothing is there yet: what is written is the target, never the link. */
export async function targetOf(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  const link = await lstat(file).catch(() => undefined);
  return link?.isSymbolicLink() ? resolve(dirname(file), await readlink(file)) : resolve(file);
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

/** Somebody wrote the file between our reading and our writing. Nothing was written. */
export class ChangedMeanwhile extends Error {}

export interface ReplaceOptions {
  /** Nobody but the owner may read it afterwards, whatever its mode was. */
  readonly secret: boolean;
  /** The version that the new text was made from. */
  readonly basedOn: string | undefined;
}

/**
 * Puts new text in the place of a file, wholly or not at all: a new file beside it, on the disk before it takes the name.
 * Mode and owner stay; a new file is its owner's alone. Throws what the file system throws, or ChangedMeanwhile.
 */
export async function replaceFile(target: string, text: string, options: ReplaceOptions): Promise<void> {
  const directory = dirname(target);
  const old = await stat(target).catch(() => undefined);
  const mode = (old?.mode ?? 0o600) & (options.secret ? 0o600 : 0o777);
  const temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      // As root in somebody's home the file must stay theirs. Where that is not allowed, nothing is replaced.
      const made = await file.stat();
      if (old && (old.uid !== made.uid || old.gid !== made.gid)) await file.chown(old.uid, old.gid);
      await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
    if ((await versionOf(target)) !== options.basedOn) throw new ChangedMeanwhile();
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await syncDirectory(directory);
}

/** The new name is on the disk too. Some file systems can't; the text is safe without it. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}
