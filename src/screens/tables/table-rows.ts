import type { OwnerId } from '../../ids.ts';
import type { ListedKind, ObjectOf } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import type { KindRow, KindSpec } from '../../state/kind-spec.ts';
import { columnsOf, type KindTable, specOf } from '../../state/kinds.ts';
import { compareValues, passes } from '../../state/query/row-filter.ts';

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
  under: readonly OwnerId[],
  fleet: Fleet,
  filter: string,
  order: TableOrder | undefined,
): readonly TableRow<K>[] {
  const spec = specOf(kinds, kind);
  const all = under.flatMap((id) => inTree(spec, fleet.listings.of(kind, id)?.items ?? [], fleet));
  const shown = filter.trim() === '' ? all : all.filter(({ row }) => passes(row, filter, columnsOf(kinds, kind)));
  if (!order) return shown;
  return shown
    .map((one) => ({ ...one, depth: 0 }))
    .toSorted((a, b) => compareValues(a.row[order.by], b.row[order.by], order.descending));
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
      // A host may report a circle: each object is shown once.
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
