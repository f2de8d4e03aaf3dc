import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';

/** The wire between drover and the simulated server. What was connected when it was cut stays dead when it is restored. */
export interface Link {
  /** Aborts with host.unreachable when the link is cut; a restored link has a new one. */
  readonly lost: AbortSignal;
  /** For some time, or until it is restored. */
  cut(forMs?: number): void;
  restore(): void;
}

export function createLink(host: string, clock: Clock): Link {
  let era = new AbortController();
  let restoredAt = Number.POSITIVE_INFINITY;

  function restore() {
    restoredAt = Number.POSITIVE_INFINITY;
    if (era.signal.aborted) era = new AbortController();
  }

  return {
    get lost() {
      if (clock.ticks() >= restoredAt) restore();
      return era.signal;
    },
    cut(forMs = Number.POSITIVE_INFINITY) {
      restoredAt = clock.ticks() + forMs;
      era.abort(new FleetError('host.unreachable', `the link to ${host} is down`, { retry: true }));
    },
    restore,
  };
}
