import type { DetailsView } from '../details/details-view.ts';
import type { Room } from '../frame/look.ts';
import type { FleetState } from './fleet-state.ts';
import type { Split } from './split.ts';

/** Where tree and details are. `none`: the pane is not shown. */
export interface FleetLayout {
  readonly tree: Room;
  readonly details: (Room & { readonly side: 'right' | 'below' }) | undefined;
}

/**
 * A tree that has its lines for itself can be scrolled by the terminal; beside another pane every line is painted again.
 * So details go below until there is plenty of width.
 */
const SIDE_BY_SIDE_FROM = 160;
const DETAILS_SHARE = 0.37;
const DETAILS_AT_LEAST = 40;
const DETAILS_AT_MOST = 90;
/** Below the tree: the title and lines of facts. */
const BELOW_ROWS = 8;
const BELOW_ROWS_WHEN_TALL = 11;
const TALL_FROM_ROWS = 30;
const TREE_KEEPS = 5;
const DETAILS_KEEP = 2;
const BELOW_FROM_ROWS = 16;

interface Wanted {
  /** The pane is switched on. */
  readonly details: boolean;
  /** The keys are in the pane: it is shown whether or not it is switched on. */
  readonly focused: boolean;
  readonly split: Split;
  /** Rows that the tree would fill, with its titles. */
  readonly treeRows: number;
  /** Rows that the details would fill below the tree, with their title, at this width. Asked only where that matters. */
  detailRows(columns: number): number;
}

/**
 * Details are on the right where there is room, below on narrow screens. There they have a fixed number of rows, so that
 * the tree stands still while the cursor moves, and more as far as they need them: those that the tree leaves blank, and
 * with the keys nearly all. What was chosen by dragging wins, as far as it leaves something of both.
 */
export function fleetLayout(room: Room, wanted: Wanted): FleetLayout {
  const { focused, split } = wanted;
  if (!wanted.details && !focused) return { tree: room, details: undefined };
  if (room.columns >= SIDE_BY_SIDE_FROM) {
    const width = Math.round(room.columns * DETAILS_SHARE);
    const usual = Math.min(DETAILS_AT_MOST, Math.max(DETAILS_AT_LEAST, width));
    const columns =
      split.right === undefined ? usual : between(DETAILS_AT_LEAST, split.right, room.columns - DETAILS_AT_LEAST);
    return {
      tree: { columns: room.columns - columns - 1, rows: room.rows },
      details: { side: 'right', columns, rows: room.rows },
    };
  }
  if (!focused && room.rows < BELOW_FROM_ROWS) return { tree: room, details: undefined };
  const few = room.rows < TALL_FROM_ROWS ? BELOW_ROWS : BELOW_ROWS_WHEN_TALL;
  const most = focused ? room.rows - TREE_KEEPS : room.rows - wanted.treeRows;
  const rows = most > few ? Math.max(few, Math.min(most, wanted.detailRows(room.columns))) : few;
  const detailRows =
    split.below === undefined ? Math.min(rows, room.rows) : between(DETAILS_KEEP, split.below, room.rows - TREE_KEEPS);
  return {
    tree: { columns: room.columns, rows: room.rows - detailRows },
    details: { side: 'below', columns: room.columns, rows: detailRows },
  };
}

/** What the panes want now. */
export const wantedLayout = (
  { detailsShown, pane, split, tree }: FleetState,
  details: Pick<DetailsView, 'rowsBelow'>,
): Wanted => ({
  details: detailsShown,
  focused: pane === 'details',
  split,
  treeRows: tree.length + 1,
  detailRows: details.rowsBelow,
});

const between = (least: number, value: number, most: number): number => Math.max(least, Math.min(value, most));
