/** Folders that come, go and move wholly or not at all: by rename(2), from and to names that no scan looks at. */
import { randomBytes } from 'node:crypto';
import { lchown, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../files/file-trouble.ts';
import { makeOwnFolder, type Owner, ownerBelow } from '../files/own-folder.ts';
import { isAlive } from '../files/process-alive.ts';
import type { Entry } from './archive/entries.ts';

const UNFINISHED = /^\.(?:new|gone)-(\d+)-[0-9a-f]{8}$/;

/** Nothing that is written here takes longer. */
const UNFINISHED_MS = 60_000;

const unfinished = (library: string, what: 'new' | 'gone'): string =>
  join(library, `.${what}-${process.pid}-${randomBytes(4).toString('hex')}`);

export async function isThere(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

/**
 * Puts a folder with these files at `target`, which must not be there. They are written under another name first, into a folder
 * that is new, so that no link can lead them elsewhere. Rejects with what the file system says; then nothing is left.
 */
export async function placeFolder(library: string, target: string, entries: readonly Entry[]): Promise<void> {
  await makeOwnFolder(dirname(target));
  const owner = await ownerBelow(library);
  const fresh = unfinished(library, 'new');
  try {
    await makeFolder(fresh, owner);
    const made = new Set<string>();
    for (const { path, bytes, executable } of entries) {
      const parts = path.split('/').slice(0, -1);
      for (let depth = 1; depth <= parts.length; depth++) {
        const folder = parts.slice(0, depth).join('/');
        if (!made.has(folder)) await makeFolder(join(fresh, folder), owner);
        made.add(folder);
      }
      await writeNew(join(fresh, path), bytes, executable ? 0o700 : 0o600, owner);
    }
    await rename(fresh, target);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw error;
  }
}

async function makeFolder(path: string, owner: Owner | undefined): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (owner) await lchown(path, owner.uid, owner.gid);
}

async function writeNew(path: string, bytes: Uint8Array, mode: number, owner: Owner | undefined): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(bytes);
    if (owner) await file.chown(owner.uid, owner.gid);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Takes a folder away: it is gone at once, and what is in it right after. Links in it are removed, never followed. */
export async function removeFolder(library: string, target: string): Promise<void> {
  const gone = unfinished(library, 'gone');
  await rename(target, gone);
  await rm(gone, { recursive: true, force: true });
}

/** Removes what a drover that was killed has left. Never rejects. */
export async function sweepFolders(library: string): Promise<void> {
  for (const name of await readdir(library).catch(() => [])) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    const path = join(library, name);
    // In a library that machines share, a number of theirs says nothing.
    const { mtimeMs } = (await lstat(path).catch(() => undefined)) ?? { mtimeMs: Number.POSITIVE_INFINITY };
    if (Date.now() - mtimeMs > UNFINISHED_MS) await rm(path, { recursive: true, force: true }).catch(() => undefined);
  }
}
