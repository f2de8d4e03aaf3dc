import type { Keymap } from '../../actions/keymap.ts';

/** More than any text has. A finite number: the key for the end and then the one for the beginning are no way at all. */
const ALL_LINES = 1_000_000;

/** By how many lines this key scrolls a text that is shown `page` lines at a time; 0 for any other key. */
export function scrolledBy(name: string, page: number, keymap: Keymap): number {
  const ids = keymap.actionsOf(name).map(({ id }) => id);
  const means = (...moves: readonly string[]) => moves.some((move) => ids.includes(move));
  if (means('view.down')) return 1;
  if (means('view.up')) return -1;
  if (means('view.page-down', 'view.half-down') || name === 'space') return page;
  if (means('view.page-up', 'view.half-up')) return -page;
  if (means('view.first')) return -ALL_LINES;
  return means('view.last') ? ALL_LINES : 0;
}
