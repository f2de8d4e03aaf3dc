/**
 * Encoding 7 (tight), without JPEG, which is only sent to who asks for a quality
 * (https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst, "Tight Encoding").
 */
import type { Rect } from '../../framebuffer.ts';
import { createInflateStream, type InflateStream } from '../inflate.ts';
import type { ByteReader } from '../reader.ts';
import { createScratch } from '../scratch.ts';
import { broken, type Decoder, PACKED, PIXEL, spread } from './encoding.ts';

/** Less than that is not packed. */
const LEAST_PACKED = 12;
const FILL = 8;
const FILTERED = 4;
const [PALETTE, GRADIENT] = [1, 2];

export function createTight(): { readonly decode: Decoder; close(): void } {
  const streams: (InflateStream | undefined)[] = [];
  const [pixels, indexed, bitwise] = [createScratch(), createScratch(), createScratch()];

  async function packed(stream: number, size: number, reader: ByteReader): Promise<Buffer> {
    if (size < LEAST_PACKED) return Buffer.from(await reader.take(size));
    const bytes = await reader.take(await compactLength(reader));
    streams[stream] ??= createInflateStream();
    const all = await streams[stream].push(bytes, size);
    if (all.length < size) throw broken(`${all.length} bytes of a picture of ${size}`);
    return all;
  }

  async function pixelsOf(kind: number, rect: Rect, reader: ByteReader): Promise<Uint8Array> {
    const filter = kind & FILTERED ? await reader.u8() : 0;
    const stream = kind & 3;
    const { width, height } = rect;
    const count = width * height;
    const into = pixels(count * PIXEL);
    if (filter === PALETTE) {
      const colours = (await reader.u8()) + 1;
      const palette = Buffer.from(await reader.take(colours * PACKED));
      const row = colours === 2 ? Math.ceil(width / 8) : width;
      const indexes = await packed(stream, row * height, reader);
      const each = colours === 2 ? byBits(indexes, rect, bitwise(count)) : indexes;
      return spread(byIndexes(each, count, palette, indexed(count * PACKED)), count, into);
    }
    const bytes = await packed(stream, count * PACKED, reader);
    if (filter === 0) return spread(bytes, count, into);
    if (filter === GRADIENT) return spread(predicted(bytes, width), count, into);
    throw broken(`pixels with the filter ${filter}`);
  }

  return {
    close: () => {
      for (const stream of streams) stream?.close();
    },
    async decode(rect, reader, frame) {
      const control = await reader.u8();
      for (let stream = 0; stream < 4; stream++)
        if (control & (1 << stream)) {
          streams[stream]?.close();
          streams[stream] = undefined;
        }
      const kind = control >> 4;
      if (kind === FILL) {
        const [red = 0, green = 0, blue = 0] = await reader.take(PACKED);
        return frame.fill(rect, red, green, blue);
      }
      if (kind > FILL) throw broken(`a tight rectangle of kind ${kind}, which was not asked for`);
      frame.blit(rect, await pixelsOf(kind, rect, reader));
    },
  };
}

/** Seven bits in each of up to three bytes, the lowest first. */
async function compactLength(reader: ByteReader): Promise<number> {
  const first = await reader.u8();
  if (first < 128) return first;
  const second = await reader.u8();
  const low = (first & 127) | ((second & 127) << 7);
  return second < 128 ? low : low | ((await reader.u8()) << 14);
}

function byIndexes(indexes: Uint8Array, count: number, palette: Uint8Array, bytes: Uint8Array): Uint8Array {
  for (let at = 0; at < count; at++) {
    const from = (indexes[at] ?? 0) * PACKED;
    if (from >= palette.length) throw broken('a colour that is not in the palette');
    for (let part = 0; part < PACKED; part++) bytes[at * PACKED + part] = palette[from + part] ?? 0;
  }
  return bytes;
}

/** Two colours: a bit for each pixel, the highest first; each row begins with a byte of its own. */
function byBits(bits: Uint8Array, { width, height }: Rect, indexes: Uint8Array): Uint8Array {
  const row = Math.ceil(width / 8);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) indexes[y * width + x] = ((bits[y * row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
  return indexes;
}

/** Each value is the difference to what left, upper and upper left neighbour let expect. */
function predicted(bytes: Buffer, width: number): Buffer {
  const row = width * PACKED;
  for (let at = 0; at < bytes.length; at++) {
    const isFirst = at % row < PACKED;
    const left = isFirst ? 0 : (bytes[at - PACKED] ?? 0);
    const upper = at < row ? 0 : (bytes[at - row] ?? 0);
    const corner = isFirst || at < row ? 0 : (bytes[at - row - PACKED] ?? 0);
    bytes[at] = ((bytes[at] ?? 0) + Math.min(255, Math.max(0, left + upper - corner))) & 255;
  }
  return bytes;
}
