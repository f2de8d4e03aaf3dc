import { expect, it } from 'vitest';
import { formatAge } from './units.ts';

it.each([
  [Number.NaN, '-'],
  [0, '0s'],
  [59.9, '59s'],
  [60, '1m'],
  [3_599, '59m'],
  [3_600, '1h0m'],
  [86_399, '23h59m'],
  [86_400, '1d0h'],
  [100 * 86_400 - 1, '99d23h'],
  [100 * 86_400, '100d'],
  [4_000 * 86_400, '4000d'],
])('tells %d seconds as %s, in seven columns at most', (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
  expect(text.length).toBeLessThanOrEqual(7);
});
