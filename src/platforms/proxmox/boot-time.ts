/** When a guest began to run, out of its uptime: the server tells only that, in whole seconds and some seconds late. */

export interface UptimeReading {
  readonly status: string;
  /** Seconds, of the process that runs the guest. */
  readonly uptime: number;
}

/**
 * Two readings of one run differ by less: nodes report every ten seconds or so, and the list of the cluster has that some
 * seconds later. Without this every row would change at every tick.
 */
const SAME_RUN_MS = 30_000;

/** Epoch, ms; undefined for a guest that is off, or of which its node says nothing. `before`: the last reading, and what it gave. */
export function bootTimeOf(
  { status, uptime }: UptimeReading,
  before: (UptimeReading & { readonly bootedAt: number | undefined }) | undefined,
  now: number,
): number | undefined {
  if (status === 'stopped' || status === 'unknown' || uptime <= 0) return undefined;
  const at = now - uptime * 1000;
  // No machine runs since before 1970, whatever a server says.
  if (at < 0) return undefined;
  const known = before?.bootedAt;
  if (before === undefined || known === undefined || uptime < before.uptime) return at;
  // The node has reported nothing since, however long ago that was.
  if (uptime === before.uptime) return known;
  return Math.abs(at - known) < SAME_RUN_MS ? known : at;
}
