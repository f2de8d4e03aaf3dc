import { expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { createCloudTime } from './cloud-time.ts';
import { readServer } from './servers.ts';

const CLOUD = Date.UTC(2031, 5, 1);
const stamped = (...seconds: readonly number[]) =>
  seconds.map((second) =>
    readServer({ id: 'a', status: 'ACTIVE', updated: new Date(CLOUD + second * 1000).toISOString() }),
  );

it('asks from a minute before the newest change on, by the clock of the cloud', () => {
  const time = createCloudTime(createTestClock());
  expect(time.since()).toBeUndefined();
  time.note(stamped(5, 90, 30));
  expect(time.since()).toBe(CLOUD + 30_000);
});

it('goes on when nothing happens, so that old changes do not come for ever', async () => {
  const clock = createTestClock();
  const time = createCloudTime(clock);
  time.note(stamped(0));
  await clock.pass(120_000);
  time.note(stamped(0));
  expect(time.since()).toBe(CLOUD + 60_000);
});

it('is not set back by a machine whose clock is late, and follows one that is ahead', async () => {
  const time = createCloudTime(createTestClock());
  time.note(stamped(100));
  time.note(stamped(40));
  expect(time.since()).toBe(CLOUD + 40_000);
  time.note(stamped(500));
  expect(time.since()).toBe(CLOUD + 440_000);
});

it('does not follow one that is years ahead, where the API says what time it is', async () => {
  const clock = createTestClock();
  const time = createCloudTime(clock);
  time.noteNow(CLOUD);
  time.note(stamped(-300, 30_000_000));
  await clock.pass(10_000);
  expect(time.since()).toBe(CLOUD - 50_000);
});

it('believes stamps where the API itself is ahead of those who stamp', () => {
  const time = createCloudTime(createTestClock());
  time.noteNow(CLOUD + 3_600_000);
  time.note(stamped(100));
  expect(time.since()).toBe(CLOUD + 40_000);
});
