import { fit } from '../../terminal/width.ts';
import type { Stage, View } from '../stage.ts';
import { besideTree, type ConsoleView } from './console-view.ts';
import { SPLIT_FROM, treeColumns } from './split-room.ts';

/** The fleet with the console in front beside it where that is wanted, and the consoles with the tree beside them. */
export function withConsoles(
  stage: Stage,
  fleet: View,
  consoles: ConsoleView,
  show: () => void,
): { readonly fleet: View; readonly console: View } {
  const isSplit = (columns: number) =>
    stage.consoles.isSplit && stage.consoles.front !== undefined && columns >= SPLIT_FROM;
  consoles.beside(({ columns, rows }) => [
    stage.look.theme.paint('dim', fit(' fleet', columns)),
    ...fleet.lines({ columns, rows: rows - 2 }),
    '',
  ]);
  const split: View = {
    id: fleet.id,
    title: fleet.title,
    lines(room) {
      const wide = isSplit(room.columns);
      stage.consoles.setShown(wide);
      if (!wide) return fleet.lines(room);
      const columns = treeColumns(room.columns);
      const tree = fleet.lines({ ...room, columns });
      return besideTree(
        stage,
        tree,
        columns,
        consoles.pane({ columns: room.columns - columns - 1, rows: room.rows }, false),
      );
    },
    point(event, room) {
      const columns = isSplit(room.columns) ? treeColumns(room.columns) : room.columns;
      if (event.column < columns) return fleet.point?.(event, { ...room, columns }) ?? false;
      if (event.action === 'press') show();
      const right = { ...event, column: event.column - columns - 1 };
      return consoles.pointInPane(right, room.columns - columns - 1, false);
    },
    enter() {
      const leave = fleet.enter?.() ?? (() => {});
      return () => {
        leave();
        stage.consoles.setShown(false);
      };
    },
    hints: fleet.hints,
    get handlers() {
      return fleet.handlers;
    },
    ...(fleet.press && { press: fleet.press }),
    ...(fleet.leadsAway && { leadsAway: fleet.leadsAway }),
    ...(fleet.table && { table: fleet.table }),
  };
  return { fleet: split, console: consoles };
}
