import { describe, expect, it } from 'vitest';
import { readJson } from './json.ts';

const read = (text: string): Promise<unknown> => readJson(Buffer.from(text));
const rows = Array.from({ length: 5_000 }, (_, i) => ({
  id: `qemu/${i}`,
  name: `a "${i}" \\ ü, [x] {y}`,
  tags: [i, [], {}],
}));

describe('reading JSON', () => {
  it.each<[string, unknown]>([
    ['a list', rows],
    ['an envelope', { data: rows, total: rows.length, more: null }],
    ['large lists side by side and small ones between', { a: 1, b: rows, c: [2], d: rows, e: { f: rows, g: 'x' } }],
    ['an object with many keys', Object.fromEntries(rows.map(({ id, name }) => [id, name]))],
    ['a list of large lists', [1, rows, 2, 3, rows]],
    ['a long text', { text: 'x,[{"'.repeat(20_000) }],
    ['a number', 17],
    ['nothing much', {}],
    ['a list of blanks', []],
  ])('reads %s as JSON.parse does', async (_what, value) => {
    expect(await read(JSON.stringify(value))).toEqual(value);
    expect(await read(` ${JSON.stringify(value, undefined, 1)}\n`)).toEqual(value);
  });

  it('takes a key by the name of __proto__ for a key', async () => {
    const read1 = (await read(`{"__proto__": {"x": "${'y'.repeat(20_000)}"}, "a": 1}`)) as object;
    expect(Object.keys(read1)).toEqual(['__proto__', 'a']);
    expect('x' in read1).toBe(false);
  });

  const long = '1,'.repeat(20_000);
  it.each([
    ['nothing', ''],
    ['a page', '<html>'],
    ['half a list', `[${long}1`],
    ['half a text', '{"a": "b'],
    ['a comma too many', `[${long}]`],
    ['a comma too many behind a large list', `{"a": [${long}1],}`],
    ['a comma too few', `[${long}1 2]`],
    ['a comma too few behind a large list', `{"a": [${long}1] "b": 2}`],
    ['a value before a large list', `[1 [${long}1]]`],
    ['a key too few', `{[${long}1]}`],
    ['a key that is none', `{5: [${long}1]}`],
    ['brackets that cross', `[${long}{]}`],
    ['two values', `[${long}1] [2]`],
    ['two large values', `[${long}1] [${long}1]`],
    ['text behind it', `[${long}1] x`],
    ['an abyss', '['.repeat(1_000_000)],
    ['an abyss that ends', `${'['.repeat(65)}${']'.repeat(65)}`],
    ['too many keys', `{${Array.from({ length: 10_001 }, (_, i) => `"${i}":0`).join()}}`],
    ['too many values', `[${'0,'.repeat(1_000_000)}0]`],
  ])('refuses %s', async (_what, text) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'JsonError' });
  });

  it('stops when the signal is aborted', async () => {
    const controller = new AbortController();
    const reading = readJson(Buffer.from(`[${'{"a":1},'.repeat(200_000)}0]`), controller.signal);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
