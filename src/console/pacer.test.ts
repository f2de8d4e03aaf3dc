import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createPacer } from './pacer.ts';

it('what is asked for often is done at once, then not too often, and once at last', async () => {
  const clock = createTestClock();
  const calls: number[] = [];
  const call = createPacer(clock, 30, () => void calls.push(clock.ticks()));
  call();
  call();
  call();
  await clock.pass(29);
  expect(calls).toEqual([0]);
  await clock.pass(100);
  expect(calls).toEqual([0, 30]);
  call();
  expect(calls).toEqual([0, 30, 129]);
});
