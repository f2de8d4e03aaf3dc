import type { Clock } from '../../clock.ts';
import type { FleetError } from '../../errors.ts';

/** How long the caller is willing to wait for the other side, and how it takes that back. */
export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface Deadline {
  /** Aborts when the time is up, and when the caller gave up: what is half open must be closed then. */
  readonly signal: AbortSignal;
  /** The time that a person takes to answer doesn't count. */
  whileAsking<T>(ask: () => Promise<T>): Promise<T>;
}

/** Settles as `work` does, or rejects with `late()` after `ms`, or with the signal's reason. Nothing waits on after that. */
export async function within<T>(
  ms: number,
  { clock, signal }: Patience,
  late: () => FleetError,
  work: (deadline: Deadline) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const giveUp = () => ending.abort(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });

  let leftMs = ms;
  let since = clock.ticks();
  let stop = clock.after(ms, () => ending.abort(late()));
  const whileAsking = async <A>(ask: () => Promise<A>): Promise<A> => {
    stop();
    leftMs -= clock.ticks() - since;
    try {
      return await ask();
    } finally {
      since = clock.ticks();
      if (!ending.signal.aborted) stop = clock.after(Math.max(0, leftMs), () => ending.abort(late()));
    }
  };
  const ended = new Promise<never>((_, reject) => {
    ending.signal.addEventListener('abort', () => reject(ending.signal.reason), { once: true });
  });
  try {
    return await Promise.race([work({ signal: ending.signal, whileAsking }), ended]);
  } finally {
    stop();
    signal.removeEventListener('abort', giveUp);
    // A late rejection is not listened for any more.
    ended.catch(() => undefined);
  }
}
