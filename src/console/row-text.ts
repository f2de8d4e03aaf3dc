import type { IBufferCell, IBufferLine } from '@xterm/headless';
import type { Depth } from '../display/paint/colours.ts';
import { width } from '../terminal/width.ts';
import { cellStyle } from './cell-style.ts';

export interface RowLook {
  /** Only so many columns, from this one on. */
  readonly from: number;
  readonly columns: number;
  readonly depth: Depth;
  /** Cells that are shown the other way round: the cursor, what is selected or found. */
  readonly isInverted: (column: number) => boolean;
}

/** One row of a screen model as text with SGR sequences, never wider than its columns; blanks at its end are left out. */
export function rowText(line: IBufferLine, scratch: IBufferCell, look: RowLook): string {
  const text = spelled(line, scratch, look, (chars) => chars.replaceAll(JOINERS, ''));
  if (width(text) <= look.columns) return text;
  // Terminals disagree about how wide a character is: then none of them is drawn, and every other stays in its column.
  return spelled(line, scratch, look, (chars, wide) => (/^[\x20-\x7e]$/.test(chars) ? chars : '?'.repeat(wide)));
}

/** They would make one narrower character of two. */
const JOINERS = /[\u200d\ufe0f]/g;

function spelled(
  line: IBufferLine,
  scratch: IBufferCell,
  { from, columns, depth, isInverted }: RowLook,
  spell: (chars: string, wide: number) => string,
): string {
  let text = '';
  let style = '';
  /** What is behind it is not written: blanks in no colour. */
  let end = 0;
  let isStyledThere = false;
  for (let column = from; column < from + columns; column++) {
    const cell = line.getCell(column, scratch);
    const wide = cell?.getWidth() ?? 1;
    if (wide === 0) {
      // The right half of a character whose left half is cut off.
      if (column === from) text += ' ';
      continue;
    }
    const isInside = column + wide <= from + columns;
    const chars = isInside ? (cell?.getChars() ?? '') : '';
    const next = cell ? cellStyle(cell, depth, isInverted(column)) : isInverted(column) ? '7' : '';
    if (next !== style) text += next === '' ? '\x1b[m' : `\x1b[0;${next}m`;
    style = next;
    text += chars === '' ? ' ' : spell(chars, wide);
    if (chars === '' && style === '') continue;
    end = text.length;
    isStyledThere = style !== '';
  }
  return text.slice(0, end) + (isStyledThere ? '\x1b[m' : '');
}
