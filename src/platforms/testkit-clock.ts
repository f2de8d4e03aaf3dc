import { type Clock, systemClock } from '../clock.ts';

/** The system's clock, with all of its time (also that of day) passing so many times as quickly. */
export const quickClock = (timesFaster: number): Clock => ({
  now: () => Math.round(systemClock.now() * timesFaster),
  ticks: () => systemClock.ticks() * timesFaster,
  after: (ms, call) => systemClock.after(ms / timesFaster, call),
});

/** The system's clock, on which short waits take next to no time, and deadlines all of theirs: a slow machine misses none. */
export const shortWaits: Clock = {
  ...systemClock,
  after: (ms, call) => systemClock.after(ms < 3_000 ? ms / 100 : ms, call),
};
