import type { Room } from '../look.ts';

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

/** What was chosen by dragging: the columns of details on the right, their rows when they are below. */
export interface Split {
  readonly right?: number;
  readonly below?: number;
}

/**
 * Details are on the right where there is room, below on narrow screens; with the keys they get most of it. What was
 * chosen by dragging wins, as far as it leaves something of both.
 */
export function fleetLayout(room: Room, wanted: boolean, focused: boolean, split: Split): FleetLayout {
  if (!wanted && !focused) return { tree: room, details: undefined };
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
  const rows = focused ? Math.max(few, room.rows - TREE_KEEPS) : few;
  const detailRows =
    split.below === undefined ? Math.min(rows, room.rows) : between(DETAILS_KEEP, split.below, room.rows - TREE_KEEPS);
  return {
    tree: { columns: room.columns, rows: room.rows - detailRows },
    details: { side: 'below', columns: room.columns, rows: detailRows },
  };
}

const between = (least: number, value: number, most: number): number => Math.max(least, Math.min(value, most));
