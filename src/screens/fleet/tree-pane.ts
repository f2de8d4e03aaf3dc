import type { Room } from '../frame/look.ts';
import type { Stage } from '../stage.ts';
import { columnsFor } from './columns.ts';
import { createCutKeeper } from './cut-names.ts';
import { createDrawnRows } from './drawn-rows.ts';
import { emptyLines } from './empty-tree.ts';
import type { FleetState } from './fleet-state.ts';
import { longNames, titleText } from './row-text.ts';

/** The tree as it is drawn: the titles, and the rows of its window with the cursor and the marks. */
export interface TreePane {
  /** At most `room.rows` lines, unless the tree is empty. */
  lines(room: Room): readonly string[];
  /** Rows of the window that was drawn last. */
  readonly page: number;
}

export function createTreePane(stage: Stage, state: FleetState): TreePane {
  const { view } = state;
  const { fleet } = stage.services.store;
  const drawRow = createDrawnRows();
  const cutFor = createCutKeeper();
  let page = 10;

  return {
    get page() {
      return page;
    },
    lines(room) {
      const { theme, glyphs } = stage.look;
      const columns = columnsFor(room.columns, state.columnChoice());
      page = Math.max(1, room.rows - 1);
      const { rows } = view.window(page);
      const cut = cutFor(longNames(rows, columns.name, fleet));
      const { keyFor } = stage.advice;
      const scene = { theme, glyphs, fleet, sums: state.sums, columns, kept: state.kept()?.key, cut, keyFor };
      state.drew(rows);
      const cursorKey = view.current()?.key;
      const lines = rows.map((row) => {
        const cursor = row.key !== cursorKey ? 'none' : state.pane === 'tree' ? 'active' : 'resting';
        return drawRow(row, cursor, row.kind === 'vm' && view.marks.has(row.id), scene);
      });
      if (rows.length === 0) lines.push(...emptyLines(stage, state, room.columns));
      return [titleText(scene, state.sort), ...lines];
    },
  };
}
