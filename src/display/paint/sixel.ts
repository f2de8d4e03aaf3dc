/** Sixel (DEC's VT330/VT340 Programmer Reference Manual, volume 2, chapter 14): six rows of pixels at a time, colour after colour. */
import type { Raster } from './raster.ts';

/** Colours that a terminal has for one image. */
const MOST_COLOURS = 256;
const BAND = 6;
/** The bits that are kept of red, green and blue, finest first; the last one has 256 colours at most. */
const DEPTHS = [
  [8, 8, 8],
  [6, 6, 6],
  [5, 5, 5],
  [4, 4, 4],
  [3, 3, 3],
  [3, 3, 2],
] as const;
/** A run is shorter written out, up to here. */
const SHORT_RUN = 3;

/** Where the cursor is. Each of its pixels is drawn. */
export function sixelImage({ width, height, rgb }: Raster): string {
  const { numbers, colours } = palette(rgb);
  let out = `\x1bP0;1q"1;1;${width};${height}`;
  for (const [number, [red, green, blue]] of colours.entries())
    out += `#${number};2;${percent(red)};${percent(green)};${percent(blue)}`;
  for (let top = 0; top < height; top += BAND) {
    const rows = Math.min(BAND, height - top);
    const lines = bandOf(numbers.subarray(top * width, (top + rows) * width), width);
    // `$` goes back to the left, `-` on to the next band.
    out += `${[...lines].map(([number, sixels]) => `#${number}${runs(sixels)}`).join('$')}-`;
  }
  return `${out}\x1b\\`;
}

const percent = (value: number): number => Math.round((value * 100) / 255);

/** By the number of a colour, the pixels of each column that have it, a bit for each, the upper one first. */
function bandOf(numbers: Uint8Array, width: number): Map<number, Uint8Array> {
  const lines = new Map<number, Uint8Array>();
  for (const [at, number] of numbers.entries()) {
    let sixels = lines.get(number);
    if (!sixels) {
      sixels = new Uint8Array(width);
      lines.set(number, sixels);
    }
    const column = at % width;
    sixels[column] = (sixels[column] ?? 0) | (1 << Math.floor(at / width));
  }
  return lines;
}

function runs(sixels: Uint8Array): string {
  let out = '';
  for (let at = 0; at < sixels.length; ) {
    const sixel = sixels[at] ?? 0;
    let end = at + 1;
    while (end < sixels.length && sixels[end] === sixel) end++;
    const char = String.fromCharCode(63 + sixel);
    // What is empty up to the end need not be said.
    if (end === sixels.length && sixel === 0) break;
    out += end - at > SHORT_RUN ? `!${end - at}${char}` : char.repeat(end - at);
    at = end;
  }
  return out;
}

type Colour = readonly [number, number, number];

/** For each pixel the number of its colour; as fine as there are colours for. */
function palette(rgb: Uint8Array): { readonly numbers: Uint8Array; readonly colours: readonly Colour[] } {
  for (const bits of DEPTHS) {
    const found = reduced(rgb, bits);
    if (found) return found;
  }
  return { numbers: new Uint8Array(rgb.length / 3), colours: [[0, 0, 0]] };
}

/** Undefined where these are too many colours. */
function reduced(rgb: Uint8Array, bits: readonly [number, number, number]) {
  const numbers = new Uint8Array(rgb.length / 3);
  const known = new Map<number, number>();
  const colours: Colour[] = [];
  const levels = bits.map((count) => 2 ** count - 1);
  const part = (value: number, at: number): number => Math.round((value * (levels[at] ?? 1)) / 255);
  const back = (value: number, at: number): number => Math.round((value * 255) / (levels[at] ?? 1));
  for (let at = 0; at < numbers.length; at++) {
    const [red, green, blue] = [
      part(rgb[at * 3] ?? 0, 0),
      part(rgb[at * 3 + 1] ?? 0, 1),
      part(rgb[at * 3 + 2] ?? 0, 2),
    ];
    const key = (red << 16) | (green << 8) | blue;
    let number = known.get(key);
    if (number === undefined) {
      if (colours.length === MOST_COLOURS) return undefined;
      number = colours.length;
      known.set(key, number);
      colours.push([back(red, 0), back(green, 1), back(blue, 2)]);
    }
    numbers[at] = number;
  }
  return { numbers, colours };
}
