/** Lets a number of callers in at a time, first come, first served. */
export interface Gate {
  /** Resolves when inside, with how to leave; rejects with the signal's reason when it aborts while waiting. */
  enter(signal: AbortSignal): Promise<() => void>;
  /** Does this inside, and leaves however it ends. Rejects as `enter` does, and as the work does. */
  run<T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T>;
}

export function createGate(limit: number): Gate {
  let inside = 0;
  const waiting = new Set<() => void>();
  const leave = () => {
    inside--;
    const [next] = waiting;
    next?.();
  };
  const enter: Gate['enter'] = (signal) =>
    new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const go = () => {
        waiting.delete(go);
        signal.removeEventListener('abort', giveUp);
        inside++;
        resolve(leave);
      };
      function giveUp() {
        waiting.delete(go);
        reject(signal.reason);
      }
      if (inside < limit) return go();
      signal.addEventListener('abort', giveUp, { once: true });
      waiting.add(go);
    });
  return {
    enter,
    async run(signal, work) {
      await enter(signal);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
