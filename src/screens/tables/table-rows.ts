import type { VmId } from '../../ids.ts';
import type { ListedKind, ObjectOf } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import type { KindKey, KindRow, KindSpec } from '../../state/kind-spec.ts';
import { columnsOf, type KindTable, specOf } from '../../state/kinds.ts';

/** One object in a table. */
export interface TableRow<K extends ListedKind = ListedKind> {
  readonly object: ObjectOf<K>;
  /** Its values, as programs get them. */
  readonly row: KindRow;
  /** How deep it is in the tree of what was made on top of what; 0 in a sorted table. */
  readonly depth: number;
}

export interface TableOrder {
  readonly by: string;
  readonly descending: boolean;
}

/** The objects of these lists that pass the filter, as a tree where the kind has parents, or sorted. */
export function tableRows<K extends ListedKind>(
  kinds: KindTable,
  kind: K,
  under: readonly VmId[],
  fleet: Fleet,
  filter: string,
  order: TableOrder | undefined,
): readonly TableRow<K>[] {
  const spec = specOf(kinds, kind);
  const all = under.flatMap((id) => inTree(spec, fleet.listings.of(kind, id)?.items ?? [], fleet));
  const shown = filter.trim() === '' ? all : all.filter(({ row }) => passes(row, filter, columnsOf(kinds, kind)));
  if (!order) return shown;
  const turn = order.descending ? -1 : 1;
  return shown
    .map((one) => ({ ...one, depth: 0 }))
    .toSorted((a, b) => turn * compared(a.row[order.by], b.row[order.by]));
}

/** Children behind their parent; what has a parent that is not listed begins a tree of its own. */
function inTree<K extends ListedKind>(
  spec: KindSpec<K>,
  items: readonly ObjectOf<K>[],
  fleet: Fleet,
): readonly TableRow<K>[] {
  const ids = new Set<string>(items.map(({ id }) => id));
  const below = new Map<string | undefined, ObjectOf<K>[]>();
  for (const item of items) {
    const parent = spec.parent?.(item);
    const key = parent !== undefined && ids.has(parent) && parent !== item.id ? parent : undefined;
    const siblings = below.get(key);
    if (siblings) siblings.push(item);
    else below.set(key, [item]);
  }
  const rows: TableRow<K>[] = [];
  const seen = new Set<string>();
  const walk = (parent: string | undefined, depth: number) => {
    for (const object of below.get(parent) ?? []) {
      // A host may tell a circle: each is shown once.
      if (seen.has(object.id)) continue;
      seen.add(object.id);
      rows.push({ object, row: spec.row(object, fleet), depth });
      walk(object.id, depth + 1);
    }
  };
  walk(undefined, 0);
  for (const object of items) if (!seen.has(object.id)) rows.push({ object, row: spec.row(object, fleet), depth: 0 });
  return rows;
}

/** Each word must stand in one of the columns, `key:word` in that one; `!` before it turns it round. */
export function passes(row: KindRow, filter: string, columns: readonly KindKey[]): boolean {
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
    .every((typed) => {
      const isNot = typed.startsWith('!');
      const word = isNot ? typed.slice(1) : typed;
      const colon = word.indexOf(':');
      const column = word.slice(0, Math.max(0, colon));
      const hit =
        colon > 0 && column in row
          ? spelled(row[column]).includes(word.slice(colon + 1))
          : columns.some(({ id, type }) => type === 'text' && spelled(row[id]).includes(word));
      return hit !== isNot;
    });
}

const spelled = (value: KindRow[string]): string =>
  (value === true ? 'yes' : value === false ? 'no' : String(value ?? '')).toLowerCase();

/** What is not known comes last, whichever way it is turned. */
function compared(a: KindRow[string], b: KindRow[string]): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return spelled(a).localeCompare(spelled(b), 'en', { numeric: true });
}
