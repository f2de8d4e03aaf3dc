import type { OwnerId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import { manyOf } from '../../state/kinds.ts';
import { whyNotInTable } from '../actions/why-not-now.ts';
import type { Hint } from '../frame/layers.ts';
import type { Stage, View } from '../stage.ts';
import { createTable, type Table } from './table.ts';

/** A table that fills the screen. */
export interface TableView extends View {
  /** What it will show when it comes to the front: what is under these VMs, or what these endpoints have. */
  openFor(under: readonly OwnerId[]): void;
}

export function createTableView(stage: Stage, kind: ListedKind): TableView {
  const many = manyOf(stage.services.kinds, kind);
  let table: Table | undefined;
  let under: readonly OwnerId[] = [];

  return {
    id: kind,
    title: many,
    openFor(ids) {
      under = ids;
    },
    enter() {
      table = createTable(stage, kind, under);
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
      return table?.handlers ?? {};
    },
  };
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
  const more = (['view.mark', 'view.filter', 'view.sort'] as const).flatMap((id): readonly Hint[] => {
    const [key] = stage.keymap.keysOf(id);
    return key === undefined ? [] : [{ key, does: id.slice('view.'.length) }];
  });
  return [...hints, ...more];
}
