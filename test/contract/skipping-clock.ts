import { type Clock, systemClock } from '../../src/clock.ts';

/** The system's clock, on which time can be skipped: what was to come until then comes at once. */
export interface SkippingClock extends Clock {
  skip(ms: number): void;
}

export function createSkippingClock(): SkippingClock {
  let skipped = 0;
  const ticks = () => systemClock.ticks() + skipped;
  const waiting = new Set<() => void>();
  return {
    now: () => systemClock.now() + skipped,
    ticks,
    after(ms, call) {
      const end = ticks() + ms;
      let cancel = () => {};
      const look = () => {
        cancel();
        const left = end - ticks();
        if (left > 0) {
          cancel = systemClock.after(left, look);
          return;
        }
        waiting.delete(look);
        call();
      };
      waiting.add(look);
      cancel = systemClock.after(ms, look);
      return () => {
        waiting.delete(look);
        cancel();
      };
    },
    skip(ms) {
      skipped += ms;
      for (const look of [...waiting]) if (waiting.has(look)) look();
    },
  };
}
