import { stripVTControlCharacters } from 'node:util';
import type { Mouse } from '../../terminal/keys.ts';
import type { DetailsView } from '../details/details-view.ts';
import type { Room } from '../frame/look.ts';
import type { Stage } from '../stage.ts';
import { columnAt, columnsFor } from './columns.ts';
import { type FleetLayout, fleetLayout, wantedLayout } from './fleet-layout.ts';
import type { FleetState } from './fleet-state.ts';

/** Two clicks on one row within this are one double click. */
const DOUBLE_CLICK_MS = 400;
const NOTCH = 3;
/** Where a row's fold sign stands, and how far each level is indented. */
const FOLD_AT = 2;
const INDENT = 2;

export interface FleetPointerOptions {
  readonly stage: Stage;
  readonly state: FleetState;
  readonly details: DetailsView;
  /** What Enter does. */
  readonly enter: () => void;
  /** Sorts by this column, or turns it round. */
  readonly sortBy: (id: string) => void;
}

/**
 * The mouse over tree and details: a click goes to the row, one on its fold sign folds, two open it, the right button
 * marks, a title sorts; the wheel scrolls what is under it; a tab is clicked; the line between the panes is dragged.
 */
export function createFleetPointer({ stage, state, details, enter, sortBy }: FleetPointerOptions) {
  const { view } = state;
  let clicked: { readonly key: string; readonly at: number } | undefined;
  let dragging: 'right' | 'below' | undefined;

  const layoutOf = (room: Room): FleetLayout => fleetLayout(room, wantedLayout(state, details));

  const onRow = (event: Mouse, height: number) => {
    const { first, rows } = view.window(height);
    const row = rows[event.row - 1];
    state.pane = 'tree';
    if (!row) return;
    view.toIndex(first + event.row - 1);
    details.follow();
    if (event.button === 'right') return view.toggleMark();
    const now = stage.services.clock.ticks();
    const isSecond = clicked?.key === row.key && now - clicked.at < DOUBLE_CLICK_MS;
    clicked = isSecond ? undefined : { key: row.key, at: now };
    const foldAt = FOLD_AT + INDENT * row.depth;
    if ('open' in row && (event.column === foldAt || event.column === foldAt + 1)) enter();
    else if (isSecond) enter();
  };

  const inDetails = (layout: FleetLayout, { column, row }: Mouse): { column: number; row: number } | undefined => {
    const { tree, details: pane } = layout;
    if (!pane) return undefined;
    if (pane.side === 'right') return column > tree.columns ? { column: column - tree.columns - 1, row } : undefined;
    return row >= tree.rows ? { column, row: row - tree.rows } : undefined;
  };

  const isDivider = ({ tree, details: pane }: FleetLayout, { column, row }: Mouse): boolean =>
    pane !== undefined && (pane.side === 'right' ? column === tree.columns : row === tree.rows);

  /** The tab whose name is drawn there. */
  const turnTo = (layout: FleetLayout, at: { column: number; row: number }): boolean => {
    const { details: pane } = layout;
    const tabsRow = pane?.side === 'right' ? 1 : 0;
    if (!pane || at.row !== tabsRow) return false;
    const line = stripVTControlCharacters(details.lines(pane, state.pane === 'details')[tabsRow] ?? '');
    const word = [...line.matchAll(/[A-Za-z]+/g)].find(
      ({ index, 0: text }) => at.column >= index && at.column < index + text.length,
    );
    return word !== undefined && details.turnTo(word[0]);
  };

  const drag = (room: Room, { column, row }: Mouse) => {
    if (dragging === 'right') state.split = { ...state.split, right: room.columns - column - 1 };
    else if (dragging === 'below') state.split = { ...state.split, below: room.rows - row };
  };

  return (event: Mouse, room: Room): boolean => {
    const layout = layoutOf(room);
    const { action, button } = event;
    if (action === 'release') {
      dragging = undefined;
      return true;
    }
    if (action === 'drag') {
      drag(room, event);
      return true;
    }
    const place = inDetails(layout, event);
    if (action === 'wheel-up' || action === 'wheel-down') {
      const rows = action === 'wheel-up' ? -NOTCH : NOTCH;
      if (place) details.scroll(rows);
      else view.scroll(rows, Math.max(1, layout.tree.rows - 1));
      details.follow();
      return true;
    }
    if (place && button === 'left' && turnTo(layout, place)) {
      state.pane = 'details';
      return true;
    }
    if (isDivider(layout, event)) {
      dragging = button === 'left' ? layout.details?.side : undefined;
      return true;
    }
    if (place) state.pane = 'details';
    else if (event.row > 0) onRow(event, Math.max(1, layout.tree.rows - 1));
    else if (button === 'left') sortBy(columnAt(columnsFor(layout.tree.columns, state.columnChoice()), event.column));
    return true;
  };
}
