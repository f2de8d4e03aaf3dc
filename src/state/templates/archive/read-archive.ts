import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FleetError } from '../../../errors.ts';
import { errnoOf, fileTrouble } from '../../files/file-trouble.ts';
import { checkedTogether, type Entry, MOST_BYTES, tooLarge, withoutOuterFolder } from './entries.ts';
import { readTar } from './read-tar.ts';
import { readZip } from './read-zip.ts';

/** Headers and padding of the most files that a tar may have here, with long paths. */
const AROUND_BYTES = 4 * 1024 ** 2;

export interface Archive {
  /** The folder that all of it is in, otherwise the file's own name; neither need be a name that a template can have. */
  readonly name: string;
  readonly entries: readonly Entry[];
}

/** The files of a tar, tar.gz or zip, which are in memory: nothing is written. Throws usage for no archive, op.refused for a bad one. */
export async function readArchive(path: string): Promise<Archive> {
  const bytes = await bytesOf(path);
  const source = basename(path);
  const all = checkedTogether(source, entriesOf(source, bytes));
  const { folder, entries } = withoutOuterFolder(all);
  return { name: folder || source.replace(/\.(tar|tgz|tar\.gz|zip)$/i, ''), entries };
}

function entriesOf(source: string, bytes: Buffer): readonly Entry[] {
  if (bytes.subarray(0, 2).toString('latin1') === 'PK') return readZip(source, bytes);
  return readTar(source, bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipped(source, bytes) : bytes);
}

/** Never more than a tar of the largest template: what unpacks to more is refused while it does. */
function gunzipped(source: string, bytes: Buffer): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES + AROUND_BYTES });
  } catch (error) {
    if (errnoOf(error) === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(source);
    throw new FleetError('op.refused', `${source} is cut short or damaged; nothing was written`, { cause: error });
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  try {
    // Without waiting for the writer of a named pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new FleetError('usage', `${path} is no file`);
      if (found.size > MOST_BYTES + AROUND_BYTES) throw tooLarge(basename(path));
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof FleetError) throw error;
    throw new FleetError('usage', `${path} can't be read: ${fileTrouble(error)}`, { cause: error });
  }
}
