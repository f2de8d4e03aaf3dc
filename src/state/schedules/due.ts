import type { Schedule } from './schedule.ts';
import { countBetween, latestUpTo, localText } from './when.ts';

/** What is to be done about a schedule now. */
export interface Due {
  /** Its time was handled; epoch, ms. */
  readonly upTo: number;
  /** Whether it is run now. */
  readonly runs: boolean;
  /** The sentence about times at which nothing could begin it; undefined where there was none. */
  readonly missed?: string;
}

/** Undefined where nothing is due. A run that was due several times meanwhile is run once: the others are told as missed. */
export function dueOf({ when, lateMs, enabled, handledUpTo }: Schedule, now: number): Due | undefined {
  const latest = enabled ? latestUpTo(when, now) : undefined;
  if (latest === undefined || latest <= handledUpTo) return undefined;
  const runs = now - latest <= lateMs;
  const missed = countBetween(when, handledUpTo, latest) - (runs ? 1 : 0);
  if (missed === 0) return { upTo: latest, runs };
  const which =
    missed === 1 && !runs
      ? `the run of ${localText(latest)} was`
      : `${missed} ${missed === 1 ? 'run was' : 'runs were'}`;
  const last = runs || missed === 1 ? '' : `, the last at ${localText(latest)}`;
  return { upTo: latest, runs, missed: `${which} missed${last}: nothing was there to begin it` };
}
