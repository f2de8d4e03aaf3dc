import { expect, it } from 'vitest';
import { asRow, asRows, bytesOf, flagOf, numberOf, textOf } from './json.ts';

it.each([[null], ['text'], [7], [undefined], [[]], [[{}]]])('takes %j for no object', (value) => {
  expect(() => asRow(value, 'pve1')).toThrow(
    expect.objectContaining({ code: 'host.protocol', message: 'pve1: the server sent no object' }),
  );
});

it.each([[null], ['text'], [{}], [[{}, 7]], [[[]]]])('takes %j for no list of objects', (value) => {
  expect(() => asRows(value, 'pve1')).toThrow(
    expect.objectContaining({ code: 'host.protocol', message: 'pve1: the server sent no list of objects' }),
  );
});

it('takes objects and lists of them as they are', () => {
  expect(asRow({ a: 1 }, 'pve1')).toEqual({ a: 1 });
  expect(asRows([], 'pve1')).toEqual([]);
  expect(asRows([{ a: 1 }], 'pve1')).toEqual([{ a: 1 }]);
});

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
