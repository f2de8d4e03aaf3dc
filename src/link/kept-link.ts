/** The link of a console, which is opened again when it drops: serial and graphical ones alike. */
import type { Clock } from '../clock.ts';
import { sentence } from '../errors.ts';
import { createRetries } from './retries.ts';

export interface KeptLinkOptions<T> {
  readonly clock: Clock;
  /** Opens the way to the very same guest again. */
  readonly open: (signal: AbortSignal) => Promise<T>;
  /** It is there again. */
  readonly use: (link: T) => void;
  /** It came when it was not wanted any more. */
  readonly discard: (link: T) => void;
  /** It dropped, or could not be opened, and is tried again after so long. */
  readonly dropped: (why: string, ms: number) => void;
  /** To try again makes no sense, or did not help for too long. */
  readonly gaveUp: (error: Error) => void;
}

export interface KeptLink {
  /** The one that was there is gone. */
  lost(error: unknown): void;
  /** Nothing is tried any more. */
  stop(): void;
}

/** Without a link for so long it is given up. */
export const GIVE_UP_MS = 5 * 60_000;

/** The first link is there. */
export function createKeptLink<T>(options: KeptLinkOptions<T>): KeptLink {
  const { clock, open, use, discard, dropped, gaveUp } = options;
  const retries = createRetries(clock);
  let lostAt: number | undefined;
  let isStopped = false;
  let attempt = new AbortController();
  let cancelWait = () => {};
  retries.opened();

  function lost(error: unknown): void {
    const ms = retries.after(error);
    const now = clock.ticks();
    lostAt ??= now;
    if (ms === undefined || now + ms - lostAt > GIVE_UP_MS) {
      gaveUp(error as Error);
      return;
    }
    dropped(sentence(error), ms);
    cancelWait = clock.after(ms, () => {
      attempt = new AbortController();
      again(attempt.signal).catch((next: unknown) => {
        if (!isStopped) lost(next);
      });
    });
  }

  async function again(signal: AbortSignal): Promise<void> {
    const link = await open(signal);
    if (isStopped) return discard(link);
    lostAt = undefined;
    retries.opened();
    use(link);
  }

  return {
    lost,
    stop() {
      isStopped = true;
      cancelWait();
      attempt.abort();
    },
  };
}
