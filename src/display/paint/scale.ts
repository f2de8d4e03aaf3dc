/** A picture in cells: the upper and the lower half of each is a colour of its own. */
import { type Cells, emptyCells } from '../cells.ts';
import type { Framebuffer } from '../framebuffer.ts';

const UPPER_HALF = 0x2580;

/** A part of the picture, in its pixels, and the cells that it is shown in. */
export interface Placing {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

/** The whole picture as large as it fits, its proportions kept: half a cell is as wide as it is high. Never enlarged. */
export function fitted(
  { width, height }: Pick<Framebuffer, 'width' | 'height'>,
  columns: number,
  rows: number,
): Placing {
  const scale = Math.min(1, columns / width, (rows * 2) / height);
  return {
    x: 0,
    y: 0,
    width,
    height,
    columns: Math.max(1, Math.min(columns, Math.round(width * scale))),
    rows: Math.max(1, Math.min(rows, Math.ceil((height * scale) / 2))),
  };
}

/** Each half of a cell has the average colour of the pixels that it stands for. */
export function scaled(frame: Framebuffer, placing: Placing): Cells {
  const { columns, rows } = placing;
  const cells = emptyCells(columns, rows);
  cells.chars.fill(UPPER_HALF);
  for (let half = 0; half < rows * 2; half++) {
    const top = placing.y + Math.floor((half * placing.height) / (rows * 2));
    const bottom = placing.y + Math.floor(((half + 1) * placing.height) / (rows * 2));
    const into = half % 2 === 0 ? cells.foregrounds : cells.backgrounds;
    for (let column = 0; column < columns; column++) {
      const left = placing.x + Math.floor((column * placing.width) / columns);
      const right = placing.x + Math.floor(((column + 1) * placing.width) / columns);
      const [red, green, blue] = average(frame, left, top, Math.max(right, left + 1), Math.max(bottom, top + 1));
      into[(half >> 1) * columns + column] = (Math.round(red) << 16) | (Math.round(green) << 8) | Math.round(blue);
    }
  }
  return cells;
}

/** Red, green and blue, from 0 to 255; parts of it count. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Of more pixels only some rows count: those of the largest displays would hold up what is typed. */
const MOST_COUNTED = 1_024;

export function average({ pixels, width }: Framebuffer, left: number, top: number, right: number, bottom: number): Rgb {
  let [red, green, blue] = [0, 0, 0];
  const step = Math.ceil(((right - left) * (bottom - top)) / MOST_COUNTED);
  for (let y = top; y < bottom; y += step)
    for (let at = (y * width + left) * 4, end = (y * width + right) * 4; at < end; at += 4) {
      red += pixels[at] ?? 0;
      green += pixels[at + 1] ?? 0;
      blue += pixels[at + 2] ?? 0;
    }
  const count = (right - left) * Math.ceil((bottom - top) / step);
  return [red / count, green / count, blue / count];
}
