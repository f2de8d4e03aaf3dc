/** Objects that an operation has just changed: the server's lists may be late, so that they are asked themselves for a while. */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';

export interface Rechecks {
  /** From now on, again for the whole time. */
  add(id: string): void;
  readonly size: number;
  /** Those that are still to be asked, the first `most` of them; those whose time is over are dropped. */
  due(most?: number): readonly string[];
}

/** Each is due for `forMs` after it was added last. */
export function createRechecks(clock: Clock, forMs: number): Rechecks {
  const until = new Map<string, number>();
  return {
    add: (id) => void until.set(id, clock.ticks() + forMs),
    get size() {
      return until.size;
    },
    due(most) {
      const now = clock.ticks();
      for (const [id, end] of until) if (end < now) until.delete(id);
      return [...until.keys()].slice(0, most);
    },
  };
}

/**
 * Asks about each at once; `gone` is called for one of which `read` said `vm.not-found`. Any other trouble with one object is not
 * the link's: the next poll will tell. Rejects with what is no FleetError, and when the signal aborts.
 */
export async function askEach(
  ids: readonly string[],
  signal: AbortSignal,
  read: (id: string) => Promise<void>,
  gone: (id: string) => void,
): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      try {
        await read(id);
      } catch (error) {
        if (!(error instanceof FleetError) || signal.aborted) throw error;
        if (error.code === 'vm.not-found') gone(id);
      }
    }),
  );
}
