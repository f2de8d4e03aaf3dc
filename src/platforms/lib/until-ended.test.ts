import { expect, it } from 'vitest';
import { untilEnded } from './until-ended.ts';

const aborted = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

it('ends without an error when the caller ends it', async () => {
  const caller = new AbortController();
  let released = 0;
  const watch = untilEnded(caller.signal, aborted, () => released++);
  caller.abort(new Error('enough'));
  expect(await watch).toBeUndefined();
  expect(released).toBe(1);
});

it('rejects with what went wrong, and ends what still runs, after it has let go', async () => {
  const told: string[] = [];
  const watch = untilEnded(
    new AbortController().signal,
    (inner) => {
      aborted(inner).catch(() => told.push('ended'));
      return Promise.race([aborted(inner), Promise.reject(new TypeError('a bug'))]);
    },
    () => told.push('released'),
  );
  await expect(watch).rejects.toThrow('a bug');
  expect(told).toEqual(['released', 'ended']);
});

it('ends what still runs also when the watch is over by itself', async () => {
  let inner: AbortSignal | undefined;
  const watch = async (signal: AbortSignal) => {
    inner = signal;
  };
  await untilEnded(new AbortController().signal, watch, () => {});
  expect(inner?.aborted).toBe(true);
});
