import type { Clock } from '../../clock.ts';
import type { Tree } from '../../state/tree.ts';

/** Keeps a filter going that needs more than one step, and has its result drawn. */
export interface Sifting {
  /** The filter or the fleet has changed. */
  wake(): void;
  stop(): void;
}

export function createSifting(tree: Tree, clock: Clock, changed: () => void): Sifting {
  let cancel: (() => void) | undefined;

  const goOn = () => {
    cancel = undefined;
    const next = tree.sift();
    if (next === undefined) changed();
    else cancel = clock.after(next, goOn);
  };

  return {
    wake() {
      if (cancel) return;
      const next = tree.sift();
      if (next !== undefined) cancel = clock.after(next, goOn);
    },
    stop: () => cancel?.(),
  };
}
