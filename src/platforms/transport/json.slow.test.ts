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

  it.each([
    ['it is no JSON', '<html>'],
    ['it broke off half-way', `[${long}1`],
    ['it broke off half-way', '{"a": "b'],
    ['it is no JSON', `[${long}]`],
    ['it is no JSON', `[${long} ,1]`],
    ['a value is missing', `[[${long}1],]`],
    ['a value is missing', `[,[${long}1]]`],
    ['a comma is missing', `{"a": [${long}1] "b": 2}`],
    ['a comma is missing', `[1 [${long}1]]`],
    ['a key is missing', `{[${long}1]}`],
    ['a key is missing', `{"a" [${long}1]}`],
    ['a key is missing', `{5: [${long}1]}`],
    ['its brackets do not match', `[${long}{]}`],
    ['its brackets do not match', '[}'],
    ['its brackets do not match', ']'],
    ['it is more than one value', `[${long}1] [2]`],
    ['it is more than one value', `2 [${long}1]`],
    ['it is more than one value', `[${long}1] [${long}1]`],
    ['it is nested deeper than 64', '['.repeat(65)],
  ])('says that %s', async (why, text) => {
    await expect(read(text)).rejects.toMatchObject({ name: 'JsonError', message: why });
  });

  it('takes what is just within its limits', async () => {
    expect(await read(`${'['.repeat(64)}${']'.repeat(64)}`)).toBeInstanceOf(Array);
    const keys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"${i}":0`).join()}}`;
    expect(Object.keys((await read(keys(10_000))) as object)).toHaveLength(10_000);
    await expect(read(keys(10_001))).rejects.toThrow('it holds an object with more than 10000 keys');
    expect(await read(`[${'0,'.repeat(10_001)}0]`)).toHaveLength(10_002);
    // The list itself is one of them.
    expect(await read(`[${'0,'.repeat(999_998)}0]`)).toHaveLength(999_999);
    await expect(read(`[${'0,'.repeat(999_999)}0]`)).rejects.toThrow('it holds more than 1000000 values');
  });

  it('stops in the middle of one long text as well', async () => {
    const reading = readJson(Buffer.from(`"${'x'.repeat(4_000_000)}"`), AbortSignal.abort(new Error('enough')));
    await expect(reading).rejects.toThrow('enough');
  });

  it('stops when the signal is aborted', async () => {
    const controller = new AbortController();
    const reading = readJson(Buffer.from(`[${'{"a":1},'.repeat(200_000)}0]`), controller.signal);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
