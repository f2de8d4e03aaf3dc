import { type Clock, wait } from '../../../clock.ts';
import type { Daemon } from '../link/daemon.ts';

/** The caller of a transfer is answered as soon as it gives up: what was made is deleted after that, over the same connection. */
const givenUp = new WeakMap<Daemon, Set<Promise<unknown>>>();
const CLOSE_MS = 10_000;

/** Remembers work from when its signal aborts until it has ended. */
export function untilTakenBack<T>(daemon: Daemon, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const all = givenUp.get(daemon) ?? new Set();
  givenUp.set(daemon, all);
  const remember = () => void all.add(work);
  signal.addEventListener('abort', remember, { once: true });
  const forget = () => {
    signal.removeEventListener('abort', remember);
    all.delete(work);
  };
  work.then(forget, forget);
  return work;
}

/** For a connection that is being closed: resolves when nothing of what was given up is there, or after ten seconds. */
export async function allTakenBack(daemon: Daemon, clock: Clock): Promise<void> {
  const all = givenUp.get(daemon);
  if (!all || all.size === 0) return;
  const ending = new AbortController();
  const late = wait(clock, CLOSE_MS, ending.signal).catch(() => undefined);
  await Promise.race([Promise.allSettled(all), late]);
  ending.abort();
}
