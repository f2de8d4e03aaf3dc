/** What colours a terminal shows, against the picture that is drawn in halves of its cells. */
import type { Terminal } from '@xterm/headless';
import type { Depth } from '../../src/display/paint/colours.ts';

/** Pixels as those of a frame: four bytes each. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** As near as the colours of a terminal are to each other. */
export const ROUNDING: Readonly<Record<Depth, number>> = { truecolor: 0, '256': 60, '16': 150, none: 0 };

/**
 * How far a half of a cell is from the mean of the pixels that it stands for, at most, from 0 to 255; undefined when something
 * else than halves is shown there. The picture begins in the first cell, and fills so many.
 */
export function farthest(
  terminal: Terminal,
  { width, height, pixels }: Picture,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): number | undefined {
  let worst = 0;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const cell = terminal.buffer.active.getLine(row)?.getCell(column);
      if (cell?.getChars() !== '▀') return undefined;
      for (const half of [0, 1]) {
        const seen =
          half === 0 ? colourIn(cell.getFgColor(), cell.isFgRGB()) : colourIn(cell.getBgColor(), cell.isBgRGB());
        const left = (at: number) => Math.floor((at * width) / columns);
        const top = (at: number) => Math.floor((at * height) / (rows * 2));
        const line = row * 2 + half;
        const wanted = meanOf({ width, height, pixels }, left(column), top(line), left(column + 1), top(line + 1));
        worst = Math.max(worst, ...wanted.map((part, at) => Math.abs(part - (seen[at] ?? 0))));
      }
    }
  return worst;
}

/** The sixteen as xterm has them, its cube and its greys. */
function colourIn(colour: number, isRgb: boolean): readonly number[] {
  if (isRgb) return [colour >> 16, (colour >> 8) & 255, colour & 255];
  if (colour >= 232) return Array.from({ length: 3 }, () => 8 + (colour - 232) * 10);
  if (colour >= 16) {
    const levels = [0, 95, 135, 175, 215, 255];
    return [36, 6, 1].map((unit) => levels[Math.floor((colour - 16) / unit) % 6] ?? 0);
  }
  const sixteen =
    '000000 cd0000 00cd00 cdcd00 0000ee cd00cd 00cdcd e5e5e5 7f7f7f ff0000 00ff00 ffff00 5c5cff ff00ff 00ffff ffffff';
  const hex = Number.parseInt(sixteen.split(' ')[colour] ?? '', 16);
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
}

function meanOf(
  { pixels, width }: Picture,
  left: number,
  top: number,
  right: number,
  bottom: number,
): readonly number[] {
  const sum = [0, 0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++)
      for (const part of [0, 1, 2]) sum[part] = (sum[part] ?? 0) + (pixels[(y * width + x) * 4 + part] ?? 0);
  return sum.map((value) => Math.round(value / ((right - left) * (bottom - top))));
}
