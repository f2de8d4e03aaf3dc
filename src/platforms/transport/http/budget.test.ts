import { expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { createBudget } from './budget.ts';

const { signal } = new AbortController();

it('lets so many requests be under way, and the next when one is answered', async () => {
  const budget = createBudget({ inFlight: 2, perSecond: 100 }, createTestClock());
  const leave = await budget.enter(signal);
  await budget.enter(signal);
  let third = false;
  const waiting = budget.enter(signal).then(() => {
    third = true;
  });
  await new Promise(setImmediate);
  expect(third).toBe(false);
  leave();
  await waiting;
});

it('lets so many requests begin in a second, whichever of them are answered', async () => {
  const clock = createTestClock();
  const budget = createBudget({ inFlight: 100, perSecond: 4 }, clock);
  let begun = 0;
  for (let i = 0; i < 10; i++) void budget.enter(signal).then(() => begun++);
  await clock.pass(0);
  expect(begun).toBe(4);
  await clock.pass(1000);
  expect(begun).toBe(8);
  await clock.pass(1000);
  expect(begun).toBe(10);
});

it('gives the place back of a caller that gives up while waiting', async () => {
  const clock = createTestClock();
  const budget = createBudget({ inFlight: 1, perSecond: 1 }, clock);
  (await budget.enter(signal))();
  const controller = new AbortController();
  const impatient = budget.enter(controller.signal);
  controller.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  const next = budget.enter(signal);
  await clock.pass(1000);
  (await next)();
});
