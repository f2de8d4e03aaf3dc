/** From when on to ask for changes, by the cloud's own clock: ours may be hours away from it. */
import type { Clock } from '../../clock.ts';
import type { Server } from './servers.ts';

export interface CloudTime {
  note(servers: readonly Server[]): void;
  /** What the API's own clock says, epoch in ms. */
  noteNow(now: number): void;
  /** Epoch, ms, of the cloud; undefined when nothing is known of its clock, and everything must be asked for. */
  since(): number | undefined;
}

/**
 * Servers are stamped by several machines, each with a clock of its own, and a change shows only when its transaction
 * has ended: so far back is asked again.
 */
const OVERLAP_MS = 60_000;

interface Moment {
  readonly time: number;
  /** In ticks. */
  readonly at: number;
}

/**
 * The newest stamp seen is a time that the cloud has reached; it goes on from there as our ticks do. Without that, what
 * was made all at once would come at every poll, until something newer happens. But one stamp of a machine whose clock is
 * years ahead must not hide what all others change: the earlier of that time and of the API's own clock counts.
 */
export function createCloudTime(clock: Clock): CloudTime {
  let newest: Moment | undefined;
  let api: Moment | undefined;
  const from = ({ time, at }: Moment): number => time + clock.ticks() - at;
  return {
    note(servers) {
      let stamp = Number.NEGATIVE_INFINITY;
      for (const { updatedAt } of servers) stamp = Math.max(stamp, updatedAt ?? stamp);
      if (stamp > (newest ? from(newest) : Number.NEGATIVE_INFINITY)) newest = { time: stamp, at: clock.ticks() };
    },
    noteNow(time) {
      api = { time, at: clock.ticks() };
    },
    since() {
      if (!newest) return undefined;
      return Math.min(from(newest), api ? from(api) : Number.POSITIVE_INFINITY) - OVERLAP_MS;
    },
  };
}
