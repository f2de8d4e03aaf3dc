import { expect, it } from 'vitest';
import { duration, lastHeard } from '../../src/screens/time.ts';

const at = (hours: number, day = 1) => new Date(2026, 0, day, hours).getTime();

it('tells the time of day of what was heard today, and the date of what is older, as after a start from the cache', () => {
  expect(lastHeard(at(9), at(12))).toBe('09:00:00');
  expect(lastHeard(at(9, 1), at(9, 4))).toBe('2026-01-01 09:00');
});

it('never tells a length below nothing', () => {
  expect(duration(-3_600_000)).toBe('0 ms');
  expect(duration(90_000)).toBe('90 s');
});
