import type { Clock } from '../src/clock.ts';

/** A clock that stands still until it is told to go on. */
export interface TestClock extends Clock {
  /** Lets `ms` pass: what is due is called in its order, and promises get their turn in between. */
  pass(ms: number): Promise<void>;
}

export function createTestClock(startAt = Date.UTC(2026, 0, 1, 12)): TestClock {
  let ticks = 0;
  const due = new Set<{ readonly at: number; readonly call: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  const nextUntil = (end: number) => [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => startAt + ticks,
    ticks: () => ticks,
    after(ms, call) {
      const entry = { at: ticks + ms, call };
      due.add(entry);
      return () => due.delete(entry);
    },
    async pass(ms) {
      const end = ticks + ms;
      await settle();
      for (let next = nextUntil(end); next; next = nextUntil(end)) {
        due.delete(next);
        ticks = Math.max(ticks, next.at);
        next.call();
        await settle();
      }
      ticks = end;
    },
  };
}
