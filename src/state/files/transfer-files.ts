/** Files of this machine that go to an endpoint, or come from one. */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, rename } from 'node:fs/promises';
import { FleetError } from '../../errors.ts';
import type { Destination, Source } from '../../platforms/contract.ts';
import { bytes } from '../../units.ts';
import { absolute } from './absolute.ts';
import { errnoOf, fileTrouble } from './file-trouble.ts';

const PIECE = 1024 ** 2;
/** What is not whole yet. */
const PART = '.part';

/** Gets how many bytes have moved, and of how many, where that is known. */
export type Moved = (done: number, of?: number) => void;

/**
 * The file, open for reading; `close` ends it. Throws op.refused for what can't be read or is no regular file. It is the same file
 * to its end: one that is written to meanwhile is an op.conflict.
 */
export async function openSource(path: string, moved: Moved): Promise<{ source: Source; close(): Promise<void> }> {
  const name = absolute(path);
  // A pipe without a writer is not waited for.
  const file = await open(name, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unusable(name, 'read', error);
  });
  const before = await file.stat({ bigint: true });
  if (!before.isFile()) {
    await file.close();
    throw new FleetError('op.refused', `${name} is no regular file`);
  }
  const size = Number(before.size);
  const refuseChanged = async () => {
    const now = await file.stat({ bigint: true });
    if (now.size !== before.size || now.mtimeNs !== before.mtimeNs)
      throw new FleetError('op.conflict', `${name} was changed while it was sent`, { fix: 'send it again' });
  };
  const source: Source = {
    name,
    size: bytes(size),
    async *read(from, length = size - from, inPlace = false) {
      const end = Math.min(size, from + length);
      const memory = () => Buffer.allocUnsafeSlow(PIECE);
      const both = inPlace ? [memory(), memory()] : [];
      let turn = 0;
      // The next piece is read while the last one is sent.
      const readAt = (at: number) => {
        const into = both[turn++ % 2] ?? memory();
        const piece = readWhole(file, into.subarray(0, Math.min(PIECE, end - at)), at);
        piece.catch(() => undefined);
        return piece;
      };
      let next = readAt(from);
      for (let at = from; at < end; ) {
        const piece = await next;
        if (piece.length === 0) break;
        at += piece.length;
        if (at < end) next = readAt(at);
        yield piece;
        moved(at, size);
      }
      await refuseChanged();
    },
  };
  return { source, close: () => file.close() };
}

/** As much as `into` takes, but for the end of the file: some file systems read less at once. */
async function readWhole(file: FileHandle, into: Buffer, at: number): Promise<Buffer> {
  for (let had = 0; had < into.length; ) {
    const { bytesRead } = await file.read(into, had, into.length - had, at + had);
    if (bytesRead === 0) return into.subarray(0, had);
    had += bytesRead;
  }
  return into;
}

/**
 * A file that is received into `PATH.part`, which stays when the transfer breaks off and is resumed the next time; `keep` makes it
 * the file. Throws op.conflict where that is there already, unless it may be overwritten.
 */
export async function openDestination(
  path: string,
  overwrite: boolean,
  moved: Moved,
): Promise<{ to: Destination; keep(): Promise<string>; close(): Promise<void> }> {
  const name = absolute(path);
  if (!overwrite && (await isThere(name)))
    throw new FleetError('op.conflict', `${name} is there already`, { fix: 'choose another file, or overwrite it' });
  const part = `${name}${PART}`;
  const file = await openPart(part).catch((error: unknown) => {
    throw unusable(part, 'written', error);
  });
  let size = (await file.stat()).size;
  const to: Destination = {
    name,
    size: async () => size,
    async tail(length) {
      const piece = Buffer.alloc(Math.min(length, size));
      await file.read(piece, 0, piece.length, size - piece.length);
      return piece;
    },
    async write(piece) {
      for (let done = 0; done < piece.length; ) {
        const { bytesWritten } = await file
          .write(piece, done, piece.length - done, size + done)
          .catch((error: unknown) => {
            throw unusable(part, 'written', error);
          });
        done += bytesWritten;
      }
      size += piece.length;
      moved(size);
    },
    async clear() {
      await file.truncate(0);
      size = 0;
    },
  };
  return {
    to,
    async keep() {
      await file.sync();
      if (!overwrite && (await isThere(name)))
        throw new FleetError('op.conflict', `${name} has come meanwhile; what was received is in ${part}`);
      await rename(part, name);
      return name;
    },
    close: () => file.close(),
  };
}

async function openPart(part: string): Promise<FileHandle> {
  try {
    return await open(part, 'r+');
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
    return open(part, 'wx+', 0o600);
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    (error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return false;
      throw unusable(path, 'written', error);
    },
  );

const unusable = (name: string, what: 'read' | 'written', error: unknown): FleetError =>
  new FleetError('op.refused', `${name} can't be ${what}: ${fileTrouble(error)}`, { cause: error });
