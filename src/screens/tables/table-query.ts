import type { OwnerId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import type { KindTable } from '../../state/kinds.ts';
import { type TableOrder, type TableRow, tableRows } from './table-rows.ts';

/** Which objects a table shows and in which order: its filter, its order, and the rows that come of them. */
export interface TableQuery {
  /** The same array until a list, the names in the fleet, the filter or the order change. */
  rows(): readonly TableRow[];
  /** Also those that the filter hides. */
  all(): readonly TableRow[];
  readonly filter: string;
  /** Undefined: as a tree. */
  readonly order: TableOrder | undefined;
  setFilter(text: string): void;
  /** By a column; where that is what it is sorted by, the other way. Undefined: as a tree. */
  sortBy(id: string | undefined): void;
  reverse(): void;
}

export function createTableQuery(
  kinds: KindTable,
  kind: ListedKind,
  under: readonly OwnerId[],
  fleet: Fleet,
): TableQuery {
  let filter = '';
  let order: TableOrder | undefined;
  let known: { readonly lists: number; readonly shape: number; readonly rows: readonly TableRow[] } | undefined;

  return {
    rows() {
      // A table is drawn with every frame, and its rows cost a pass over all objects.
      const { shape, listings } = fleet;
      if (known?.lists !== listings.version || known.shape !== shape) {
        known = { lists: listings.version, shape, rows: tableRows(kinds, kind, under, fleet, filter, order) };
      }
      return known.rows;
    },
    all: () => tableRows(kinds, kind, under, fleet, '', order),
    get filter() {
      return filter;
    },
    get order() {
      return order;
    },
    setFilter(text) {
      filter = text.trim();
      known = undefined;
    },
    sortBy(id) {
      order = id === undefined ? undefined : { by: id, descending: order?.by === id ? !order.descending : false };
      known = undefined;
    },
    reverse() {
      if (order) order = { ...order, descending: !order.descending };
      known = undefined;
    },
  };
}
