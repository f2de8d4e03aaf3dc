import { type Clock, wait } from '../../../clock.ts';

export interface FollowOptions<Outcome> {
  /** Undefined while it goes on. */
  look(signal: AbortSignal): Promise<Outcome | undefined>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** After this long the watch follows it. */
  readonly patienceMs: number;
}

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Looks at what a server does by itself, ever more rarely, until it is done: its outcome, or undefined when it goes on. */
export async function followOperation<Outcome>(options: FollowOptions<Outcome>): Promise<Outcome | undefined> {
  const { look, clock, signal, patienceMs } = options;
  const end = clock.ticks() + patienceMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    const outcome = await look(signal);
    if (outcome !== undefined) return outcome;
    const left = end - clock.ticks();
    if (left <= 0) return undefined;
    await wait(clock, Math.min(pauseMs, left), signal);
  }
}
