import { setTimeout as pause } from 'node:timers/promises';
import { PATIENCE } from '../patience.ts';

/**
 * Looks again and again until `seen` gives something, and gives that. Rejects with the sentence after `deadlineMs`, with patience.
 * `everyMs` is longer where looking takes much of what is looked at.
 */
export async function until<T>(
  what: string,
  deadlineMs: number,
  seen: () => T | undefined | false | Promise<T | undefined | false>,
  everyMs = 20,
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    const found = await seen();
    if (found !== undefined && found !== false) return found;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > deadlineMs * PATIENCE) throw new Error(`waited ${Math.round(waitedMs / 1000)} s in vain: ${what}`);
    await pause(everyMs);
  }
}
