import type { Clock } from '../clock.ts';

/** Hands things on, and few times however many there are. */
export interface Gatherer<Thing> {
  add(thing: Thing): void;
  /** Hands on at once what waits. */
  flush(): void;
}

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 600_000;
const MOST_WAITING = 1_000;

/**
 * The first is sent at once. What comes in the pause behind it is sent together at its end, and each pause is twice as long as the one
 * before, up to ten minutes: a flood of an hour is ten messages. A pause in which nothing came ends it. `dropped`: what was too much to wait.
 */
export function createGatherer<Thing>(
  clock: Clock,
  send: (things: readonly Thing[], dropped: number) => void,
): Gatherer<Thing> {
  let waiting: Thing[] = [];
  let dropped = 0;
  let pauseMs = FIRST_PAUSE_MS;
  let stop: (() => void) | undefined;

  const sendWaiting = () => {
    const things = waiting;
    const lost = dropped;
    waiting = [];
    dropped = 0;
    if (things.length > 0) send(things, lost);
  };
  const pause = () => {
    stop = clock.after(pauseMs, () => {
      stop = undefined;
      if (waiting.length === 0) {
        pauseMs = FIRST_PAUSE_MS;
        return;
      }
      sendWaiting();
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
      pause();
    });
  };

  return {
    add(thing) {
      if (waiting.length < MOST_WAITING) waiting.push(thing);
      else dropped++;
      if (stop) return;
      sendWaiting();
      pause();
    },
    flush() {
      stop?.();
      stop = undefined;
      sendWaiting();
    },
  };
}
