/** Images of kitty's graphics protocol (https://sw.kovidgoyal.net/kitty/graphics-protocol/). */
import { deflateSync } from 'node:zlib';
import type { Raster } from './raster.ts';

/** Of the text of one sequence. */
const CHUNK = 4_096;

/** All of them that are seen, and what the terminal keeps of them. */
export const KITTY_CLEAR = '\x1b_Ga=d,d=A,q=2\x1b\\';

/**
 * Puts an image where the cursor is, over so many cells, in place of an earlier one with this number. The cursor stays, and the
 * terminal answers nothing.
 */
export function kittyImage(
  { width, height, rgb }: Raster,
  number: number,
  cells: { readonly columns: number; readonly rows: number },
): string {
  const text = deflateSync(rgb, { level: 3 }).toString('base64');
  const keys = `a=T,f=24,o=z,t=d,q=2,C=1,i=${number},p=1,s=${width},v=${height},c=${cells.columns},r=${cells.rows}`;
  let out = '';
  for (let at = 0; at < text.length; at += CHUNK) {
    const more = at + CHUNK < text.length ? 1 : 0;
    out += `\x1b_G${at === 0 ? `${keys},` : ''}m=${more}${at === 0 ? '' : ',q=2'};${text.slice(at, at + CHUNK)}\x1b\\`;
  }
  return out;
}
