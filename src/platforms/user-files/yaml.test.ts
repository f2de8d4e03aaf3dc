import { describe, expect, it } from 'vitest';
import { isMapping, mappingIn, type Value, wordIn } from './value.ts';
import { readYaml } from './yaml.ts';

const plain = (value: Value): unknown => {
  if (isMapping(value)) return Object.fromEntries([...value].map(([key, one]) => [key, plain(one)]));
  return Array.isArray(value) ? value.map((one: Value) => plain(one)) : value;
};
const read = async (text: string): Promise<unknown> => plain(await readYaml('f', text));

describe('YAML is read as PyYAML does it', () => {
  it.each<[string, unknown]>([
    ['', null],
    ['# a note', null],
    ['word', 'word'],
    ['- a\n- [b, "c"]', ['a', ['b', 'c']]],
    ['a: 0123\nb: 12e03\nc: 2001-01-01', { a: '0123', b: '12e03', c: '2001-01-01' }],
    ['[~, null, Null, NULL, "null", nULL]', [null, null, null, null, 'null', 'nULL']],
    ['a:\nb: ""', { a: null, b: '' }],
    ['a: !!str null\nb: ! null\nc: !!int 3', { a: 'null', b: 'null', c: '3' }],
    ['a: yes\nb: no', { a: 'yes', b: 'no' }],
    ['verify: yes', { verify: true }],
    ['insecure: off', { insecure: false }],
    ['verify: maybe', { verify: 'maybe' }],
    ['verify: "no"', { verify: 'no' }],
    ['verify: [yes, No]', { verify: [true, false] }],
    ['verify: {a: yes}', { verify: { a: 'yes' } }],
    ['verify: !!bool "yes"', { verify: true }],
    ['verify: !!str yes', { verify: 'yes' }],
    ['verify: ! yes', { verify: 'yes' }],
    ['verify: !!bool', { verify: null }],
    ['a: 1\na: 2', { a: '2' }],
    ['1: x\n~: y\n"q k": z', { '1': 'x', null: 'y', 'q k': 'z' }],
    ['a: |\n  x\n', { a: 'x\n' }],
    ['a: |\n  x', { a: 'x' }],
    ['a: >-\n  x', { a: 'x' }],
    ['a: |\n  x\nb: 1', { a: 'x\n', b: '1' }],
    ['a: "x\n', undefined],
    ['a: &x 1\nb: *x', { a: '1', b: '1' }],
    ['a: &x 1\nb: &x 2\nc: *x', { a: '1', b: '2', c: '2' }],
    ['a: &x ~\nb: *x', { a: null, b: null }],
    ['a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}', { a: { b: '1', c: '2' }, d: { b: '1', c: '3' } }],
    ['a: &x {b: 1, c: 2}\nd: {c: 3, <<: *x}', { a: { b: '1', c: '2' }, d: { b: '1', c: '3' } }],
    ['{<<: [{a: 1}, {a: 2, b: 3}]}', { a: '1', b: '3' }],
    ['{<<: {a: 1}, <<: {a: 2}}', { a: '2' }],
    ['"<<": 1', { '<<': '1' }],
    ['__proto__: 1', JSON.parse('{"__proto__": "1"}')],
  ])('%j', async (text, value) => {
    if (value === undefined) await expect(read(text)).rejects.toMatchObject({ code: 'config.invalid' });
    else expect(await read(text)).toEqual(value);
  });

  it.each(['yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'])('takes %s for true', async (word) =>
    expect(await read(`insecure: ${word}`)).toEqual({ insecure: true }),
  );
  it.each(['no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'])('takes %s for false', async (word) =>
    expect(await read(`verify: ${word}`)).toEqual({ verify: false }),
  );

  it.each([
    ['a: 1\nb: !foo x', 'f:2:1: this tag (!) is not known'],
    ['a: 1\n---\nb: 2', 'f:3:1: there must be one document, not several divided by ---'],
    ['a: *x', 'f:1:1: this alias (*) has no anchor (&) that ends before it'],
    ['\na: &x [*x]', 'f:2:1: this alias (*) has no anchor (&) that ends before it'],
    ['a: &x 1\nb: &x [*x]', 'f:2:1: this alias (*) has no anchor (&) that ends before it'],
    ['? [a]\n: b', 'f:1:1: a key must be a word'],
    ['? {a: b}\n: c', 'f:1:1: a key must be a word'],
    ['a: {<<: 1}', 'f:1:1: only mappings can be merged (<<)'],
    ['a: {<<: [{b: c}, d]}', 'f:1:1: only mappings can be merged (<<)'],
    ['a: "secret', 'f:1:11: Missing closing "quote'],
    ['a: b\n- secret', /^f:\d+:\d+: [^\n]*$/],
  ])('refuses %j and names the place, not what stands there', async (text, message) => {
    const error = await readYaml('f', text).catch((failed: unknown) => failed as Error);
    expect(error).toMatchObject({ code: 'config.invalid' });
    if (typeof message === 'string') expect((error as Error).message).toBe(message);
    else expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toContain('secret');
  });

  it.each([
    ['[', ']', 101],
    ['{a: ', '}', 100],
  ])('takes %s so deep and no deeper', async (open, close, most) => {
    const nested = (depth: number) => `${open.repeat(depth)}${close.repeat(depth)}`;
    await readYaml('f', nested(most));
    await expect(readYaml('f', nested(most + 1))).rejects.toThrow('f:1:1: it is nested too deep');
  });

  it('takes 100,000 entries, with those that are merged in', async () => {
    // Of the base, 368 times the base, the list, and two of the whole.
    const base = Array.from({ length: 270 }, (_, i) => `k${i}: v`).join(', ');
    const text = `a: &a {${base}}\nb: [${Array(368).fill('{<<: *a}').join(', ')}]\n`;
    await readYaml('f', text);
    await expect(readYaml('f', `${text}c: d\n`)).rejects.toThrow('its aliases unfold to too much');
  });
});

describe('a mapping', () => {
  const values = new Map<string, Value>([
    ['word', 'x'],
    ['empty', ''],
    ['yes', true],
    ['nothing', null],
    ['list', ['x']],
    ['below', new Map([['a', 'b']])],
  ]);
  it('has words', () => {
    expect(['word', 'empty', 'yes', 'nothing', 'list', 'below', 'none'].map((key) => wordIn(values, key))).toEqual([
      'x',
      ...Array(6).fill(undefined),
    ]);
  });
  it('has mappings below it, empty where there is none', () => {
    expect(mappingIn(values, 'below')).toEqual(new Map([['a', 'b']]));
    for (const key of ['word', 'list', 'none']) expect(mappingIn(values, key)).toEqual(new Map());
  });
});
