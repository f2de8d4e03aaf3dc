/** A picture as images of the terminal, cut in tiles of whole cells: only those that have changed are sent again. */
import type { CellSize } from '../../terminal/pictures.ts';
import { KITTY_CLEAR, kittyImage } from './kitty.ts';
import type { Raster } from './raster.ts';
import { sixelImage } from './sixel.ts';

export interface Graphics {
  /** What turns the picture that was shown last into this one, which begins in the first cell. */
  paint(raster: Raster): string;
  /** Takes it away. The cells under it are not touched. */
  clear(): string;
  /** Whatever is on the terminal is not known any more. */
  forget(): void;
}

/** Numbers of images belong to the whole terminal: these are hardly those of others. */
const FIRST_NUMBER = 0x64720000;
/** In cells: a changed character costs little, and a changed screen not many sequences. */
const [TILE_COLUMNS, TILE_ROWS] = [16, 4];

export function createGraphics(kind: 'kitty' | 'sixel', cell: CellSize): Graphics {
  const [tileWidth, tileHeight] = [TILE_COLUMNS * cell.width, TILE_ROWS * cell.height];
  let before: Raster | undefined;

  function tileOf({ width, height, rgb }: Raster, left: number, top: number): Raster {
    const [wide, high] = [Math.min(tileWidth, width - left), Math.min(tileHeight, height - top)];
    const tile = new Uint8Array(wide * high * 3);
    for (let row = 0; row < high; row++) {
      const from = ((top + row) * width + left) * 3;
      tile.set(rgb.subarray(from, from + wide * 3), row * wide * 3);
    }
    return { width: wide, height: high, rgb: tile };
  }
  /** Kitty stretches an image over whole cells: what is beyond the picture is black. */
  function wholeCells({ width, height, rgb }: Raster): Raster {
    const [wide, high] = [roundUp(width, cell.width), roundUp(height, cell.height)];
    if (wide === width && high === height) return { width, height, rgb };
    const all = new Uint8Array(wide * high * 3);
    for (let row = 0; row < height; row++)
      all.set(rgb.subarray(row * width * 3, (row + 1) * width * 3), row * wide * 3);
    return { width: wide, height: high, rgb: all };
  }

  return {
    paint(raster) {
      const isSame = before?.width === raster.width && before.height === raster.height;
      const old = isSame ? before : undefined;
      let out = isSame || kind === 'sixel' ? '' : KITTY_CLEAR;
      let number = FIRST_NUMBER;
      for (let top = 0; top < raster.height; top += tileHeight)
        for (let left = 0; left < raster.width; left += tileWidth) {
          const tile = tileOf(raster, left, top);
          number++;
          if (old && Buffer.compare(tileOf(old, left, top).rgb, tile.rgb) === 0) continue;
          out += `\x1b[${top / cell.height + 1};${left / cell.width + 1}H`;
          if (kind === 'sixel') out += sixelImage(tile);
          else {
            const whole = wholeCells(tile);
            const cells = { columns: whole.width / cell.width, rows: whole.height / cell.height };
            out += kittyImage(whole, number, cells);
          }
        }
      before = raster;
      return out;
    },
    clear() {
      before = undefined;
      return kind === 'kitty' ? KITTY_CLEAR : '';
    },
    forget() {
      before = undefined;
    },
  };
}

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;
