import type { Schedule } from './schedule.ts';
import { countBetween, latestUpTo, localText } from './when.ts';

/** What is to be done about a schedule now. */
export interface Due {
  /** Its time was handled; epoch, ms. */
  readonly upTo: number;
  /** Whether it is run now. */
  readonly runs: boolean;
  /** The sentence about times at which no drover was there to begin it; undefined where there was none. */
  readonly missed?: string;
}

/**
 * Undefined where nothing is due. A run that was due several times meanwhile is run once: the others are reported as missed, but not
 * those that came while the last run went on.
 */
export function dueOf({ when, lateMs, enabled, handledUpTo, last }: Schedule, now: number): Due | undefined {
  const latest = enabled ? latestUpTo(when, now) : undefined;
  if (latest === undefined || latest <= handledUpTo) return undefined;
  const runs = now - latest <= lateMs;
  const busyUpTo = Math.max(handledUpTo, Math.min(last?.endedAt ?? handledUpTo, latest));
  const missed = countBetween(when, busyUpTo, latest) - (runs && busyUpTo < latest ? 1 : 0);
  if (missed === 0) return runs ? { upTo: latest, runs } : undefined;
  const which =
    missed === 1 && !runs
      ? `the run of ${localText(latest)} was`
      : `${missed} ${missed === 1 ? 'run was' : 'runs were'}`;
  const more = runs || missed === 1 ? '' : `, the last at ${localText(latest)}`;
  const them = missed === 1 ? 'it' : 'them';
  return { upTo: latest, runs, missed: `${which} missed${more}: no drover was there to begin ${them}` };
}
