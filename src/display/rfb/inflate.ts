/** A zlib stream that goes on from rectangle to rectangle, as RFB has it. */
import { constants, createInflate } from 'node:zlib';
import { FleetError } from '../../errors.ts';

/** Of what comes out at once; less grows quickly to what there is. */
const FIRST_BYTES = 65_536;

export interface InflateStream {
  /** What these bytes unpack to; a view that is valid until the next call. Rejects with host.protocol when they are none of zlib's, or become more than `most` bytes. */
  push(bytes: Uint8Array, most: number): Promise<Buffer>;
  close(): void;
}

export function createInflateStream(): InflateStream {
  const inflate = createInflate({
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: 65_536,
  });
  // Pieces that are put together for each rectangle would fill memory faster than it is collected.
  let out = Buffer.alloc(FIRST_BYTES);
  let length = 0;
  let limit = 0;
  let refuse: ((error: Error) => void) | undefined;
  const no = (why: string) => new FleetError('host.protocol', `the display sent what can't be unpacked: ${why}`);

  inflate.on('data', (piece: Buffer) => {
    const end = length + piece.length;
    if (end > limit) {
      refuse?.(no(`more than ${limit} bytes`));
      inflate.destroy();
      return;
    }
    if (end > out.length) {
      const larger = Buffer.alloc(Math.max(end, out.length * 2));
      larger.set(out.subarray(0, length));
      out = larger;
    }
    out.set(piece, length);
    length = end;
  });
  inflate.on('error', (error) => refuse?.(no(error.message)));

  return {
    push: (bytes, most) =>
      new Promise((resolve, reject) => {
        [length, limit, refuse] = [0, most, reject];
        if (inflate.destroyed) return reject(no('it was broken before'));
        // Written once all of it is unpacked and given to the listener above.
        inflate.write(bytes, (error) => {
          if (!error) resolve(out.subarray(0, length));
        });
      }),
    close: () => void inflate.destroy(),
  };
}
