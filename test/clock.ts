import { type Clock, systemClock } from '../src/clock.ts';

/** A clock that stands still until a test lets time pass. */
export interface TestClock extends Clock {
  /** Lets `ms` pass: what is due is called in its order, and promises get their turn in between. */
  pass(ms: number): Promise<void>;
  /** Sets the time of day back, as a user does; what is measured goes on. */
  setBack(ms: number): void;
}

export function createTestClock(startAt = Date.UTC(2026, 0, 1, 12)): TestClock {
  let ticks = 0;
  let epoch = startAt;
  const due = new Set<{ readonly at: number; readonly call: () => void }>();
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

  const nextUntil = (end: number) => [...due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  return {
    now: () => epoch + ticks,
    ticks: () => ticks,
    after(ms, call) {
      const entry = { at: ticks + ms, call };
      due.add(entry);
      return () => due.delete(entry);
    },
    setBack(ms) {
      epoch -= ms;
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

/** The system's clock, on which deadlines pass so many times faster: for what waits for a real socket that stays silent. */
export const timesFaster = (times: number): Clock => ({
  now: systemClock.now,
  ticks: () => systemClock.ticks() * times,
  after: (ms, call) => systemClock.after(ms / times, call),
});
