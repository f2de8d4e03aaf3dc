import { clean, fit, width } from '../terminal/width.ts';

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** The narrowest it may get on a narrow terminal; a column without it keeps its width. */
  readonly shrinksTo?: number;
}

const GAP = '  ';

/** Takes columns from the widest that may shrink until the table fits, or nothing can shrink any more. */
function shrink(widths: readonly number[], columns: readonly TableColumn[], room: number): readonly number[] {
  const fitted = [...widths];
  let excess = fitted.reduce((sum, one) => sum + one, 0) + GAP.length * (fitted.length - 1) - room;
  while (excess > 0) {
    let widest = -1;
    for (const [index, { shrinksTo }] of columns.entries()) {
      const now = fitted[index] ?? 0;
      if (shrinksTo !== undefined && now > shrinksTo && now > (fitted[widest] ?? 0)) widest = index;
    }
    if (widest < 0) break;
    fitted[widest] = (fitted[widest] ?? 0) - 1;
    excess--;
  }
  return fitted;
}

/**
 * Lines of a table, the titles first. `room` is the width of the terminal, to which columns are cut; undefined (a pipe)
 * cuts nothing. Cells come from hosts: they are cleaned here.
 */
export function tableLines(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  room: number | undefined,
): readonly string[] {
  const cells = [columns.map(({ title }) => title), ...rows.map((row) => row.map(clean))];
  const natural = columns.map((_, index) => cells.reduce((most, row) => Math.max(most, width(row[index] ?? '')), 0));
  const widths = room === undefined ? natural : shrink(natural, columns, room);
  const line = (row: readonly string[]) =>
    columns
      .map(({ align }, index) => {
        const text = row[index] ?? '';
        const columnsWide = widths[index] ?? 0;
        const used = width(text);
        if (used > columnsWide) return fit(text, columnsWide);
        const blank = ' '.repeat(columnsWide - used);
        return align === 'right' ? blank + text : text + blank;
      })
      .join(GAP)
      .trimEnd();
  const lines = cells.map(line);
  // What can't shrink any further is cut at the edge, so that no line wraps.
  return room === undefined ? lines : lines.map((text) => (width(text) > room ? fit(text, room).trimEnd() : text));
}
