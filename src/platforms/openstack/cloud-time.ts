/** From when on to ask for changes, by the cloud's own clock: ours may be hours away from it. */
import type { Clock } from '../../clock.ts';
import type { Server } from './servers.ts';

export interface CloudTime {
  note(servers: readonly Server[]): void;
  /** Epoch, ms, of the cloud; undefined when nothing is known of its clock, and everything must be asked for. */
  since(): number | undefined;
}

/**
 * Servers are stamped by several machines, each with a clock of its own, and a change shows only when its transaction
 * has ended: so far back is asked again.
 */
const OVERLAP_MS = 60_000;

/**
 * The newest stamp seen is a time that the cloud has reached; it goes on from there as our ticks do. Without that, what
 * was made all at once would come at every poll, until something newer happens.
 */
export function createCloudTime(clock: Clock): CloudTime {
  let newest: { readonly stamp: number; readonly at: number } | undefined;
  const now = (): number | undefined => (newest ? newest.stamp + clock.ticks() - newest.at : undefined);
  return {
    note(servers) {
      let stamp = Number.NEGATIVE_INFINITY;
      for (const { updatedAt } of servers) stamp = Math.max(stamp, updatedAt ?? stamp);
      if (stamp > (now() ?? Number.NEGATIVE_INFINITY)) newest = { stamp, at: clock.ticks() };
    },
    since() {
      const time = now();
      return time === undefined ? undefined : time - OVERLAP_MS;
    },
  };
}
