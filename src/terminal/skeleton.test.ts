import { expect, it } from 'vitest';
import { skeleton } from './skeleton.ts';

it.each([
  [80, 24, '\x1b[1mdrover\x1b[m\x1b[24H\x1b[2mopening...\x1b[m'],
  [21, 2, '\x1b[1mdrover\x1b[m\x1b[2H\x1b[2mopening...\x1b[m'],
  [20, 24, '\x1b[1mdrover\x1b[m'],
  [80, 1, '\x1b[1mdrover\x1b[m'],
])('of %d columns and %d rows has room for %j', (columns, rows, picture) => {
  expect(skeleton({ columns, rows })).toBe(picture);
});
