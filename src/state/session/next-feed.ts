import type { Feed } from '../../platforms/contract.ts';
import type { Store } from '../fleet/store.ts';

/** For an action that waits for the fleet to show its outcome: when the store is later than the moment it asked. */
export interface NextFeed {
  /** A feed has been given to the store. */
  onFeed(feed: Feed): void;
  /** Resolves when a change has landed, or whole ticks brought none; rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<void>;
}

const TICKS_UNTIL_SURE = 2;

export function createNextFeed(store: Store): NextFeed {
  /** Each waiter -> how many more ticks without a change will do. */
  const waiters = new Map<() => void, number>();

  const resolveWhenLanded = (resolve: () => void) => {
    waiters.delete(resolve);
    const stop = store.subscribe(() => {
      if (!store.settled) return;
      stop();
      resolve();
    });
  };

  return {
    onFeed({ kind }) {
      const isChange = kind === 'inventory' || kind === 'changes';
      // A tick that was under way may have begun before; the one after it has seen what is true.
      for (const [waiter, ticks] of waiters) {
        if (isChange || ticks === 1) resolveWhenLanded(waiter);
        else waiters.set(waiter, ticks - 1);
      }
    },
    wait: (signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        const stop = () => {
          waiters.delete(done);
          reject(signal.reason);
        };
        const done = () => {
          signal.removeEventListener('abort', stop);
          resolve();
        };
        waiters.set(done, TICKS_UNTIL_SURE);
        signal.addEventListener('abort', stop, { once: true });
      }),
  };
}
