import { expect, it } from 'vitest';
import { asRow, asRows, isRow, sizeFrom, textOf } from './json.ts';

it.each([[null], ['text'], [7], [undefined], [[]], [[{}]]])('takes %j for no object', (value) => {
  expect(() => asRow(value, 'host1')).toThrow(
    expect.objectContaining({ code: 'host.protocol', message: 'host1: the server sent no object' }),
  );
});

it.each([[null], ['text'], [{}], [[{}, 7]], [[[]]]])('takes %j for no list of objects', (value) => {
  expect(() => asRows(value, 'host1')).toThrow(
    expect.objectContaining({ code: 'host.protocol', message: 'host1: the server sent no list of objects' }),
  );
});

it('takes objects and lists of them as they are', () => {
  expect(asRow({ a: 1 }, 'host1')).toEqual({ a: 1 });
  expect(asRows([], 'host1')).toEqual([]);
  expect(asRows([{ a: 1 }], 'host1')).toEqual([{ a: 1 }]);
});

it.each<[unknown, string | undefined]>([
  ['web1', 'web1'],
  ['  ', '  '],
  ['', undefined],
  [0, '0'],
  [0.6, '0.6'],
  [true, undefined],
  [null, undefined],
  [{}, undefined],
])('reads %j as the text %j', (value, text) => expect(textOf({ key: value }, 'key')).toBe(text));

it('tells objects from all else', () => {
  expect([{}, [], null, 'x', 7].map(isRow)).toEqual([true, false, false, false, false]);
});

it.each<[number | undefined, number, number | undefined]>([
  [12, 1, 12],
  [0, 1024, 0],
  [0.6, 1, 1],
  [1.5, 1024, 1536],
  [-1, 1, undefined],
  [1e300, 1, undefined],
  [Number.NaN, 1, undefined],
  [undefined, 1024, undefined],
])('takes %j units of %d for %j bytes', (count, unit, size) => expect(sizeFrom(count, unit)).toBe(size));
