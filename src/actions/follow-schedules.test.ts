import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createSchedules } from '../state/schedules/schedules.ts';
import { followSchedules } from './follow-schedules.ts';

it('F-220 begins what is due as long as drover is open, and nothing where the list can not be read', async () => {
  const clock = createTestClock();
  const found: (boolean | Error)[] = [false, new Error('it is damaged'), true, false, true];
  const isDue = async () => {
    const next = found.shift();
    if (next instanceof Error) throw next;
    return next ?? false;
  };
  let started = 0;
  const stop = followSchedules({ schedules: { ...createSchedules('/nowhere', clock), isDue }, clock }, () => started++);
  await clock.pass(60_000);
  expect(started).toBe(1);
  await clock.pass(30_000);
  stop();
  await clock.pass(60_000);
  expect(started).toBe(1);
});
