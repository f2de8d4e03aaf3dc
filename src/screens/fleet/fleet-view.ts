import type { DetailsView } from '../details/details-view.ts';
import type { Hint } from '../frame/layers.ts';
import type { Stage, View } from '../stage.ts';
import { tableHints } from '../tables/table-view.ts';
import { createFleetKeys } from './fleet-keys.ts';
import { fleetLayout, wantedLayout } from './fleet-layout.ts';
import { createFleetPointer } from './fleet-pointer.ts';
import type { FleetState } from './fleet-state.ts';
import { createTreePane } from './tree-pane.ts';

/** The tree with the details of what the cursor is on. */
export function createFleetView(
  stage: Stage,
  state: FleetState,
  details: DetailsView,
  /** Begins with what is wanted now, before the next samples come. */
  sift: () => void,
  hints: () => readonly Hint[],
): View {
  const treePane = createTreePane(stage, state);
  const keys = createFleetKeys(stage, state, details, treePane, sift);
  /** The table in the details, while it has the keys: its cursor, marks, filter and order are meant then. */
  const table = () => (state.pane === 'details' ? details.table : undefined);

  return {
    id: 'fleet',
    title: 'fleet',
    lines(room) {
      const layout = fleetLayout(room, wantedLayout(state, details));
      state.drewDetails(layout.details?.side === 'below' ? layout.details.rows : 0);
      const left = filled(treePane.lines(layout.tree), layout.tree.rows);
      if (!layout.details) return left;
      const right = filled(details.lines(layout.details, state.pane === 'details'), layout.details.rows);
      if (layout.details.side === 'below') return [...left, ...right];
      const blank = ' '.repeat(layout.tree.columns);
      const divider = stage.look.theme.paint('border', stage.look.glyphs.vertical);
      return left.map((line, at) => `${line === '' ? blank : line}${divider}${right[at]}`);
    },
    hints() {
      const shown = table();
      return shown ? tableHints(stage, shown) : hints();
    },
    leadsAway: (id) => state.arrangement === 'nodes' && (id === 'view.enter' || id === 'view.expand'),
    point: createFleetPointer({ stage, state, details, enter: keys.enter, sortBy: keys.sortBy }),
    table,
    get handlers() {
      const shown = table();
      return shown ? { ...keys.handlers, ...shown.handlers } : keys.handlers;
    },
  };
}

/** As many lines as the room has. */
function filled(lines: readonly string[], rows: number): string[] {
  return Array.from({ length: rows }, (_, at) => lines[at] ?? '');
}
