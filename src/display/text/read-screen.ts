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
/** Of 4K: larger ones are shown as pictures, since to look for text in them takes too long. */
const MOST_PIXELS = 4_096 * 2_304;
/** So many of the cells that are not blank may be unknown: a picture has more. */
const MOST_UNKNOWN = 0.02;
/** Too few characters are no proof: a dark picture has as many. */
const LEAST_KNOWN = 4;
const UNKNOWN = 0xfffd;
const COLOUR = new Uint32Array(new Uint8Array([255, 255, 255, 0]).buffer)[0] ?? 0;

let table: ReadonlyMap<number, number> | undefined;

/** Undefined for a picture that is no text screen. */
export function readTextScreen(frame: Framebuffer): TextScreen | undefined {
  if (frame.width * frame.height > MOST_PIXELS) return undefined;
  for (const size of SIZES) {
    const screen = readWith(frame, size);
    if (screen) return screen;
  }
  return undefined;
}

/** What a screen is read with, and into. The two glyphs are of the cell at hand: thousands are read for each picture. */
interface Reading {
  /** Pixels, row by row, of which one has `stride`. */
  readonly words: Uint32Array;
  readonly stride: number;
  readonly size: Size;
  readonly cells: Cells;
  readonly glyph: Uint8Array;
  /** What it would be if it were inverse, or had the cursor in it. */
  readonly other: Uint8Array;
}

function readWith(frame: Framebuffer, size: Size): TextScreen | undefined {
  const columns = Math.floor(frame.width / size.width);
  const rows = Math.floor(frame.height / size.height);
  // What is left at the edges has no whole cell; a text screen has less than one there.
  if (columns < 40 || rows < 15) return undefined;
  const cells = emptyCells(columns, rows);
  const bytes = (size.height * size.glyphWidth) / 8;
  const reading: Reading = {
    words: new Uint32Array(frame.pixels.buffer),
    stride: frame.width,
    size,
    cells,
    glyph: new Uint8Array(bytes),
    other: new Uint8Array(bytes),
  };
  const most = Math.max(LEAST_KNOWN, columns * rows * MOST_UNKNOWN);
  let known = 0;
  let unknown = 0;
  let cursor: number | undefined;
  for (let at = 0; at < columns * rows; at++) {
    if (readCell(reading, at)) cursor ??= at;
    const char = cells.chars[at];
    if (char === UNKNOWN) unknown++;
    else if (char !== SPACE) known++;
    if (unknown > most) return undefined;
  }
  if (known < LEAST_KNOWN || unknown > (known + unknown) * MOST_UNKNOWN) return undefined;
  return { ...cells, cursor };
}

/** Reads the cell with this number; whether the cursor is in it. */
function readCell({ words, stride, size, cells, glyph, other }: Reading, at: number): boolean {
  const { height, glyphWidth } = size;
  const first = Math.floor(at / cells.columns) * height * stride + (at % cells.columns) * size.width;
  const background = (words[first] ?? 0) & COLOUR;
  let foreground = background;
  let isOfTwo = true;
  glyph.fill(0);
  for (let row = 0; row < height && isOfTwo; row++)
    for (let column = 0; column < glyphWidth; column++) {
      const colour = (words[first + row * stride + column] ?? 0) & COLOUR;
      if (colour === background) continue;
      if (foreground === background) foreground = colour;
      else if (colour !== foreground) {
        isOfTwo = false;
        break;
      }
      const bit = row * glyphWidth + column;
      glyph[bit >> 3] = (glyph[bit >> 3] ?? 0) | (128 >> (bit & 7));
    }
  cells.foregrounds[at] = rgb(foreground);
  cells.backgrounds[at] = rgb(background);
  cells.chars[at] = isOfTwo ? (charOf(glyph) ?? UNKNOWN) : UNKNOWN;
  if (!isOfTwo || cells.chars[at] !== UNKNOWN) return false;
  for (let byte = 0; byte < glyph.length; byte++) other[byte] = (glyph[byte] ?? 0) ^ 255;
  const inverse = charOf(other);
  if (inverse !== undefined) {
    cells.foregrounds[at] = rgb(background);
    cells.backgrounds[at] = rgb(foreground);
    cells.chars[at] = inverse;
    return false;
  }
  other.set(glyph);
  clearCursor(other, glyphWidth / 8);
  const under = charOf(other);
  cells.chars[at] = under ?? UNKNOWN;
  return under !== undefined;
}

/** Takes the lines at the lower end away that are drawn from side to side: a cursor. `bytes`: of a line. */
function clearCursor(glyph: Uint8Array, bytes: number): void {
  for (let at = glyph.length - 4 * bytes; at < glyph.length; at += bytes) {
    let isDrawn = true;
    for (let byte = at; byte < at + bytes; byte++) isDrawn &&= glyph[byte] === 255;
    if (isDrawn) glyph.fill(0, at, at + bytes);
  }
}

function charOf(glyph: Uint8Array): number | undefined {
  if (glyph.every(isBlank)) return SPACE;
  table ??= readTable();
  return table.get(glyphNumber(glyph));
}
const isBlank = (byte: number): boolean => byte === 0;

function readTable(): ReadonlyMap<number, number> {
  const packed = Buffer.from(GLYPHS, 'base64');
  const chars = new Map<number, number>();
  for (let at = 0; at < packed.length; at += 6) chars.set(packed.readUInt32LE(at), packed.readUInt16LE(at + 4));
  return chars;
}

/** Red, green and blue in the order of their bytes, as 0xRRGGBB. */
function rgb(word: number): number {
  pixelWord[0] = word;
  return ((pixelBytes[0] ?? 0) << 16) | ((pixelBytes[1] ?? 0) << 8) | (pixelBytes[2] ?? 0);
}
const pixelWord = new Uint32Array(1);
const pixelBytes = new Uint8Array(pixelWord.buffer);
