import type { Clock } from '../clock.ts';

/** Calls at once after a pause, and not more often than that, however often it is asked. The last call always comes. */
export function createPacer(clock: Clock, gapMs: number, call: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  let isWaiting = false;
  const now = () => {
    isWaiting = false;
    last = clock.ticks();
    call();
  };
  return () => {
    if (isWaiting) return;
    const left = last + gapMs - clock.ticks();
    if (left <= 0) return now();
    isWaiting = true;
    clock.after(left, now);
  };
}
