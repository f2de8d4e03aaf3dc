import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { watchFile } from './watch-file.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-watch-'));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

it('looks by itself, every five seconds, where there is no directory to watch yet', () => {
  const waiting: { readonly ms: number; readonly call: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    after(ms, call) {
      const one = { ms, call };
      waiting.push(one);
      return () => void waiting.splice(waiting.indexOf(one) >>> 0, 1);
    },
  };
  let looked = 0;
  const stop = watchFile(join(directory, 'not/yet/config.yaml'), clock, () => looked++);
  for (let i = 0; i < 3; i++) {
    expect(waiting.map(({ ms }) => ms)).toEqual([5_000]);
    waiting.shift()?.call();
  }
  expect(looked).toBe(3);
  stop();
  expect(waiting).toEqual([]);
});
