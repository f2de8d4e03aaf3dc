import { expect, it } from 'vitest';
import { parseInterval } from './interval.ts';
import { locate, plainOf } from './located.ts';
import { openYaml } from './yaml-file.ts';

const plain = async (text: string) => plainOf((await openYaml('config.yaml', text)).tree);

it.each([
  ['a: ~', { a: null }],
  ['a: null', { a: null }],
  ['a:', { a: null }],
  ['a: "~"', { a: '~' }],
  ["a: 'null'", { a: 'null' }],
  ['a: ""', { a: '' }],
  ['a: |\n  7\n', { a: '7\n' }],
  ['a: true', { a: true }],
  ['a: false', { a: false }],
  ['a: "true"', { a: 'true' }],
  ['a: yes', { a: 'yes' }],
  ['a: 0', { a: 0 }],
  ['a: -12.50', { a: -12.5 }],
  ['a: "12"', { a: '12' }],
  ['a: 012', { a: '012' }],
  ['a: 1e3', { a: '1e3' }],
  ['a: 1.', { a: '1.' }],
  ['a: [1, b, ~, { c: false }]', { a: [1, 'b', null, { c: false }] }],
  ['a: &x { b: 1 }\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
])('a program reads %j as YAML means it, and no more', async (text, value) => expect(await plain(text)).toEqual(value));

it('is nothing where a path ends before', async () => {
  const { tree } = await openYaml('config.yaml', 'a: { b: 1 }');
  expect(locate(tree, ['a', 'b'])).toMatchObject({ text: '1', at: { line: 1, column: 9 } });
  for (const path of [['a', 'c'], ['a', 'b', 'c'], ['b']]) expect(locate(tree, path)).toBeUndefined();
  expect(plainOf(undefined)).toBeNull();
});

it.each([
  ['2s', 2_000],
  ['2', 2_000],
  [' 500 ms ', 500],
  ['1.5m', 90_000],
  ['2m', 120_000],
  ['0.1', 100],
  ['99ms', 100],
  ['101ms', 101],
  ['60m', 3_600_000],
  ['61m', 3_600_000],
  ['5h', undefined],
  ['', undefined],
  ['s', undefined],
  ['1.', undefined],
])('samples every %j come every %s ms', (text, ms) => expect(parseInterval(text)).toBe(ms));
