import type { IUnicodeVersionProvider } from '@xterm/headless';
import { isNarrow, width } from '../terminal/width.ts';

/** How wide characters are in a screen model: as they are on the screen that it is drawn on. */
export const unicodeWidths: IUnicodeVersionProvider = {
  version: 'drover',
  wcwidth: widthOf,
  charProperties(code, preceding) {
    const own = widthOf(code);
    // What has no width joins the character before it, which keeps its own.
    if (own === 0 && preceding !== 0) {
      const before = (preceding >> 1) & 3;
      if (before > 0) return (before << 1) | 1;
    }
    return own << 1;
  },
};

const known = new Map<number, 0 | 1 | 2>();
const MOST_KNOWN = 20_000;

function widthOf(code: number): 0 | 1 | 2 {
  if (code < 0xffff && isNarrow(code)) return 1;
  let columns = known.get(code);
  if (columns === undefined) {
    columns = Math.min(2, width(String.fromCodePoint(code))) as 0 | 1 | 2;
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(code, columns);
  }
  return columns;
}
