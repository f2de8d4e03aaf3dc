import { open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { sweepLeftovers } from '../files/leftovers.ts';
import { makeOwnFolder, ownerBelow } from '../files/own-folder.ts';

/** What a new file has behind the name of the one that it replaces: the number of the process. */
const TEMPORARY = /^\.(\d+)-\d+$/;
/** Of this process: two writes of one file at once must not get into each other's way. */
let writes = 0;

/** A part of a file's name that is the same only for the same configuration and the same `more`. */
export function cacheKey(configPath: string, ...more: readonly string[]): string {
  const whole = [resolve(configPath), ...more].join('\n');
  return hash(whole).toString(16).padStart(16, '0');
}

/** FNV-1a of 64 bits. Node's own hashes come with all of its cryptography: 3 MB and 5 ms of every start. */
function hash(text: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value;
}

/**
 * Puts these parts in the place of a cache file, wholly or not at all, readable by its owner alone. Never rejects: a
 * cache that can't be written is worth no error. False: it could not be written, and need not be tried again.
 */
export async function replaceCache(file: string, parts: Iterable<string>): Promise<boolean> {
  const fresh = `${file}.${process.pid}-${++writes}`;
  try {
    const folder = dirname(file);
    await makeOwnFolder(folder);
    await sweepLeftovers(file, TEMPORARY);
    const owner = await ownerBelow(folder);
    // Made new: a link of that name, which another user who can write here may have put there, would lead elsewhere.
    await rm(fresh, { force: true });
    const handle = await open(fresh, 'wx', 0o600);
    try {
      if (owner) await handle.chown(owner.uid, owner.gid);
      // Part by part, so that making and writing a large one is not felt at the keys.
      for (const part of parts) await handle.write(part);
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
    return true;
  } catch {
    await rm(fresh, { force: true }).catch(() => undefined);
    return false;
  }
}
