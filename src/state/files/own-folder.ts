import { lchown, lstat, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './file-trouble.ts';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * The owner of what drover makes below this path: undefined is the user who runs it. As root in the home of a user (`sudo -E`) new
 * folders and files belong to the user, who would be locked out of them otherwise: whose folder it is decides.
 */
export async function ownerBelow(path: string): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (let folder = path; ; folder = dirname(folder)) {
    try {
      const { uid, gid } = await stat(folder);
      return uid === 0 ? undefined : { uid, gid };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || folder === dirname(folder)) return undefined;
    }
  }
}

/**
 * Makes a folder of drover's own, which only its owner can enter. Folders around it that are missing, such as ~/.local,
 * are shared with other programs and get the mode that the umask says. Rejects with what the file system says.
 */
export async function makeOwnFolder(folder: string): Promise<void> {
  const owner = await ownerBelow(folder);
  await makeAround(dirname(folder), owner);
  await makeOne(folder, 0o700, owner);
}

async function makeAround(folder: string, owner: Owner | undefined): Promise<void> {
  if (await isThere(folder)) return;
  await makeAround(dirname(folder), owner);
  await makeOne(folder, 0o777, owner);
}

async function makeOne(folder: string, mode: number, owner: Owner | undefined): Promise<void> {
  try {
    await mkdir(folder, { mode });
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return;
    throw error;
  }
  // Never through a link: the user could put one in its place meanwhile.
  if (owner) await lchown(folder, owner.uid, owner.gid);
}

async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}
