/** Reads a text screen from its picture: VGA's text mode, and the console that Linux draws. */
import { type Cells, emptyCells, SPACE } from '../cells.ts';
import type { Framebuffer } from '../framebuffer.ts';
import { glyphNumber } from './glyph-number.ts';
import { GLYPHS } from './glyphs.ts';

export interface TextScreen extends Cells {
  /** Where the cursor is seen, as the number of its cell. */
  readonly cursor: number | undefined;
}

interface Size {
  /** From cell to cell. */
  readonly width: number;
  readonly height: number;
  /** Columns of pixels that the font has: VGA shows nine, of which the last is a copy or empty. */
  readonly glyphWidth: number;
}

const SIZES: readonly Size[] = [
  { width: 9, height: 16, glyphWidth: 8 },
  { width: 8, height: 16, glyphWidth: 8 },
  { width: 16, height: 32, glyphWidth: 16 },
];
/** So many of the cells that are not blank may be unknown: a picture has more. */
const MOST_UNKNOWN = 0.02;
/** Too few characters are no proof: a dark picture has as many. */
const LEAST_KNOWN = 4;
const UNKNOWN = 0xfffd;
const COLOUR = new Uint32Array(new Uint8Array([255, 255, 255, 0]).buffer)[0] ?? 0;

let table: ReadonlyMap<number, number> | undefined;

/** Undefined for a picture that is no text screen. */
export function readTextScreen(frame: Framebuffer): TextScreen | undefined {
  for (const size of SIZES) {
    const screen = readWith(frame, size);
    if (screen) return screen;
  }
  return undefined;
}

function readWith(frame: Framebuffer, size: Size): TextScreen | undefined {
  const columns = Math.floor(frame.width / size.width);
  const rows = Math.floor(frame.height / size.height);
  // What is left at the edges has no whole cell; a text screen has less than one there.
  if (columns < 40 || rows < 15) return undefined;
  const words = new Uint32Array(frame.pixels.buffer);
  const cells = emptyCells(columns, rows);
  const bits = new Uint8Array((size.height * size.glyphWidth) / 8);
  const most = Math.max(LEAST_KNOWN, columns * rows * MOST_UNKNOWN);
  let known = 0;
  let unknown = 0;
  let cursor: number | undefined;
  for (let at = 0; at < columns * rows; at++) {
    const first = Math.floor(at / columns) * size.height * frame.width + (at % columns) * size.width;
    const cell = readCell(words, first, frame.width, size, bits);
    cells.backgrounds[at] = rgb(cell.background);
    cells.foregrounds[at] = rgb(cell.foreground);
    cells.chars[at] = cell.char;
    if (cell.hasCursor) cursor ??= at;
    if (cell.char === UNKNOWN) unknown++;
    else if (cell.char !== SPACE) known++;
    if (unknown > most) return undefined;
  }
  if (known < LEAST_KNOWN || unknown > (known + unknown) * MOST_UNKNOWN) return undefined;
  return { ...cells, cursor };
}

interface Cell {
  readonly char: number;
  readonly foreground: number;
  readonly background: number;
  readonly hasCursor: boolean;
}

/** `first`: the number of its first pixel; `bits` is for those of its character: one for each cell would fill memory. */
function readCell(
  words: Uint32Array,
  first: number,
  stride: number,
  { height, glyphWidth }: Size,
  bits: Uint8Array,
): Cell {
  const background = (words[first] ?? 0) & COLOUR;
  let foreground = background;
  bits.fill(0);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < glyphWidth; column++) {
      const colour = (words[first + row * stride + column] ?? 0) & COLOUR;
      if (colour === background) continue;
      if (foreground === background) foreground = colour;
      else if (colour !== foreground) return { char: UNKNOWN, foreground, background, hasCursor: false };
      const bit = row * glyphWidth + column;
      bits[bit >> 3] = (bits[bit >> 3] ?? 0) | (128 >> (bit & 7));
    }
  if (foreground === background) return { char: SPACE, foreground, background, hasCursor: false };
  const upright = { foreground, background };
  const turned = { foreground: background, background: foreground };
  const plain = charOf(bits);
  if (plain !== undefined) return { char: plain, ...upright, hasCursor: false };
  const inverse = charOf(bits.map((byte) => byte ^ 255));
  if (inverse !== undefined) return { char: inverse, ...turned, hasCursor: false };
  const under = charOf(withoutLine(bits, glyphWidth / 8));
  if (under !== undefined) return { char: under, ...upright, hasCursor: true };
  return { char: UNKNOWN, ...upright, hasCursor: false };
}

/** Without the lines at the lower end that are drawn from side to side: a cursor. */
function withoutLine(bits: Uint8Array, bytes: number): Uint8Array {
  const rest = new Uint8Array(bits);
  for (let at = bits.length - 4 * bytes; at < bits.length; at += bytes)
    if (rest.subarray(at, at + bytes).every((byte) => byte === 255)) rest.fill(0, at, at + bytes);
  return rest;
}

function charOf(bits: Uint8Array): number | undefined {
  if (bits.every((byte) => byte === 0)) return SPACE;
  table ??= readTable();
  return table.get(glyphNumber(bits));
}

function readTable(): ReadonlyMap<number, number> {
  const packed = Buffer.from(GLYPHS, 'base64');
  const chars = new Map<number, number>();
  for (let at = 0; at < packed.length; at += 6) chars.set(packed.readUInt32LE(at), packed.readUInt16LE(at + 4));
  return chars;
}

/** Red, green and blue in the order of their bytes, as 0xRRGGBB. */
function rgb(word: number): number {
  pixelWord[0] = word;
  const [red = 0, green = 0, blue = 0] = pixelBytes;
  return (red << 16) | (green << 8) | blue;
}
const pixelWord = new Uint32Array(1);
const pixelBytes = new Uint8Array(pixelWord.buffer);
