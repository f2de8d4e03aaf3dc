import { expect, it } from 'vitest';
import { textOf } from '../lib/json.ts';
import { bytesOf, flagOf, numberOf, sizeOf } from './json.ts';

it.each<[unknown, string | undefined, number | undefined, boolean, number]>([
  ['web1', 'web1', undefined, false, 0],
  ['', undefined, undefined, false, 0],
  ['  ', '  ', undefined, false, 0],
  ['12', '12', 12, false, 12],
  [12, '12', 12, false, 12],
  [0.6, '0.6', 0.6, false, 1],
  [1, '1', 1, true, 1],
  ['1', '1', 1, true, 1],
  [0, '0', 0, false, 0],
  [true, undefined, undefined, true, 0],
  [false, undefined, undefined, false, 0],
  [-5, '-5', -5, false, 0],
  [1e300, '1e+300', 1e300, false, 0],
  ['Infinity', 'Infinity', undefined, false, 0],
  [null, undefined, undefined, false, 0],
  [{}, undefined, undefined, false, 0],
])('reads %j as a text, a number, a flag and a size', (value, text, number, flag, size) => {
  const row = { key: value };
  expect([textOf(row, 'key'), numberOf(row, 'key'), flagOf(row, 'key'), bytesOf(row, 'key')]).toEqual([
    text,
    number,
    flag,
    size,
  ]);
});

it.each([
  ['12', 12],
  [0, 0],
  [-5, undefined],
  [1e300, undefined],
  [null, undefined],
])('reads %j as a size that may be unknown', (value, size) => expect(sizeOf({ key: value }, 'key')).toBe(size));
