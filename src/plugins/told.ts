/** Which plugins the user was told of: each is named once, when it is about to run for the first time. */
import { appendFile, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeOwnFolder } from '../state/files/own-folder.ts';

/** Whether this is the first time. What can't be kept is told again. */
export async function isFirstTime(file: string, folder: string): Promise<boolean> {
  const told = await readFile(file, 'utf8').catch(() => '');
  if (told.split('\n').includes(folder)) return false;
  try {
    await makeOwnFolder(dirname(file));
    await appendFile(file, `${folder}\n`, { mode: 0o600 });
  } catch {
    // the disk is full or read-only: the plugin works all the same
  }
  return true;
}
