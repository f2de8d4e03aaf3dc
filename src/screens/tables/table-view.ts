import type { Action } from '../../actions/action.ts';
import type { VmId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import { manyOf } from '../../state/kinds.ts';
import { whyNotObject } from '../actions/why-not-now.ts';
import type { Hint } from '../frame/layers.ts';
import type { Stage, View } from '../stage.ts';
import { createTable, type Table } from './table.ts';

/** A table that fills the screen. */
export interface TableView extends View {
  /** What it will show when it comes to the front: what is under these VMs. */
  openFor(under: readonly VmId[]): void;
}

export function createTableView(stage: Stage, kind: ListedKind): TableView {
  const many = manyOf(stage.services.kinds, kind);
  let table: Table | undefined;
  let under: readonly VmId[] = [];

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
  const verbs = stage.actions.filter((action) => action.kind === 'object' && action.noun === table.kind);
  const hints = verbs.flatMap((action): readonly Hint[] => {
    const [key] = stage.keymap.keysOf(action.id);
    if (key === undefined) return [];
    return [
      { key, does: action.title.toLowerCase().replace(` ${table.kind}`, ''), disabled: !canRun(stage, table, action) },
    ];
  });
  const more = (['view.mark', 'view.filter', 'view.sort'] as const).flatMap((id): readonly Hint[] => {
    const [key] = stage.keymap.keysOf(id);
    return key === undefined ? [] : [{ key, does: id.slice('view.'.length) }];
  });
  return [...hints, ...more];
}

function canRun(stage: Stage, table: Table, action: Action): boolean {
  if (action.kind !== 'object') return false;
  const refs = action.on === table.kind ? table.chosen() : table.under.map((id) => ({ kind: 'vm' as const, id }));
  return refs.some((ref) => whyNotObject(action, ref, stage.services) === undefined);
}
