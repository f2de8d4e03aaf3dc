import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';

/** When a link that dropped is tried again. */
export interface Retries {
  /** It is there. */
  opened(): void;
  /** The user has asked for it: all begins again. */
  reset(): void;
  /** How long to wait after this error, ms; undefined when it makes no sense to try again. */
  after(error: unknown): number | undefined;
}

const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000, 30_000];
/** A link that has held for so long starts again with the shortest wait. */
const STEADY_MS = 10_000;
/** A host may take its time to notice that the old link is dead; after so many tries another client has the console. */
const MOST_CONFLICTS = 8;
/** What it makes no sense to try again. */
const LASTING = /^(auth|trust|config)\.|\.not-found$|^(op\.unsupported|usage|host\.protocol)$/;

export function createRetries(clock: Clock): Retries {
  let tries = 0;
  let conflicts = 0;
  let openedAt: number | undefined;
  return {
    opened() {
      openedAt = clock.ticks();
    },
    reset() {
      tries = 0;
      conflicts = 0;
    },
    after(error) {
      if (openedAt !== undefined && clock.ticks() - openedAt >= STEADY_MS) tries = 0;
      openedAt = undefined;
      const code = error instanceof FleetError ? error.code : 'host.unreachable';
      conflicts = code === 'op.conflict' ? conflicts + 1 : 0;
      if (LASTING.test(code) || conflicts >= MOST_CONFLICTS) return undefined;
      return WAITS_MS[Math.min(tries++, WAITS_MS.length - 1)];
    },
  };
}
