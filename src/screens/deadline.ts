import type { Clock } from '../clock.ts';
import { FleetError } from '../errors.ts';

/** Aborts with this sentence after `ms`, or with the reason of `until` when that comes first. */
export function deadline(clock: Clock, ms: number, sentence: string, until: AbortSignal): AbortSignal {
  const late = new AbortController();
  const stop = clock.after(ms, () => late.abort(new FleetError('op.timeout', sentence)));
  until.addEventListener('abort', stop, { once: true });
  return AbortSignal.any([until, late.signal]);
}
