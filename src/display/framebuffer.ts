/** The picture of a display, as the other side has drawn it so far. */
import { FleetError } from '../errors.ts';

/** In pixels. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Of 8K: what asks for more is no display. */
const MOST_PIXELS = 7_680 * 4_320;

/** Without a view of each row, which thousands of rows a second would fill memory with. */
const copyBytes = Buffer.prototype.copy;

export interface Framebuffer {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and a byte without meaning for each pixel, row by row. */
  readonly pixels: Uint8Array;
  /** Throws host.protocol for what is not within it, as all that draws does. */
  check(rect: Rect): void;
  /** `rgbx`: as `pixels`, of this rectangle alone. */
  blit(rect: Rect, rgbx: Uint8Array): void;
  fill(rect: Rect, red: number, green: number, blue: number): void;
  copy(rect: Rect, fromX: number, fromY: number): void;
}

/** Throws host.protocol for a size that no display has. */
export function createFramebuffer(width: number, height: number): Framebuffer {
  if (width === 0 || height === 0 || width * height > MOST_PIXELS)
    throw new FleetError('host.protocol', `the display says that it has ${width}x${height} pixels`);
  const pixels = new Uint8Array(width * height * 4);
  const words = new Uint32Array(pixels.buffer);
  const one = new Uint8Array(4);
  const oneWord = new Uint32Array(one.buffer);

  function check({ x, y, width: wide, height: high }: Rect): void {
    if (x + wide > width || y + high > height)
      throw new FleetError('host.protocol', `the display draws outside of its ${width}x${height} pixels`);
  }
  return {
    width,
    height,
    pixels,
    check,
    blit(rect, rgbx) {
      check(rect);
      const bytes = rect.width * 4;
      for (let row = 0; row < rect.height; row++)
        copyBytes.call(rgbx, pixels, ((rect.y + row) * width + rect.x) * 4, row * bytes, (row + 1) * bytes);
    },
    fill(rect, red, green, blue) {
      check(rect);
      one.set([red, green, blue, 255]);
      for (let row = rect.y; row < rect.y + rect.height; row++)
        words.fill(oneWord[0] ?? 0, row * width + rect.x, row * width + rect.x + rect.width);
    },
    copy(rect, fromX, fromY) {
      check(rect);
      check({ ...rect, x: fromX, y: fromY });
      // The two may overlap: from the side that is not written over first.
      const down = fromY < rect.y;
      for (let at = 0; at < rect.height; at++) {
        const row = down ? rect.height - 1 - at : at;
        const from = (fromY + row) * width + fromX;
        words.copyWithin((rect.y + row) * width + rect.x, from, from + rect.width);
      }
    },
  };
}
