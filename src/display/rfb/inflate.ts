/** A zlib stream that goes on from rectangle to rectangle, as RFB has it. */
import { constants, createInflate } from 'node:zlib';
import { FleetError } from '../../errors.ts';
import type { ByteReader } from './reader.ts';

/** What is unpacked and what is packed is never held as a whole: a picture of a few bytes may have many megabytes. */
const PIECE_BYTES = 65_536;

export interface InflateStream {
  /**
   * Reads `length` packed bytes, and hands over what they unpack to, piece after piece. Where `take` answers a promise, that is
   * waited for, and nothing more is unpacked meanwhile. Rejects with host.protocol when they are none of zlib's or become more
   * than `most` bytes, as the reader does, and with what `take` throws; it is of no use then.
   */
  unpack(reader: ByteReader, length: number, most: number, take: (piece: Buffer) => Taken): Promise<void>;
  /** `reason`: what it rejects with where it is at work. */
  close(reason?: Error): void;
}

type Taken = Promise<void> | undefined;

const no = (why: string) => new FleetError('host.protocol', `the display sent what can't be unpacked: ${why}`);

export function createInflateStream(): InflateStream {
  const inflate = createInflate({
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: PIECE_BYTES,
  });
  let failed: Error | undefined;
  let wake = () => {};
  const fail = (error: Error): void => {
    failed ??= error;
    wake();
  };
  inflate
    .on('readable', () => wake())
    .on('error', (error) => fail(no(error.message)))
    // It has said that it is whole, and goes on all the same.
    .on('end', () => fail(no('more than there is')));

  async function push(packed: Buffer, most: number, take: (piece: Buffer) => Taken): Promise<number> {
    let [isUnpacked, left] = [false, most];
    inflate.write(packed, (error) => {
      isUnpacked = !error;
      wake();
    });
    for (;;) {
      const piece = inflate.read() as Buffer | null;
      if (piece) {
        left -= piece.length;
        if (left < 0) throw no(`more than it may be, by ${-left} bytes at least`);
        const taken = take(piece);
        if (taken !== undefined) await taken;
        continue;
      }
      if (failed) throw failed;
      if (isUnpacked) return left;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  }

  return {
    async unpack(reader, length, most, take) {
      try {
        let left = most;
        for (let at = 0; at < length; at += PIECE_BYTES) {
          const packed = await reader.take(Math.min(PIECE_BYTES, length - at));
          if (failed) throw failed;
          left = await push(packed, left, take);
        }
      } catch (error) {
        inflate.destroy();
        throw error;
      }
    },
    close(reason = no('it was closed')) {
      fail(reason);
      inflate.destroy();
    },
  };
}
