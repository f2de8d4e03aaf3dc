/** Encoding 5 (hextile): RFC 6143, 7.7.4. */
import type { Framebuffer, Rect } from '../../framebuffer.ts';
import type { ByteReader } from '../reader.ts';
import { broken, type Decoder, PIXEL } from './encoding.ts';
import { raw } from './raw.ts';

const TILE = 16;
const RAW = 1;
const BACKGROUND = 2;
const FOREGROUND = 4;
const SUBRECTS = 8;
const COLOURED = 16;

type Colour = readonly [number, number, number];

export const hextile: Decoder = async (whole, reader, frame, pace) => {
  let background: Colour = [0, 0, 0];
  let foreground: Colour = [0, 0, 0];
  for (let y = whole.y; y < whole.y + whole.height; y += TILE)
    for (let x = whole.x; x < whole.x + whole.width; x += TILE) {
      const width = Math.min(TILE, whole.x + whole.width - x);
      const height = Math.min(TILE, whole.y + whole.height - y);
      const tile = { x, y, width, height };
      // A tile may be one byte.
      const rest = pace(width * height);
      if (rest !== undefined) await rest;
      const has = await reader.u8();
      if (has > (RAW | BACKGROUND | FOREGROUND | SUBRECTS | COLOURED)) throw broken(`a hextile of kind ${has}`);
      if (has & RAW) {
        await raw(tile, reader, frame, pace);
        continue;
      }
      if (has & BACKGROUND) background = await colour(reader);
      if (has & FOREGROUND) foreground = await colour(reader);
      frame.fill(tile, ...background);
      if (has & SUBRECTS) await subrects(tile, has & COLOURED ? undefined : foreground, reader, frame);
    }
};

async function colour(reader: ByteReader): Promise<Colour> {
  const bytes = await reader.take(PIXEL);
  return [bytes[0] ?? 0, bytes[1] ?? 0, bytes[2] ?? 0];
}

/** `only`: their colour, where they don't have one each. */
async function subrects(tile: Rect, only: Colour | undefined, reader: ByteReader, frame: Framebuffer): Promise<void> {
  const count = await reader.u8();
  const each = only ? 2 : 2 + PIXEL;
  const bytes = await reader.take(count * each);
  for (let at = 0; at < bytes.length; at += each) {
    const [red, green, blue] = only ?? [bytes[at] ?? 0, bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
    const place = bytes[at + each - 2] ?? 0;
    const size = bytes[at + each - 1] ?? 0;
    const rect = {
      x: tile.x + (place >> 4),
      y: tile.y + (place & 15),
      width: (size >> 4) + 1,
      height: (size & 15) + 1,
    };
    if (rect.x + rect.width > tile.x + tile.width || rect.y + rect.height > tile.y + tile.height)
      throw broken('a part of a tile that is outside of it');
    frame.fill(rect, red, green, blue);
  }
}
