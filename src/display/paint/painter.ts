/** Cells as the bytes that make a terminal show them: only those that have changed. */
import { type Cells, emptyCells, SPACE } from '../cells.ts';
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
  /** A copy: those that are painted are used again. */
  let before: Cells | undefined;
  const codes = new Map<number, string>();

  /** Colours come again and again; those of films would fill memory. */
  function code(colour: number, isBackground: boolean): string {
    const key = colour * 2 + Number(isBackground);
    const known = codes.get(key);
    if (known !== undefined) return known;
    if (codes.size > 65_536) codes.clear();
    const text = sgrOf(colour, depth, isBackground);
    codes.set(key, text);
    return text;
  }

  return {
    forget() {
      before = undefined;
    },
    paint(cells) {
      const { columns, rows, chars, foregrounds, backgrounds } = cells;
      const isSame = before?.columns === columns && before.rows === rows;
      if (!isSame) before = undefined;
      const old = before;
      let out = isSame ? '' : '\x1b[m\x1b[2J';
      /** Of the pen as it is; what is the same is not said again. */
      let [foreground, background] = ['', ''];
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
            const char = chars[cell] ?? SPACE;
            const front = char === SPACE ? foreground : code(foregrounds[cell] ?? 0, false);
            const behind = code(backgrounds[cell] ?? 0, true);
            if (front !== foreground && behind !== background) out += `\x1b[${front};${behind}m`;
            else if (front !== foreground) out += `\x1b[${front}m`;
            else if (behind !== background) out += `\x1b[${behind}m`;
            [foreground, background] = [front, behind];
            out += String.fromCodePoint(char);
          }
          written = column + 1;
        }
      }
      before ??= emptyCells(columns, rows);
      before.chars.set(chars);
      before.foregrounds.set(foregrounds);
      before.backgrounds.set(backgrounds);
      return out && `${out}\x1b[m`;
    },
  };
}
