import { hasNodeValue } from '../../state/query/node-columns.ts';
import type { PickedColumns } from '../dialogs/dialogs.ts';
import { columnsFor, NARROWEST, offeredColumns, WIDEST, wantedColumns, widthOf } from './columns.ts';
import type { FleetState } from './fleet-state.ts';

const NAMES = { tree: 'tree', flat: 'flat list', nodes: 'nodes' } as const;

/** The columns of the list that is shown now: VMs below their nodes, VMs in one list, or nodes. */
export function treeColumns(state: FleetState): PickedColumns {
  const place = state.arrangement;
  return {
    of: NAMES[place],
    shown: () => wantedColumns({ ...state.columnChoice(), sort: undefined }),
    offered: offeredColumns.filter(({ id }) => place !== 'nodes' || id === 'trend' || hasNodeValue(id)),
    choose(ids) {
      state.columns[place] = ids;
      if (!ids) state.widths.clear();
    },
    fitting: (columns) => new Set(columnsFor(columns, state.columnChoice()).others.map(({ id }) => id)),
    widths: {
      of: (id) => widthOf(id, state.widths),
      change: (id, by) =>
        void state.widths.set(id, Math.max(NARROWEST, Math.min(WIDEST, widthOf(id, state.widths) + by))),
    },
  };
}
