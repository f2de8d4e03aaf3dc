/** Encoding 6 (zlib): raw pixels, packed by one stream that lasts as long as the connection. */
import { createInflateStream, type InflateStream } from '../inflate.ts';
import { createBands } from './bands.ts';
import { type Decoder, PIXEL, tooFew } from './encoding.ts';

export function createZlib(): { readonly decode: Decoder; close(reason: Error): void } {
  let stream: InflateStream | undefined;
  return {
    close: (reason) => stream?.close(reason),
    async decode({ x, y, width, height }, reader, frame, pace) {
      const bands = createBands(width * PIXEL, (rows, first, count) =>
        frame.blit({ x, y: y + first, width, height: count }, rows),
      );
      stream ??= createInflateStream();
      await stream.unpack(reader, await reader.u32(), width * height * PIXEL, (piece) => {
        bands.push(piece);
        return pace(piece.length / PIXEL);
      });
      if (bands.drawn() < height) throw tooFew(bands.drawn(), height);
    },
  };
}
