/** A part of a file of this machine, and what is written of it into another. */
import { type FileHandle, open } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { Readable } from 'node:stream';
import { FleetError, sentence } from '../../errors.ts';
import { errnoOf, fileTrouble } from '../../state/files/file-trouble.ts';

export interface Piece {
  readonly path: string;
  /** For messages: the file, or the name that it has in an archive. */
  readonly name: string;
  readonly at: number;
  readonly size: number;
}

/** What unpacking works with. */
export interface Workshop {
  /** A path that no file has yet, in a folder that is taken away at the end. */
  readonly newFile: () => string;
  /** So many bytes may be written in all. */
  readonly most: number;
  readonly signal: AbortSignal;
  readonly report: (text: string) => void;
}

export const refused = (name: string, why: string): FleetError =>
  new FleetError('op.refused', `${JSON.stringify(name)} ${why}; nothing was imported`);

export const damaged = (name: string): FleetError => refused(name, 'is cut short or damaged');

/** The first bytes of it, or any others; fewer where it ends. */
export const bytesIn = (piece: Piece, from: number, length: number): Promise<Buffer> =>
  withBytesOf(piece, (bytes) => bytes(from, length));

/** Opens the file once for all that `use` reads of it. */
export async function withBytesOf<T>(
  { path, at, size }: Piece,
  use: (bytes: (from: number, length: number) => Promise<Buffer>) => Promise<T>,
): Promise<T> {
  const file = await open(path, 'r');
  try {
    return await use(async (from, length) => {
      const into = Buffer.alloc(Math.max(0, Math.min(length, size - from)));
      let had = 0;
      while (had < into.length) {
        const { bytesRead } = await file.read(into, had, into.length - had, at + from + had);
        if (bytesRead === 0) break;
        had += bytesRead;
      }
      return into.subarray(0, had);
    });
  } finally {
    await file.close();
  }
}

/** All its bytes, in pieces. */
export async function* piecesIn(
  { path, name, at, size }: Piece,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void, undefined> {
  const file = await open(path, 'r');
  try {
    for (let done = 0; done < size; ) {
      signal.throwIfAborted();
      const into = Buffer.allocUnsafe(Math.min(1024 ** 2, size - done));
      const { bytesRead } = await file.read(into, 0, into.length, at + done);
      if (bytesRead === 0) throw damaged(name);
      done += bytesRead;
      yield into.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** `decoder`: makes what unpacks it on the way, once it is listened to. What becomes larger than `most` bytes is refused while it does. */
export async function unpackedInto(
  piece: Piece,
  decoder: (() => Duplex) | undefined,
  { newFile, most, signal }: Workshop,
): Promise<Piece> {
  const path = newFile();
  const source = piecesIn(piece, signal);
  let size = 0;
  const to = await open(path, 'wx', 0o600);
  try {
    for await (const part of decoder ? through(source, decoder()) : source) {
      if (size + part.length > most)
        throw refused(
          piece.name,
          `unpacks to more than ${most} bytes, which is more than was said, or than there is room`,
        );
      await writeWhole(to, part, size);
      size += part.length;
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof FleetError) throw error;
    if (errnoOf(error)?.startsWith('Z_')) throw damaged(piece.name);
    throw new FleetError('op.failed', `${piece.name} can't be unpacked: ${sentence(error)}`, { cause: error });
  } finally {
    await to.close();
  }
  return { path, name: piece.name, at: 0, size };
}

async function* through(source: AsyncIterable<Buffer>, decoder: Duplex): AsyncGenerator<Buffer> {
  const readable = Readable.from(source, { objectMode: false });
  readable.on('error', (error) => decoder.destroy(error));
  decoder.on('close', () => readable.destroy());
  for await (const part of readable.pipe(decoder)) yield part as Buffer;
}

/** Behind what is there. Zeros become a hole: disks have many. */
export const writeWhole = (to: FileHandle, part: Uint8Array, at: number): Promise<void> =>
  isZero(part) ? to.truncate(at + part.length) : writeAt(to, part, at);

/** All of it. Rejects with op.failed where there is no room. */
export async function writeAt(to: FileHandle, part: Uint8Array, at: number): Promise<void> {
  for (let done = 0; done < part.length; ) {
    const { bytesWritten } = await to.write(part, done, part.length - done, at + done).catch((error: unknown) => {
      throw new FleetError('op.failed', `what is unpacked can't be written: ${fileTrouble(error)}`, { cause: error });
    });
    done += bytesWritten;
  }
}

const ZEROS = Buffer.alloc(1024 ** 2);

/** Of more than a MiB it is not known: such a part is written. */
export const isZero = (part: Uint8Array): boolean =>
  part.length <= ZEROS.length && ZEROS.subarray(0, part.length).equals(part);
