/** Time comes in from outside, so that tests own it. */
export interface Clock {
  /** Milliseconds since the epoch, for what people read. It may jump when the system's clock is set. */
  now(): number;
  /** Milliseconds that only grow, for measuring and for deadlines. */
  ticks(): number;
  /** Calls back once after `ms`; the function that it answers takes the call back. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  ticks: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms`, rejects with the signal's reason when it aborts first. */
export function wait(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const done = clock.after(ms, () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
    function stop() {
      done();
      reject(signal.reason);
    }
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** A pause that may be cut short. */
export interface Nap {
  /** Resolves after `ms`, or when it is woken; rejects with the signal's reason when that aborts first. */
  sleep(ms: number): Promise<void>;
  /** Ends the current sleep; does nothing when there is none. */
  wake(): void;
}

export function createNap(clock: Clock, signal: AbortSignal): Nap {
  let early: AbortController | undefined;
  return {
    async sleep(ms) {
      const mine = new AbortController();
      early = mine;
      try {
        await wait(clock, ms, AbortSignal.any([signal, mine.signal]));
      } catch (error) {
        if (!mine.signal.aborted || signal.aborted) throw error;
      } finally {
        early = undefined;
      }
    },
    wake: () => early?.abort(),
  };
}
