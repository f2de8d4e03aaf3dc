/** Bytes of a stream, asked for by number. */
import type { Duplex } from 'node:stream';
import { FleetError } from '../../errors.ts';

export interface ByteReader {
  /**
   * Exactly so many bytes, at once where they are here already: a picture has hundreds of pieces. A view that is valid until the
   * next call. Rejects when the stream ends or fails; throws host.protocol for more than any display sends at once.
   */
  take(length: number): Buffer | Promise<Buffer>;
  u8(): number | Promise<number>;
  u16(): number | Promise<number>;
  u32(): number | Promise<number>;
  /** Ends what waits with this error. */
  fail(error: Error): void;
  /** Leaves the stream to another reader. */
  detach(): void;
}

/** More than the largest pointer is never asked for at once: pictures are read in pieces. */
const LARGEST = 2 ** 20;

/** Nothing is read ahead of what is asked for but what the stream itself holds: a reader that stops slows the other side down. */
export function createByteReader(stream: Duplex): ByteReader {
  let failed: Error | undefined;
  let wake: (() => void) | undefined;
  let held: Buffer = Buffer.alloc(0);
  /** What was taken of it. */
  let at = 0;

  const fail = (error: Error): void => {
    failed ??= error;
    wake?.();
  };
  const read = () => wake?.();
  const ended = () => fail(new FleetError('host.unreachable', 'the display was closed by the other side'));
  stream.on('readable', read).once('error', fail).once('end', ended).once('close', ended);

  /** Until so many bytes are held. */
  async function fill(length: number): Promise<void> {
    const pieces = [held.subarray(at)];
    let had = held.length - at;
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
    held = pieces.length === 2 && pieces[0]?.length === 0 ? (pieces[1] as Buffer) : Buffer.concat(pieces);
    at = 0;
  }

  /** The place of so many bytes, which are taken with that; undefined while they are not here. */
  function placeOf(length: number): number | undefined {
    if (held.length - at < length) return undefined;
    at += length;
    return at - length;
  }

  function take(length: number): Buffer | Promise<Buffer> {
    if (length > LARGEST) throw new FleetError('host.protocol', `the display announces ${length} bytes at once`);
    const from = placeOf(length);
    return from === undefined ? fill(length).then(() => take(length)) : held.subarray(from, at);
  }
  function u8(): number | Promise<number> {
    const from = placeOf(1);
    return from === undefined ? fill(1).then(u8) : held.readUInt8(from);
  }
  function u16(): number | Promise<number> {
    const from = placeOf(2);
    return from === undefined ? fill(2).then(u16) : held.readUInt16BE(from);
  }
  function u32(): number | Promise<number> {
    const from = placeOf(4);
    return from === undefined ? fill(4).then(u32) : held.readUInt32BE(from);
  }
  return {
    take,
    fail,
    detach: () => void stream.off('readable', read).off('error', fail).off('end', ended).off('close', ended),
    u8,
    u16,
    u32,
  };
}
