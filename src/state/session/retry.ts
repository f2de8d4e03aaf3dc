import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';

/** When a session connects again: by itself with back-off, or only when its user asks for it. */
export interface Retry {
  /** Resolves when it is time for the next attempt, or with the session. `hadWorked` starts the back-off again. */
  after(error: unknown, hadWorked: boolean): Promise<void>;
  /** Ends the pause that is under way. */
  now(): void;
}

export interface RetryOptions {
  readonly clock: Clock;
  /** 0..1, for the jitter of the back-off. */
  readonly random: () => number;
  readonly signal: AbortSignal;
}

/** A host whose key or certificate was refused is tried again this often: no login was refused, so no account is locked. */
const TRUST_MS = 15_000;
const BACK_OFF_MS = [1_000, 1_000, 2_000, 4_000, 8_000, 15_000] as const;

export function createRetry({ clock, random, signal }: RetryOptions): Retry {
  let failures = 0;
  let endPause = () => {};

  /** Without `ms` only `now` and the end of the session end it. */
  const pause = (ms: number | undefined): Promise<void> =>
    new Promise((resolve) => {
      const end = () => {
        stopClock();
        signal.removeEventListener('abort', end);
        endPause = () => {};
        resolve();
      };
      const stopClock = ms === undefined ? () => {} : clock.after(ms, end);
      endPause = end;
      signal.addEventListener('abort', end, { once: true });
    });

  const backOff = (): number =>
    (BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length - 1)] as number) * (0.8 + 0.4 * random());

  return {
    after(error, hadWorked) {
      failures = hadWorked ? 0 : failures + 1;
      return pause(needsUser(error) ? untilNextLook(error) : backOff());
    },
    now: () => endPause(),
  };
}

/** An automatic retry would not help, or would lock an account. */
export function needsUser(error: unknown): boolean {
  return (
    error instanceof FleetError && !error.retry && error.code !== 'host.unreachable' && error.code !== 'op.timeout'
  );
}

const untilNextLook = (error: unknown): number | undefined =>
  error instanceof FleetError && error.code.startsWith('trust.') ? TRUST_MS : undefined;
