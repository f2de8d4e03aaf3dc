import type { View } from '../stage.ts';
import type { ListState } from './list-state.ts';

/** A click goes to the row, below the line of the titles. */
export const clicks =
  (list: ListState): NonNullable<View['point']> =>
  ({ action, button, row }) => {
    const isClick = action === 'press' && button === 'left';
    if (isClick) list.toLine(row - 1);
    return isClick;
  };

/** The screen's movements, for any list. */
export function movement(list: ListState, changed: () => void): View['handlers'] {
  const step = (rows: () => number) => () => {
    list.step(rows());
    changed();
  };
  return {
    'view.down': step(() => 1),
    'view.up': step(() => -1),
    'view.half-down': step(() => Math.ceil(list.page / 2)),
    'view.half-up': step(() => -Math.ceil(list.page / 2)),
    'view.page-down': step(() => list.page),
    'view.page-up': step(() => -list.page),
    'view.first': step(() => Number.NEGATIVE_INFINITY),
    'view.last': step(() => Number.POSITIVE_INFINITY),
  };
}
