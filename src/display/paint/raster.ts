/** A picture in the pixels of the terminal. */

import type { CellSize } from '../../terminal/pictures.ts';
import type { Framebuffer } from '../framebuffer.ts';
import { average } from './scale.ts';

/** Which part of a display is shown, and in how many pixels of the terminal. */
export interface RasterPlacing {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly toWidth: number;
  readonly toHeight: number;
}

export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue of each pixel. */
  readonly rgb: Uint8Array;
}

/** How many pixels the whole picture has in so many cells: its own, or fewer where it does not fit. */
export function fittedPixels(
  { width, height }: Framebuffer,
  columns: number,
  rows: number,
  cell: CellSize,
): { readonly toWidth: number; readonly toHeight: number } {
  const scale = Math.min(1, (columns * cell.width) / width, (rows * cell.height) / height);
  return { toWidth: Math.max(1, Math.floor(width * scale)), toHeight: Math.max(1, Math.floor(height * scale)) };
}

/** Each pixel has the average colour of those that it stands for. */
export function rasterOf(frame: Framebuffer, { x, y, width, height, toWidth, toHeight }: RasterPlacing): Raster {
  const rgb = new Uint8Array(toWidth * toHeight * 3);
  const isWhole = width === toWidth && height === toHeight;
  for (let row = 0, to = 0; row < toHeight; row++) {
    const top = y + Math.floor((row * height) / toHeight);
    const bottom = Math.max(top + 1, y + Math.floor(((row + 1) * height) / toHeight));
    for (let column = 0; column < toWidth; column++, to += 3) {
      const left = x + Math.floor((column * width) / toWidth);
      if (isWhole) {
        const from = (top * frame.width + left) * 4;
        rgb[to] = frame.pixels[from] ?? 0;
        rgb[to + 1] = frame.pixels[from + 1] ?? 0;
        rgb[to + 2] = frame.pixels[from + 2] ?? 0;
      } else {
        const right = Math.max(left + 1, x + Math.floor(((column + 1) * width) / toWidth));
        const [red, green, blue] = average(frame, left, top, right, bottom);
        rgb[to] = Math.round(red);
        rgb[to + 1] = Math.round(green);
        rgb[to + 2] = Math.round(blue);
      }
    }
  }
  return { width: toWidth, height: toHeight, rgb };
}
