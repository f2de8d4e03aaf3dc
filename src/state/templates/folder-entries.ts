import { constants } from 'node:fs';
import { lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checkedPath,
  checkedTogether,
  type Entry,
  MOST_BYTES,
  MOST_FILES,
  refusedEntry,
  tooLarge,
  tooMany,
} from './archive/entries.ts';

/** All files of a folder, in order of their paths. Throws op.refused for links, device nodes and pipes in it, and what the file system says. */
export async function entriesOfFolder(folder: string): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  let total = 0;
  const walk = async (before: string): Promise<void> => {
    for (const name of (await readdir(join(folder, before))).sort()) {
      const path = checkedPath(folder, before === '' ? name : `${before}/${name}`);
      const whole = join(folder, path);
      const found = await lstat(whole);
      if (found.isDirectory()) await walk(path);
      else if (!found.isFile()) throw refusedEntry(folder, path, 'is a link, a device node or a named pipe');
      else {
        if (entries.length >= MOST_FILES) throw tooMany(folder);
        if (total + found.size > MOST_BYTES) throw tooLarge(folder);
        const bytes = await contentOf(whole);
        total += bytes.length;
        entries.push({ path, bytes, executable: (found.mode & 0o100) !== 0 });
      }
    }
  };
  await walk('');
  return checkedTogether(folder, entries);
}

/** Never through a link, which may have come meanwhile. */
async function contentOf(path: string): Promise<Buffer> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}
