import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again until `seen` gives something, and gives that. Rejects with the sentence after `deadlineMs`. */
export async function until<T>(
  what: string,
  deadlineMs: number,
  seen: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const startedAt = performance.now();
  for (;;) {
    const found = await seen();
    if (found !== undefined && found !== false) return found;
    if (performance.now() - startedAt > deadlineMs) throw new Error(`waited ${deadlineMs / 1000} s in vain: ${what}`);
    await pause(20);
  }
}
