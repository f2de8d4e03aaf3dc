import { type Alphabet, BLANK, PLAIN_STYLE, type Row } from './cells.ts';
import { moveTo, type Position } from './moves.ts';

/** Collects the bytes of one frame. Starts and ends with the default pen, wherever the cursor is. */
export interface Brush {
  /** Deletes (`M`) or inserts (`L`) lines. */
  lines(row: number, command: 'M' | 'L', count: number): void;
  /** Paints what is different between two contents of a row. */
  row(row: number, cells: Row, old: Row): void;
  /** Paints a row whose present content is unknown. */
  unknownRow(row: number, cells: Row): void;
  /** All the bytes. */
  finish(): string;
}

/** Unchanged cells between two changed ones are written again up to here: shorter than moving over them. */
const SHORT_GAP = 4;
/** Fewer blanks than this at a line's end are written as such. */
const SHORT_TAIL = 3;

export function createBrush(alphabet: Alphabet): Brush {
  let out = '';
  let style = PLAIN_STYLE;
  let cursor: Position | undefined;

  function move(column: number, row: number): void {
    if (cursor?.column === column && cursor.row === row) return;
    out += moveTo(cursor, { column, row });
    cursor = { column, row };
  }

  function restyle(next: number): void {
    if (next === style) return;
    out += alphabet.restyle(style, next);
    style = next;
  }

  /** Writes one cell where the cursor is and answers the column behind it. */
  function put(cells: Row, column: number, row: number): number {
    const glyph = cells.glyphs[column] ?? BLANK;
    let behind = column + 1;
    while (cells.glyphs[behind] === 0) behind++;
    const isSure = alphabet.isSure(glyph, behind > column + 1);
    // In the last column the cursor stays where it is, in a state of its own: nothing can start from there.
    const isInside = behind < cells.glyphs.length;
    restyle(cells.styles[column] ?? PLAIN_STYLE);
    // Drawn narrower than expected, it would leave what was beside it.
    if (!isSure && isInside) out += `${' '.repeat(behind - column)}${'\b'.repeat(behind - column)}`;
    out += alphabet.text(glyph);
    cursor = isSure && isInside ? { column: behind, row } : undefined;
    return behind;
  }

  /** Goes to the next changed cell of a row; over a short gap in the same style by writing it again. */
  function reach(cells: Row, column: number, row: number): void {
    const from = cursor?.row === row ? cursor.column : column;
    const gap = column - from;
    const rewritten = gap > 0 && gap <= SHORT_GAP && cells.styles.subarray(from, column).every((s) => s === style);
    if (rewritten && cells.glyphs.subarray(from, column).every((glyph) => glyph > 0 && glyph < 0x80)) {
      for (let skipped = from; skipped < column; ) skipped = put(cells, skipped, row);
    } else move(column, row);
  }

  function eraseTail(column: number, row: number): void {
    restyle(PLAIN_STYLE);
    move(column, row);
    out += '\x1b[K';
  }

  function row(row: number, cells: Row, old: Row): void {
    const columns = cells.glyphs.length;
    const end = inkedColumns(cells);
    const oldEnd = inkedColumns(old);
    const written = oldEnd - end > SHORT_TAIL ? end : Math.max(end, oldEnd);
    for (let column = 0; column < written; ) {
      if (isSame(cells, old, column)) column++;
      else {
        reach(cells, column, row);
        column = put(cells, column, row);
      }
    }
    if (written < oldEnd && written < columns) eraseTail(written, row);
  }

  return {
    row,
    lines(at, command, count) {
      move(0, at);
      out += `\x1b[${count === 1 ? '' : count}${command}`;
    },
    unknownRow(at, cells) {
      const end = inkedColumns(cells);
      for (let column = 0; column < end; ) {
        move(column, at);
        column = put(cells, column, at);
      }
      if (end < cells.glyphs.length) eraseTail(end, at);
    },
    finish() {
      restyle(PLAIN_STYLE);
      return out;
    },
  };
}

const isSame = (a: Row, b: Row, column: number): boolean =>
  a.glyphs[column] === b.glyphs[column] && a.styles[column] === b.styles[column];

/** Columns up to the last one that is not a plain blank. */
function inkedColumns({ glyphs, styles }: Row): number {
  let end = glyphs.length;
  while (end > 0 && glyphs[end - 1] === BLANK && styles[end - 1] === PLAIN_STYLE) end--;
  return end;
}
