import type { EndpointName } from '../ids.ts';
import type { Services } from './services.ts';

/** How long to wait for an endpoint to come back before saying that the outcome is not known. */
const RESYNC_MS = 30_000;

/**
 * The link died after something was sent: waits until the endpoint is heard again, and reads from it what is true. Undefined
 * when that did not come in time, or failed. Rejects only when the signal aborts.
 */
export async function onceHeardAgain<Truth>(
  { sessions, clock }: Pick<Services, 'sessions' | 'clock'>,
  endpoint: EndpointName,
  signal: AbortSignal,
  read: (signal: AbortSignal) => Truth | Promise<Truth>,
): Promise<Truth | undefined> {
  const late = new AbortController();
  const stopClock = clock.after(RESYNC_MS, () => late.abort());
  const either = AbortSignal.any([signal, late.signal]);
  try {
    await sessions.heard(endpoint, either);
    return await read(either);
  } catch {
    signal.throwIfAborted();
    return undefined;
  } finally {
    stopClock();
  }
}
