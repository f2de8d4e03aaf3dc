/** Cells as the bytes that make a terminal show them: only those that have changed. */
import { type Cells, SPACE } from '../cells.ts';
import { type Depth, sgrOf } from './colours.ts';

export interface Painter {
  /** What turns what was shown last into this. The cursor is hidden, and stands anywhere after. */
  paint(cells: Cells): string;
  /** Whatever is on the terminal is not known any more. */
  forget(): void;
}

/** Cells between two changed ones are written again up to here, since that is shorter than to jump over them. */
const SHORT_GAP = 4;

export function createPainter(depth: Depth): Painter {
  let before: Cells | undefined;
  const sgrs = new Map<number, string>();

  /** Colours come again and again; those of films would fill memory. */
  function sgr(foreground: number, background: number): string {
    const key = foreground * 0x1000000 + background;
    const known = sgrs.get(key);
    if (known !== undefined) return known;
    if (sgrs.size > 65_536) sgrs.clear();
    const codes = [sgrOf(foreground, depth, false), sgrOf(background, depth, true)].filter(Boolean);
    const text = codes.length > 0 ? `\x1b[${codes.join(';')}m` : '';
    sgrs.set(key, text);
    return text;
  }

  return {
    forget() {
      before = undefined;
    },
    paint(cells) {
      const { columns, rows, chars, foregrounds, backgrounds } = cells;
      const isSame = before?.columns === columns && before.rows === rows;
      const old = isSame ? before : undefined;
      let out = isSame ? '' : '\x1b[m\x1b[2J';
      let pen = '';
      const differs = (at: number): boolean => {
        if (!old) return true;
        // The foreground of a blank is not seen.
        return (
          old.chars[at] !== chars[at] ||
          old.backgrounds[at] !== backgrounds[at] ||
          (chars[at] !== SPACE && old.foregrounds[at] !== foregrounds[at])
        );
      };
      for (let row = 0; row < rows; row++) {
        let written = -1;
        for (let column = 0; column < columns; column++) {
          const at = row * columns + column;
          if (!differs(at)) continue;
          if (written < 0 || column - written > SHORT_GAP) out += `\x1b[${row + 1};${column + 1}H`;
          const from = written < 0 || column - written > SHORT_GAP ? column : written;
          for (let each = from; each <= column; each++) {
            const cell = row * columns + each;
            const next = sgr(foregrounds[cell] ?? 0, backgrounds[cell] ?? 0);
            if (next !== pen) out += next;
            pen = next;
            out += String.fromCodePoint(chars[cell] ?? SPACE);
          }
          written = column + 1;
        }
      }
      before = cells;
      return out && `${out}\x1b[m`;
    },
  };
}
