import type { Field, Settings } from '../../platforms/contract.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import type { Look } from '../frame/look.ts';
import { shortText } from './held.ts';
import type { Rows } from './row-form.ts';

const GAP = 2;
/** What is longer is cut, so that the next value is seen too. */
const WIDEST = 24;

/** A row of the list as it is drawn, in the words of its form; nothing for what it does not say. */
const cellOf = (field: Field, row: Settings): string => clean(shortText(field, row[field.key])).replaceAll('\n', ' ');

interface Column {
  readonly label: string;
  cell(row: Settings): string;
}

/** Where the other side of a VM that runs has something else: first, so that it is never cut off. */
function besideColumn(rows: Rows): readonly Column[] {
  const beside = rows.beside();
  const own = rows.before();
  const cell = (row: Settings): string => {
    const isNew = !own.some((other) => other[rows.identity] === row[rows.identity]);
    return isNew ? 'new' : clean(beside?.of(row) ?? 'not there');
  };
  return beside && rows.all().some((row) => cell(row) !== '') ? [{ label: beside.word, cell }] : [];
}

function otherLines(rows: Rows, columns: number): readonly string[] {
  const beside = rows.beside();
  if (!beside || beside.others.length === 0) return [];
  return ['', fit(`${beside.word} as well: ${beside.others.join(', ')}.`, columns)];
}

/** The rows around the cursor that fit, below the titles of their columns, and what becomes of those that were taken away. */
export function rowLines(rows: Rows, at: number, columns: number, room: number, look: Look): readonly string[] {
  const { theme } = look;
  const all = rows.all();
  const below = [
    ...otherLines(rows, columns).map((line) => theme.paint('warning', line)),
    ...takenAwayLines(rows, columns).map((line) => theme.paint('dim', line)),
  ];
  if (all.length === 0) {
    return [theme.paint('dim', fit(`no ${rows.many}${rows.writable ? ': a adds one' : ''}`, columns)), ...below];
  }
  const used: readonly Column[] = [
    ...besideColumn(rows),
    ...rows.item
      .filter((field) => all.some((row) => cellOf(field, row) !== ''))
      .map((field) => ({ label: field.label, cell: (row: Settings) => cellOf(field, row) })),
  ];
  const widths = used.map(({ label, cell }) =>
    Math.min(WIDEST, Math.max(width(label), ...all.map((row) => width(cell(row))))),
  );
  const line = (text: (column: Column) => string) =>
    fit(used.map((column, place) => fit(text(column), widths[place] ?? 0)).join(' '.repeat(GAP)), columns);
  const page = Math.max(1, room - 1 - below.length);
  const first = Math.max(0, Math.min(at - Math.floor(page / 2), all.length - page));
  return [
    theme.paint(
      'header',
      line(({ label }) => label),
    ),
    ...all.slice(first, first + page).map((row, place) =>
      theme.paint(
        first + place === at ? 'cursor' : 'text',
        line(({ cell }) => cell(row)),
      ),
    ),
    ...below,
  ];
}

/** Says what becomes of a disk that is taken off. */
function takenAwayLines(rows: Rows, columns: number): readonly string[] {
  const left = rows.before().filter((row) => !rows.all().some((other) => other[rows.identity] === row[rows.identity]));
  if (left.length === 0 || !rows.detaches) return [];
  const names = left.map((row) => clean(String(row[rows.identity] ?? '?'))).join(', ');
  return ['', fit(`Taken away: ${names}. Nothing of it is deleted.`, columns)];
}
