/** A picture in cells of two colours and four quarters, each of which has one of the two: twice as fine from side to side as halves. */
import { type Cells, emptyCells, SPACE } from '../cells.ts';
import type { Framebuffer } from '../framebuffer.ts';
import { average, type Placing, type Rgb } from './scale.ts';

/** By the quarters that have the foreground: upper left 1, upper right 2, lower left 4, lower right 8. */
const BLOCKS = [
  ...[SPACE, 0x2598, 0x259d, 0x2580, 0x2596, 0x258c, 0x259e, 0x259b],
  ...[0x2597, 0x259a, 0x2590, 0x259c, 0x2584, 0x2599, 0x259f, 0x2588],
];

/** In the eight ways to share four quarters between two colours, the lower right one has the background. */
const WAYS = 8;

export function quadrants(frame: Framebuffer, placing: Placing): Cells {
  const { columns, rows, x, y, width, height } = placing;
  const cells = emptyCells(columns, rows);
  const at = (part: number, of: number, from: number, size: number) => from + Math.floor((part * size) / of);
  const quarter = (column: number, row: number): Rgb => {
    const [left, top] = [at(column, columns * 2, x, width), at(row, rows * 2, y, height)];
    const [right, bottom] = [at(column + 1, columns * 2, x, width), at(row + 1, rows * 2, y, height)];
    return average(frame, left, top, Math.max(right, left + 1), Math.max(bottom, top + 1));
  };
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const four = [0, 1, 2, 3].map((part) => quarter(column * 2 + (part & 1), row * 2 + (part >> 1)));
      const { mask, foreground, background } = nearest(four);
      const cell = row * columns + column;
      cells.chars[cell] = BLOCKS[mask] ?? SPACE;
      cells.foregrounds[cell] = foreground;
      cells.backgrounds[cell] = background;
    }
  return cells;
}

/** The way to share them that comes nearest to all four. */
function nearest(four: readonly Rgb[]) {
  let best = { mask: 0, foreground: 0, background: 0, error: Number.POSITIVE_INFINITY };
  for (let mask = 0; mask < WAYS; mask++) {
    const foreground = mean(four.filter((_, part) => mask & (1 << part)));
    const background = mean(four.filter((_, part) => !(mask & (1 << part))));
    const error = four.reduce(
      (sum, colour, part) => sum + distance(colour, mask & (1 << part) ? foreground : background),
      0,
    );
    if (error < best.error) best = { mask, foreground: packed(foreground), background: packed(background), error };
  }
  return best;
}

const mean = (colours: readonly Rgb[]): Rgb => {
  const part = (at: 0 | 1 | 2) => colours.reduce((sum, colour) => sum + colour[at], 0) / Math.max(1, colours.length);
  return [part(0), part(1), part(2)];
};
const distance = (one: Rgb, other: Rgb): number =>
  (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2;
/** 0xRRGGBB. */
const packed = ([red, green, blue]: Rgb): number =>
  (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue);
