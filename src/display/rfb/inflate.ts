/** A zlib stream that goes on from rectangle to rectangle, as RFB has it. */
import { constants, createInflate } from 'node:zlib';
import { FleetError } from '../../errors.ts';

export interface InflateStream {
  /** What these bytes unpack to. Rejects with host.protocol when they are none of zlib's, or become more than `most` bytes. */
  push(bytes: Uint8Array, most: number): Promise<Buffer>;
  close(): void;
}

export function createInflateStream(): InflateStream {
  const inflate = createInflate({
    flush: constants.Z_SYNC_FLUSH,
    finishFlush: constants.Z_SYNC_FLUSH,
    chunkSize: 65_536,
  });
  let out: Buffer[] = [];
  let length = 0;
  let limit = 0;
  let refuse: ((error: Error) => void) | undefined;
  const no = (why: string) => new FleetError('host.protocol', `the display sent what can't be unpacked: ${why}`);

  inflate.on('data', (piece: Buffer) => {
    length += piece.length;
    if (length <= limit) return void out.push(piece);
    refuse?.(no(`more than ${limit} bytes`));
    inflate.destroy();
  });
  inflate.on('error', (error) => refuse?.(no(error.message)));

  return {
    push: (bytes, most) =>
      new Promise((resolve, reject) => {
        [out, length, limit, refuse] = [[], 0, most, reject];
        if (inflate.destroyed) return reject(no('it was broken before'));
        // Written once all of it is unpacked and given to the listener above.
        inflate.write(bytes, (error) => {
          if (!error) resolve(Buffer.concat(out));
        });
      }),
    close: () => void inflate.destroy(),
  };
}
