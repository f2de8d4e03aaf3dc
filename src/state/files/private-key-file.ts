/** Where a new private key is kept: in a file that only its owner can read. */
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FleetError } from '../../errors.ts';
import { absolute } from './absolute.ts';
import { errnoOf, fileTrouble } from './file-trouble.ts';
import { makeOwnFolder, ownerBelow } from './own-folder.ts';

/**
 * Writes it whole, or leaves nothing; a folder that is missing is made for its owner alone. `discard` takes the file away again.
 * Rejects with op.conflict where there is a file already, which stays as it is.
 */
export async function keepPrivateKey(path: string, key: string): Promise<{ path: string; discard(): Promise<void> }> {
  const name = absolute(path);
  const discard = () => unlink(name).catch(() => undefined);
  const file = await openNew(name);
  try {
    await file.writeFile(key);
    await file.sync();
    const owner = await ownerBelow(name);
    if (owner) await file.chown(owner.uid, owner.gid);
  } catch (error) {
    await discard();
    throw unusable(name, error);
  } finally {
    await file.close();
  }
  return { path: name, discard };
}

async function openNew(name: string): Promise<FileHandle> {
  try {
    await makeOwnFolder(dirname(name));
    return await open(name, 'wx', 0o600);
  } catch (error) {
    if (errnoOf(error) === 'EEXIST')
      throw new FleetError('op.conflict', `${name} is there already`, {
        fix: 'choose another file',
      });
    throw unusable(name, error);
  }
}

const unusable = (name: string, error: unknown): FleetError =>
  new FleetError('op.refused', `${name} can't be written: ${fileTrouble(error)}`, { cause: error });
