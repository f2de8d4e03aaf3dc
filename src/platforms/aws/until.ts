import { wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { AwsRegion } from './region.ts';

const EVERY_MS = 1_000;

/** Looks until it holds. Rejects with op.timeout when that takes longer, and with the reason of the signal. */
export async function untilSo(
  { clock }: AwsRegion,
  what: string,
  limitMs: number,
  signal: AbortSignal,
  holds: () => Promise<boolean>,
): Promise<void> {
  const end = clock.ticks() + limitMs;
  while (!(await holds())) {
    if (clock.ticks() > end)
      throw new FleetError('op.timeout', `${what}: not within ${Math.round(limitMs / 1000)} s`, {
        fix: 'it may still come; look at it again',
      });
    await wait(clock, EVERY_MS, signal);
  }
}
