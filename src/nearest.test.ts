import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

it.each([
  ['hots', 'host'],
  ['pasword', 'password'],
  ['MEMORY', 'memory'],
  ['xyz', undefined],
  ['h', undefined],
  ['x'.repeat(10_000), undefined],
])('takes %s for %s', (typed, meant) => {
  expect(nearest(typed, ['host', 'password', 'memory'])).toBe(meant);
});
