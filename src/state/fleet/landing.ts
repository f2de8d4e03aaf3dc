import type { Clock } from '../../clock.ts';

/** What one step may take before keys get their turn. */
const STEP_MS = 4;

/** Work that lands in the store: each `yield` is a place where it may be interrupted. */
export type Work = () => Iterator<undefined, void>;

/** A queue that is worked off in order and in short steps, so that a first inventory of 100,000 VMs never holds up a key. */
export interface Landing {
  enqueue(work: Work, afterMs: number): void;
  /** What waits lands after this time at the latest. */
  expedite(afterMs: number): void;
  readonly settled: boolean;
  /** Everything now. */
  flush(): void;
}

/** `landed` is called after each step, with whether another follows at once. */
export function createLanding(clock: Clock, landed: (goesOn: boolean) => void): Landing {
  const queue: Work[] = [];
  let current: Iterator<undefined, void> | undefined;
  let due: { at: number; cancel: () => void } | undefined;

  const step = (budgetMs: number) => {
    const end = clock.ticks() + budgetMs;
    do {
      current ??= queue.shift()?.();
      if (!current) break;
      if (current.next().done) current = undefined;
    } while (clock.ticks() < end);
    landed(current !== undefined);
  };

  const plan = (afterMs: number) => {
    const at = clock.ticks() + afterMs;
    if (due && due.at <= at) return;
    due?.cancel();
    due = { at, cancel: clock.after(afterMs, onTime) };
  };

  function onTime() {
    due = undefined;
    step(STEP_MS);
    if (current || queue.length > 0) plan(0);
  }

  return {
    enqueue(work, afterMs) {
      queue.push(work);
      plan(afterMs);
    },
    expedite: plan,
    get settled() {
      return queue.length === 0 && current === undefined;
    },
    flush() {
      due?.cancel();
      due = undefined;
      step(Number.POSITIVE_INFINITY);
    },
  };
}
