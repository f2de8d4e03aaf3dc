/** Which plugins were named to the user: each is once, when it is about to run for the first time. */
import { appendFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeOwnFolder } from '../state/files/own-folder.ts';

/** Whether this is the first time. One that can't be kept is named again. */
export async function isFirstTime(file: string, folder: string): Promise<boolean> {
  const named = await readFile(file, 'utf8').catch(() => '');
  if (named.split('\n').includes(folder)) return false;
  try {
    await makeOwnFolder(dirname(file));
    await appendFile(file, `${folder}\n`, { mode: 0o600 });
  } catch {
    // the disk is full or read-only: the plugin works all the same
  }
  return true;
}
