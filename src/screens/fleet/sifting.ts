import type { Clock } from '../../clock.ts';
import type { Tree } from '../../state/query/tree.ts';

/** Keeps a filter or a sorting going that needs more than one step, and has its result drawn. */
export interface Sifting {
  /** What is wanted, or the fleet, has changed. */
  wake(): void;
  stop(): void;
}

/** Rows sorted by metrics change places no more often than the user can read; in a large fleet sorting costs more. */
const SORTS_EVERY_MS = 3_000;
const MORE_FOR_EACH_VM_MS = 0.05;

export function createSifting(tree: Tree, clock: Clock, changed: () => void): Sifting {
  let cancel: (() => void) | undefined;
  let sortedAt = Number.NEGATIVE_INFINITY;

  const goOn = () => {
    cancel = undefined;
    const next = tree.sift();
    if (next === undefined) changed();
    else cancel = clock.after(next, goOn);
  };

  return {
    wake() {
      if (cancel) return;
      if (clock.ticks() - sortedAt >= SORTS_EVERY_MS + tree.shownVms * MORE_FOR_EACH_VM_MS) {
        sortedAt = clock.ticks();
        tree.resort();
      }
      const next = tree.sift();
      if (next !== undefined) cancel = clock.after(next, goOn);
    },
    stop: () => cancel?.(),
  };
}
