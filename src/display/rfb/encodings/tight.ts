/**
 * Encoding 7 (tight), without JPEG, which is only sent to who asks for a quality
 * (https://github.com/rfbproto/rfbproto/blob/master/rfbproto.rst, "Tight Encoding").
 */
import { createInflateStream, type InflateStream } from '../inflate.ts';
import type { ByteReader } from '../reader.ts';
import { createScratch } from '../scratch.ts';
import { createBands } from './bands.ts';
import { broken, type Decoder, PACKED, PIXEL, spread, tooFew } from './encoding.ts';

/** Less than that is not packed. */
const LEAST_PACKED = 12;
const FILL = 8;
const FILTERED = 4;
const [PALETTE, GRADIENT] = [1, 2];

/** What unpacked rows become: pixels as they are drawn. */
type Filter = (rows: Uint8Array, count: number) => Uint8Array;

export function createTight(): { readonly decode: Decoder; close(reason: Error): void } {
  const streams: (InflateStream | undefined)[] = [];
  const [pixels, indexed, bitwise] = [createScratch(), createScratch(), createScratch()];

  /** Of a picture so wide: how many bytes a row has before it is filtered, and the filter. */
  async function filterOf(kind: number, width: number, reader: ByteReader) {
    const filter = kind & FILTERED ? await reader.u8() : 0;
    const spreadOut = (packed: Uint8Array, count: number) =>
      spread(packed, count * width, pixels(count * width * PIXEL));
    if (filter === 0) return { rowBytes: width * PACKED, filter: spreadOut };
    if (filter === GRADIENT) {
      const predict = createPredictor(width * PACKED);
      const filtered: Filter = (rows, count) => spreadOut(predict(rows), count);
      return { rowBytes: width * PACKED, filter: filtered };
    }
    if (filter !== PALETTE) throw broken(`pixels with the filter ${filter}`);
    const colours = (await reader.u8()) + 1;
    const palette = Buffer.from(await reader.take(colours * PACKED));
    const coloured: Filter = (indexes, count) =>
      spreadOut(byIndexes(indexes, count * width, palette, indexed(count * width * PACKED)), count);
    if (colours !== 2) return { rowBytes: width, filter: coloured };
    const twoColoured: Filter = (rows, count) => coloured(byBits(rows, width, count, bitwise(count * width)), count);
    return { rowBytes: Math.ceil(width / 8), filter: twoColoured };
  }

  return {
    close: (reason) => {
      for (const stream of streams) stream?.close(reason);
    },
    async decode(rect, reader, frame, pace) {
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
      const { x, y, width, height } = rect;
      const { rowBytes, filter } = await filterOf(kind, width, reader);
      const bands = createBands(rowBytes, (rows, first, count) =>
        frame.blit({ x, y: y + first, width, height: count }, filter(rows, count)),
      );
      const size = rowBytes * height;
      if (size < LEAST_PACKED) return bands.push(await reader.take(size));
      const length = await compactLength(reader);
      streams[kind & 3] ??= createInflateStream();
      await streams[kind & 3]?.unpack(reader, length, size, (piece) => {
        bands.push(piece);
        return pace((piece.length / rowBytes) * width);
      });
      if (bands.drawn() < height) throw tooFew(bands.drawn(), height);
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
function byBits(bits: Uint8Array, width: number, height: number, indexes: Uint8Array): Uint8Array {
  const row = Math.ceil(width / 8);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) indexes[y * width + x] = ((bits[y * row + (x >> 3)] ?? 0) >> (7 - (x & 7))) & 1;
  return indexes;
}

/** Each value is the difference to what left, upper and upper left neighbour let expect; the rows go on from call to call. */
function createPredictor(rowBytes: number): (rows: Uint8Array) => Uint8Array {
  const above = new Uint8Array(rowBytes);
  return (rows) => {
    for (let at = 0; at < rows.length; at++) {
      const column = at % rowBytes;
      const isFirst = column < PACKED;
      const left = isFirst ? 0 : (rows[at - PACKED] ?? 0);
      const upper = (at < rowBytes ? above[column] : rows[at - rowBytes]) ?? 0;
      const corner = isFirst ? 0 : ((at < rowBytes ? above[column - PACKED] : rows[at - rowBytes - PACKED]) ?? 0);
      rows[at] = ((rows[at] ?? 0) + Math.min(255, Math.max(0, left + upper - corner))) & 255;
    }
    above.set(rows.subarray(-rowBytes));
    return rows;
  };
}
