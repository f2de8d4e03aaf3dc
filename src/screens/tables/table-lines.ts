import type { KindColumn, KindKey, KindRow } from '../../state/kind-spec.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { formatBytes } from '../../units.ts';
import { inTheMiddle } from '../fleet/cut-names.ts';
import type { Look } from '../frame/look.ts';
import { dateAndTime } from '../time.ts';
import type { TableOrder, TableRow } from './table-rows.ts';

const GAP = 2;
const MARK = 2;
/** Wide enough for the title with a sign of the order. */
const NARROWEST = 4;
const MOST_NAME = 48;

/** A value for people: sizes with a unit, instants in their zone, `yes` for what is so, and nothing for what is not. */
export function cellText(value: KindRow[string], type: KindKey['type']): string {
  if (value === true) return 'yes';
  if (value === undefined || value === false) return '';
  if (type === 'size') return formatBytes(Number(value));
  if (type === 'instant') return dateAndTime(Date.parse(String(value)));
  return clean(Array.isArray(value) ? value.join(', ') : String(value));
}

/** Numbers stand below each other by their last digit. */
const isRight = ({ type }: KindKey): boolean => type === 'size' || type === 'count' || type === 'amount';

/** With its width: that of its title and its longest value, or the one that it is drawn with. */
export interface SizedColumn extends KindColumn {
  readonly columns: number;
}

/** The columns that have a value in one of these rows, or `all`; the first is the name and always there. */
export function measuredColumns(
  columns: readonly KindColumn[],
  rows: readonly TableRow[],
  all = false,
): readonly SizedColumn[] {
  return columns.flatMap((column, at): readonly SizedColumn[] => {
    const isName = at === 0;
    let longest = 0;
    for (const { row, depth } of rows)
      longest = Math.max(longest, width(cellText(row[column.id], column.type)) + (isName ? 2 * depth : 0));
    if (longest === 0 && !isName && !all) return [];
    return [{ ...column, columns: Math.max(NARROWEST, width(column.title) + (isName ? 2 : 0), longest) }];
  });
}

/** Those that fit, from the left. */
export function fittingColumns(measured: readonly SizedColumn[], room: number): readonly SizedColumn[] {
  const [name, ...others] = measured;
  if (!name) return [];
  const fitted: SizedColumn[] = [{ ...name, columns: Math.min(name.columns, MOST_NAME, room - MARK) }];
  let left = room - MARK - (fitted[0]?.columns ?? 0);
  for (const column of others) {
    const least = column.shrinksTo ?? column.columns;
    if (least + GAP > left) continue;
    const columns = Math.min(column.columns, left - GAP);
    fitted.push({ ...column, columns });
    left -= columns + GAP;
  }
  return fitted;
}

const gap = ' '.repeat(GAP);

/** The titles, with the order that was chosen. */
export function titleLine(columns: readonly SizedColumn[], order: TableOrder | undefined, look: Look): string {
  const texts = columns.map((column) => {
    const { id, title, columns: room } = column;
    const sign = order?.by === id ? ` ${order.descending ? look.glyphs.descending : look.glyphs.ascending}` : '';
    return fit(isRight(column) ? (title + sign).padStart(room) : title + sign, room);
  });
  return look.theme.paint('header', `${' '.repeat(MARK)}${texts.join(gap)}`);
}

export function rowLine(
  { row, depth }: TableRow,
  columns: readonly SizedColumn[],
  state: { readonly isMarked: boolean; readonly cursor: 'none' | 'resting' | 'active' },
  look: Look,
): string {
  const { theme, glyphs } = look;
  const cells = columns.map((column, at) => {
    const text = cellText(row[column.id], column.type);
    if (isRight(column)) return fit(text.padStart(column.columns), column.columns);
    if (at > 0) return fit(text, column.columns);
    // Names that begin alike differ at their end.
    const indent = '  '.repeat(depth);
    return fit(`${indent}${inTheMiddle(text, column.columns - indent.length)}`, column.columns);
  });
  const [name = '', ...rest] = cells;
  const painted =
    state.cursor === 'active'
      ? theme.paint('cursor', name)
      : state.cursor === 'resting'
        ? theme.paint('resting', name)
        : name;
  const mark = state.isMarked ? theme.paint('accent', glyphs.mark) : ' ';
  return `${mark} ${[painted, ...rest].join(gap)}`;
}

/** What is known of one object, a line for each value. */
export function valueLines(row: KindRow, keys: readonly KindKey[], columns: number, look: Look): readonly string[] {
  return keys.flatMap(({ id, type, forPrograms }) => {
    const text = row[id] === false ? 'no' : cellText(row[id], type);
    if (forPrograms || text === '') return [];
    return [`${look.theme.paint('dim', fit(id, 12))} ${fit(text, Math.max(1, columns - 14)).trimEnd()}`];
  });
}
