/** Encoding 16 (ZRLE): RFC 6143, 7.7.6. Tiles of 64x64, packed by one stream that lasts as long as the connection. */
import type { Framebuffer, Rect } from '../../framebuffer.ts';
import { createInflateStream, type InflateStream } from '../inflate.ts';
import type { Pace } from '../pace.ts';
import { broken, type Decoder, PACKED, PIXEL, spread } from './encoding.ts';

const TILE = 64;
/** Its kind, a palette of 127 colours, and each pixel with a length of its own. */
const MOST_TILE_BYTES = 1 + 127 * PACKED + TILE * TILE * (PACKED + 1);

export function createZrle(): { readonly decode: Decoder; close(reason: Error): void } {
  let stream: InflateStream | undefined;
  const tile = new Uint8Array(TILE * TILE * PIXEL);
  const unpacked = new Unpacked();

  /** Draws those of which all is here, until the pace is to be kept. */
  function draw(tiles: Rect[], isAll: boolean, frame: Framebuffer, pace: Pace): Promise<void> | undefined {
    while (isAll ? tiles.length > 0 : unpacked.left >= MOST_TILE_BYTES) {
      const rect = tiles.pop();
      if (!rect) throw broken('more than its tiles');
      const { width, height } = rect;
      readTile(unpacked, width * height, width, tile);
      frame.blit(rect, tile);
      const rest = pace(width * height);
      if (rest !== undefined) return rest.then(() => draw(tiles, isAll, frame, pace));
    }
    return undefined;
  }

  return {
    close: (reason) => stream?.close(reason),
    async decode(whole, reader, frame, pace) {
      // The first one is the last.
      const tiles = tilesOf(whole).reverse();
      stream ??= createInflateStream();
      unpacked.clear();
      await stream.unpack(reader, await reader.u32(), tiles.length * MOST_TILE_BYTES, (piece) => {
        unpacked.push(piece);
        return draw(tiles, false, frame, pace);
      });
      await draw(tiles, true, frame, pace);
    },
  };
}

function tilesOf({ x, y, width, height }: Rect): Rect[] {
  const tiles: Rect[] = [];
  for (let top = y; top < y + height; top += TILE)
    for (let left = x; left < x + width; left += TILE)
      tiles.push({
        x: left,
        y: top,
        width: Math.min(TILE, x + width - left),
        height: Math.min(TILE, y + height - top),
      });
  return tiles;
}

/** What was unpacked and not read yet. Throws where bytes are missing. */
class Unpacked {
  #at = 0;
  #bytes: Buffer = Buffer.alloc(0);
  get left(): number {
    return this.#bytes.length - this.#at;
  }
  clear(): void {
    this.#bytes = Buffer.alloc(0);
    this.#at = 0;
  }
  push(piece: Buffer): void {
    this.#bytes = this.left === 0 ? piece : Buffer.concat([this.#bytes.subarray(this.#at), piece]);
    this.#at = 0;
  }
  byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw broken('a tile that ends too early');
    return byte;
  }
  take(length: number): Buffer {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    if (bytes.length < length) throw broken('a tile that ends too early');
    return bytes;
  }
  /** 255 stands for 255 more; one is added. */
  length(): number {
    let length = 1;
    for (;;) {
      const byte = this.byte();
      length += byte;
      if (byte < 255) return length;
    }
  }
}

function readTile(from: Unpacked, pixels: number, width: number, tile: Uint8Array): void {
  const kind = from.byte();
  if (kind === 0) return void spread(from.take(pixels * PACKED), pixels, tile);
  if (kind === 1) return void repeat(from.take(PACKED), 0, tile, 0, pixels);
  if (kind === 128) return void readRuns(from, pixels, tile);
  if (kind > 1 && kind <= 16) return void readIndexes(from, kind, pixels, width, tile);
  if (kind >= 130) return void readIndexedRuns(from, kind - 128, pixels, tile);
  throw broken(`a tile of kind ${kind}`);
}

function readRuns(from: Unpacked, pixels: number, tile: Uint8Array): void {
  for (let at = 0; at < pixels; ) {
    const colour = from.take(PACKED);
    const length = from.length();
    if (at + length > pixels) throw broken('a run that is longer than its tile');
    repeat(colour, 0, tile, at, length);
    at += length;
  }
}

function readIndexedRuns(from: Unpacked, colours: number, pixels: number, tile: Uint8Array): void {
  const palette = from.take(colours * PACKED);
  for (let at = 0; at < pixels; ) {
    const byte = from.byte();
    const index = byte & 127;
    const length = byte > 127 ? from.length() : 1;
    if (index >= colours) throw broken('a colour that is not in the palette');
    if (at + length > pixels) throw broken('a run that is longer than its tile');
    repeat(palette, index, tile, at, length);
    at += length;
  }
}

/** 1, 2 or 4 bits a pixel; each row begins with a byte of its own. */
function readIndexes(from: Unpacked, colours: number, pixels: number, width: number, tile: Uint8Array): void {
  const palette = from.take(colours * PACKED);
  const bits = colours === 2 ? 1 : colours <= 4 ? 2 : 4;
  const mask = (1 << bits) - 1;
  for (let at = 0; at < pixels; ) {
    let left = 0;
    let byte = 0;
    for (let column = 0; column < width; column++, at++) {
      if (left === 0) {
        byte = from.byte();
        left = 8;
      }
      left -= bits;
      const index = (byte >> left) & mask;
      if (index >= colours) throw broken('a colour that is not in the palette');
      repeat(palette, index, tile, at, 1);
    }
  }
}

/** Pixel number `index` of `colours`, `count` times from `at` on. */
function repeat(colours: Uint8Array, index: number, tile: Uint8Array, at: number, count: number): void {
  const red = colours[index * PACKED] ?? 0;
  const green = colours[index * PACKED + 1] ?? 0;
  const blue = colours[index * PACKED + 2] ?? 0;
  for (let to = at * PIXEL; to < (at + count) * PIXEL; to += PIXEL) {
    tile[to] = red;
    tile[to + 1] = green;
    tile[to + 2] = blue;
    tile[to + 3] = 255;
  }
}
