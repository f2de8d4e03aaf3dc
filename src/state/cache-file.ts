import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

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
 * cache that can't be written is worth no error.
 */
export async function replaceCache(file: string, parts: Iterable<string>): Promise<void> {
  const fresh = `${file}.${process.pid}`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(fresh, 'w', 0o600);
    try {
      // Part by part, so that making and writing a large one is not felt at the keys.
      for (const part of parts) await handle.write(part);
    } finally {
      await handle.close();
    }
    await rename(fresh, file);
  } catch {
    await rm(fresh, { force: true }).catch(() => undefined);
  }
}
