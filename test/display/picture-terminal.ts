/** A terminal that shows pictures, for tests: kitty's images and sixels, pixel by pixel. */
import { inflateSync } from 'node:zlib';
import { Decoder } from 'sixel';
import type { Framebuffer } from '../../src/display/framebuffer.ts';

export interface PictureTerminal {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue. */
  readonly rgb: Uint8Array;
  /** How many images have come. */
  images(): number;
  write(text: string): void;
}

const TOKEN = /\x1b\[(\d+);(\d+)H|\x1b_G([^;\x1b]*);?([^\x1b]*)\x1b\\|\x1bP([^\x1b]*)\x1b\\/g;

export function pictureTerminal(
  columns: number,
  rows: number,
  cell: { readonly width: number; readonly height: number },
): PictureTerminal {
  const [width, height] = [columns * cell.width, rows * cell.height];
  const rgb = new Uint8Array(width * height * 3);
  let [row, column, count] = [0, 0, 0];
  let begun: { keys: Map<string, string>; text: string } | undefined;

  const set = (x: number, y: number, colour: readonly number[]): void => {
    if (x >= width || y >= height) throw new Error(`a pixel at ${x},${y}, outside of ${width}x${height}`);
    rgb.set(colour, (y * width + x) * 3);
  };
  function kitty(keyText: string, text: string): void {
    const keys = new Map(keyText.split(',').map((pair) => pair.split('=') as [string, string]));
    if (keys.get('a') === 'q') return;
    if (keys.get('a') === 'd') return void rgb.fill(0);
    if (keys.has('a')) begun = { keys, text: '' };
    if (!begun) throw new Error('a part of no image');
    if (text.length > 4_096) throw new Error('a part that is too long');
    begun.text += text;
    if (keys.get('m') === '1') return;
    const number = (key: string) => Number(begun?.keys.get(key));
    const [wide, high] = [number('s'), number('v')];
    const pixels = inflateSync(Buffer.from(begun.text, 'base64'));
    if (pixels.length !== wide * high * 3) throw new Error(`${pixels.length} bytes of ${wide}x${high} pixels`);
    // Stretched images are not compared here: images have as many pixels as their cells have.
    if (wide !== number('c') * cell.width || high !== number('r') * cell.height) throw new Error('a stretched image');
    for (let at = 0; at < wide * high; at++)
      set(column * cell.width + (at % wide), row * cell.height + Math.floor(at / wide), [
        ...pixels.subarray(at * 3, at * 3 + 3),
      ]);
    begun = undefined;
    count++;
  }
  function sixel(text: string): void {
    const decoder = new Decoder({ memoryLimit: 2 ** 26 });
    // It begins behind the letter that ends the parameters.
    decoder.init();
    decoder.decodeString(text.slice(text.indexOf('q') + 1));
    for (let y = 0; y < decoder.height; y++)
      for (let x = 0; x < decoder.width; x++) {
        const pixel = decoder.data32[y * decoder.width + x] ?? 0;
        set(column * cell.width + x, row * cell.height + y, [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255]);
      }
    decoder.release();
    count++;
  }
  return {
    width,
    height,
    rgb,
    images: () => count,
    write(text) {
      for (const [, toRow, toColumn, keys, payload = '', sixels] of text.matchAll(TOKEN))
        if (toRow !== undefined) [row, column] = [Number(toRow) - 1, Number(toColumn) - 1];
        else if (keys !== undefined) kitty(keys, payload);
        else if (sixels !== undefined) sixel(sixels);
    },
  };
}

/** The largest difference of a colour between what the terminal shows and the picture; beside it there is nothing. */
export function farthest(terminal: PictureTerminal, frame: Pick<Framebuffer, 'width' | 'height' | 'pixels'>): number {
  let most = 0;
  for (let y = 0; y < terminal.height; y++)
    for (let x = 0; x < terminal.width; x++)
      for (let part = 0; part < 3; part++) {
        const isInside = x < frame.width && y < frame.height;
        const wanted = isInside ? (frame.pixels[(y * frame.width + x) * 4 + part] ?? 0) : 0;
        most = Math.max(most, Math.abs(wanted - (terminal.rgb[(y * terminal.width + x) * 3 + part] ?? 0)));
      }
  return most;
}
