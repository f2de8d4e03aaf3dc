/** Polls of a server that sends nothing by itself: one each interval, and sooner ones after a change. */
import { type Clock, createNap } from '../../clock.ts';

export interface PollOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** ms between two polls that are due; asked again at each. */
  readonly everyMs: () => number;
  /** ms until a round that comes before its time; undefined: nothing needs one. */
  readonly soonMs: () => number | undefined;
  /** `due`: the interval is over. Otherwise it is a round in between, for what is on its way. */
  readonly round: (due: boolean) => Promise<void>;
}

export interface PollLoop {
  /** The first poll comes an interval after the call. Rejects with the signal's reason, or with what a round rejects with. */
  run(): Promise<never>;
  /** Ends the pause, if there is one: the next round begins at once, due or not. */
  wake(): void;
}

/** Rounds that take longer than their interval must not follow each other at once. */
const SHORTEST_PAUSE_MS = 200;

export function createPollLoop({ clock, signal, everyMs, soonMs, round }: PollOptions): PollLoop {
  const nap = createNap(clock, signal);
  return {
    wake: nap.wake,
    async run() {
      let dueAt = clock.ticks() + everyMs();
      for (;;) {
        const pause = soonMs() ?? Number.POSITIVE_INFINITY;
        await nap.sleep(Math.max(SHORTEST_PAUSE_MS, Math.min(pause, dueAt - clock.ticks())));
        const due = clock.ticks() >= dueAt;
        if (due) dueAt = clock.ticks() + everyMs();
        await round(due);
      }
    },
  };
}
