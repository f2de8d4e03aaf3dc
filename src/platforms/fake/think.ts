import { wait } from '../../clock.ts';
import type { FakeServer } from './server.ts';

/** The time until the server answers: none, some, or for ever. Rejects with the signal's reason. */
export async function think({ clock, faults }: FakeServer, nodeRow: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (faults.frozen || faults.hangs(nodeRow)) await never(signal);
  const delay = faults.delayMs(nodeRow);
  if (delay > 0) await wait(clock, delay, signal);
}

const never = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
