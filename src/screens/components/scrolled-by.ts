import type { Keymap } from '../../actions/keymap.ts';

/** By how many lines this key scrolls a text that is shown `page` lines at a time; 0 for any other key. */
export function scrolledBy(name: string, page: number, keymap: Keymap): number {
  const ids = keymap.actionsOf(name).map(({ id }) => id);
  const means = (...moves: readonly string[]) => moves.some((move) => ids.includes(move));
  if (means('view.down')) return 1;
  if (means('view.up')) return -1;
  if (means('view.page-down', 'view.half-down') || name === 'space') return page;
  if (means('view.page-up', 'view.half-up')) return -page;
  if (means('view.first')) return Number.NEGATIVE_INFINITY;
  return means('view.last') ? Number.POSITIVE_INFINITY : 0;
}
