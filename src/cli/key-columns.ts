import type { KindColumn, KindKey } from '../state/kind-spec.ts';
import { formatBytes } from '../units.ts';
import type { Column, Row } from './output.ts';

/** A value for people; programs get it as it is. */
export function shownAs(value: Row[string], { type }: KindKey): string {
  if (value === true) return 'yes';
  if (value === false || value === undefined || value === null || value === '') return '-';
  if (type === 'size') return formatBytes(Number(value));
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  return String(value);
}

/** Columns of a table for people, out of the keys of a kind. */
export const columnsFor = (keys: readonly KindColumn[]): readonly Column<Row>[] =>
  keys.map((key) => ({
    title: key.title,
    ...(key.shrinksTo === undefined ? {} : { shrinksTo: key.shrinksTo }),
    ...(['size', 'count', 'amount'].includes(key.type) ? { align: 'right' as const } : {}),
    show: (row: Row) => shownAs(row[key.id], key),
  }));

/** Every row has every key, in the order of the table of kinds. */
export const inOrder = (keys: readonly KindKey[], row: Row): Row =>
  Object.fromEntries(keys.map(({ id }) => [id, row[id]]));
