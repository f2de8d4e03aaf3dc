import type { Services } from '../../actions/services.ts';
import { endpointOf, type OwnerId, ownerOf } from '../../ids.ts';
import type { ListedKind, ObjectOf } from '../../platforms/contract.ts';
import { manyOf, specOf } from '../../state/kinds.ts';
import { whyNotInTable } from '../actions/why-not-now.ts';
import type { Hint } from '../frame/layers.ts';
import type { Stage, View } from '../stage.ts';
import { createTable, type Table } from './table.ts';

/** A table that fills the screen. */
export interface TableView extends View {
  /** What it will show when it comes to the front: what is under these VMs, or what these endpoints have. */
  openFor(under: readonly OwnerId[], filter?: string): void;
}

/** Shows the table of a kind in place of the view that is there. */
export type OpenTable = (kind: ListedKind, under: readonly OwnerId[], filter?: string) => void;

export function createTableView(stage: Stage, kind: ListedKind, open: OpenTable): TableView {
  const many = manyOf(stage.services.kinds, kind);
  let table: Table | undefined;
  let under: readonly OwnerId[] = [];
  let filter = '';
  const { holds } = specOf(stage.services.kinds, kind);
  /** What is kept in the object under the cursor. */
  const openHeld = () => {
    const row = table?.current();
    if (!row || !holds) return;
    if (holds.filter) open(holds.kind, homeOf(row.object, holds.kind, stage.services), holds.filter(row.object));
    else open(holds.kind, [row.object.id as OwnerId]);
  };

  return {
    id: kind,
    title: many,
    openFor(ids, wanted = '') {
      under = ids;
      filter = wanted;
    },
    enter() {
      table = createTable(stage, kind, under, filter);
      return () => {
        table?.close();
        table = undefined;
      };
    },
    table: () => table,
    lines(room) {
      const { theme } = stage.look;
      if (!table) return [];
      const title = theme.paint(
        'title',
        ` ${many} of ${table.of}`.replace(/^ ./, (text) => text.toUpperCase()),
      );
      return [
        title,
        ...table
          .lines({ columns: room.columns - 1, rows: room.rows - 1 }, 'active', 'values')
          .map((line) => ` ${line}`),
      ];
    },
    hints: () => (table ? tableHints(stage, table) : []),
    point: (event, room) => table?.point({ ...event, row: event.row - 1 }, room) ?? false,
    get handlers() {
      return table ? { ...table.handlers, ...(holds && { 'view.enter': openHeld }) } : {};
    },
  };
}

/** Of what the list is in which that stands: the endpoint of this object, or the VMs there. */
function homeOf(
  object: ObjectOf<ListedKind>,
  kind: ListedKind,
  { kinds, store: { fleet } }: Pick<Services, 'kinds' | 'store'>,
): readonly OwnerId[] {
  const endpoint = ownerOf(object.id);
  if (specOf(kinds, kind).under !== 'vm') return [endpoint];
  const node = 'node' in object ? object.node : undefined;
  if (node !== undefined) return fleet.vmsBelow(node);
  return [...fleet.vms.keys()].filter((id) => endpointOf(id) === endpoint);
}

/** The verbs of a table's kind: on what is chosen in it, and what makes another one. */
export function tableHints(stage: Stage, table: Table): readonly Hint[] {
  const hints = stage.actions.flatMap((action): readonly Hint[] => {
    if (action.kind !== 'object' || action.noun !== table.kind) return [];
    const [key] = stage.keymap.keysOf(action.id);
    if (key === undefined) return [];
    const disabled = whyNotInTable(action, table, stage.services) !== undefined;
    return [{ key, does: action.title.toLowerCase().replace(` ${table.kind}`, ''), disabled }];
  });
  const { holds } = specOf(stage.services.kinds, table.kind);
  const enter: readonly Hint[] = holds ? [{ key: 'enter', does: manyOf(stage.services.kinds, holds.kind) }] : [];
  const more = (['view.mark', 'view.filter', 'view.sort'] as const).flatMap((id): readonly Hint[] => {
    const [key] = stage.keymap.keysOf(id);
    return key === undefined ? [] : [{ key, does: id.slice('view.'.length) }];
  });
  return [...enter, ...hints, ...more];
}
