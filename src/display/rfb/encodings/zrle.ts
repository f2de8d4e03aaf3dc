/** Encoding 16 (ZRLE): RFC 6143, 7.7.6. Tiles of 64x64, packed by one stream that lasts as long as the connection. */
import type { Rect } from '../../framebuffer.ts';
import { createInflateStream, type InflateStream } from '../inflate.ts';
import { broken, type Decoder, PACKED, PIXEL, spread } from './encoding.ts';

const TILE = 64;
/** A tile says its kind and a palette of 127 colours at most, before its pixels. */
const HEAD = 1 + 127 * PACKED;

export function createZrle(): { readonly decode: Decoder; close(): void } {
  let stream: InflateStream | undefined;
  const tile = new Uint8Array(TILE * TILE * PIXEL);
  return {
    close: () => stream?.close(),
    async decode(whole, reader, frame) {
      const tiles = tilesOf(whole);
      // Each pixel with a length of its own is the most that there can be.
      const most = whole.width * whole.height * (PACKED + 1) + tiles.length * HEAD;
      stream ??= createInflateStream();
      const unpacked = new Unpacked(await stream.push(await reader.take(await reader.u32()), most));
      for (const rect of tiles) {
        readTile(unpacked, rect.width * rect.height, rect.width, tile);
        frame.blit(rect, tile);
      }
    },
  };
}

function tilesOf({ x, y, width, height }: Rect): readonly Rect[] {
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

/** Throws where bytes are missing. */
class Unpacked {
  #at = 0;
  readonly #bytes: Buffer;
  constructor(bytes: Buffer) {
    this.#bytes = bytes;
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
