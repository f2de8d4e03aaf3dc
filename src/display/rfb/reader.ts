/** Bytes of a stream, asked for by number. */
import type { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';

export interface ByteReader {
  /** Exactly so many bytes; a view that is valid until the next call. Rejects when the stream ends or fails. */
  take(length: number): Promise<Buffer>;
  u8(): Promise<number>;
  u16(): Promise<number>;
  u32(): Promise<number>;
  /** Ends what waits with this error. */
  fail(error: Error): void;
  /** Leaves the stream to another reader. */
  detach(): void;
}

/** More than a whole picture of the largest display is never asked for at once. */
const LARGEST = 2 ** 28;

/** Nothing is read ahead of what is asked for but what the stream itself holds: a reader that stops slows the other side down. */
export function createByteReader(stream: Duplex): ByteReader {
  let failed: Error | undefined;
  let wake: (() => void) | undefined;
  let held: Buffer = Buffer.alloc(0);

  const fail = (error: Error): void => {
    failed ??= error;
    wake?.();
  };
  const read = () => wake?.();
  const ended = () => fail(new FleetError('host.unreachable', 'the display was closed by the other side'));
  stream.on('readable', read).once('error', fail).once('end', ended).once('close', ended);

  async function take(length: number): Promise<Buffer> {
    if (length > LARGEST) throw new FleetError('host.protocol', `the display announces ${length} bytes at once`);
    const pieces: Buffer[] = [];
    let had = held.length;
    if (had > 0) pieces.push(held);
    while (had < length) {
      const piece = stream.read() as Buffer | null;
      if (piece) {
        pieces.push(piece);
        had += piece.length;
      } else {
        if (failed) throw failed;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    }
    const all = pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
    held = all.subarray(length);
    return all.subarray(0, length);
  }
  return {
    take,
    fail,
    detach: () => void stream.off('readable', read).off('error', fail).off('end', ended).off('close', ended),
    u8: async () => (await take(1)).readUInt8(),
    u16: async () => (await take(2)).readUInt16BE(),
    u32: async () => (await take(4)).readUInt32BE(),
  };
}
