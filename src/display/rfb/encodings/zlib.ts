/** Encoding 6 (zlib): raw pixels, packed by one stream that lasts as long as the connection. */
import { createInflateStream, type InflateStream } from '../inflate.ts';
import { broken, type Decoder, PIXEL } from './encoding.ts';

export function createZlib(): { readonly decode: Decoder; close(): void } {
  let stream: InflateStream | undefined;
  return {
    close: () => stream?.close(),
    async decode(rect, reader, frame) {
      const size = rect.width * rect.height * PIXEL;
      stream ??= createInflateStream();
      const pixels = await stream.push(await reader.take(await reader.u32()), size);
      if (pixels.length < size) throw broken(`${pixels.length} bytes of a picture of ${size}`);
      frame.blit(rect, pixels);
    },
  };
}
