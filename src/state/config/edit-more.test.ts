import { describe, expect, it } from 'vitest';
import { endpointName, nodeId } from '../../ids.ts';
import type { EndpointField } from '../../platforms/contract.ts';
import { applyChange } from './apply.ts';
import type { ConfigChange } from './change.ts';
import { allFieldsOf } from './common-fields.ts';
import { interpret } from './interpret.ts';
import { spellProblem } from './problem.ts';
import { poolNameComplaint } from './read-pools.ts';
import { openYaml } from './yaml-file.ts';

const lab: readonly EndpointField[] = [
  { key: 'host', label: 'Host', help: 'Its address.', kind: 'text', required: true, fixed: true },
  { key: 'user', label: 'User', help: 'Who logs in.', kind: 'text' },
  { key: 'port', label: 'Port', help: 'Its port.', kind: 'count', min: 1, max: 65_535 },
  { key: 'fast', label: 'Fast', help: 'Or not.', kind: 'flag' },
];
const platforms = new Map([['lab', lab]]);
const h1 = endpointName('h1');
const h2 = endpointName('h2');
const ONE = 'endpoints:\n  h1: { platform: lab, host: a }\n';

async function edited(text: string, ...changes: readonly ConfigChange[]): Promise<string> {
  const yaml = await openYaml('config.yaml', text);
  for (const change of changes) applyChange(yaml.draft, change, platforms);
  return yaml.print();
}
const refused = (text: string, change: ConfigChange) =>
  edited(text, change).then(
    () => 'taken',
    (error) => [error.code, error.message, ...(error.fix === undefined ? [] : [error.fix])],
  );

describe('what the defaults of the file say', () => {
  const DEFAULTS = 'defaults: { user: root, enabled: false }\n';
  const read = async (text: string) =>
    interpret('config.yaml', (await openYaml('config.yaml', text)).tree, platforms).config.endpoints.get(h1);

  it('does not come back into a field that was emptied', async () => {
    for (const user of ['', undefined]) {
      const text = await edited(`${DEFAULTS}${ONE}`, { kind: 'endpoint-edit', name: h1, values: { user } });
      expect(text).toContain('host: a, user: "" }');
      expect((await read(text))?.values).toEqual({ host: 'a' });
    }
    expect(await edited(ONE, { kind: 'endpoint-edit', name: h1, values: { user: '' } })).toBe(ONE);
  });

  it('does not keep an endpoint off that is enabled', async () => {
    const text = await edited(`${DEFAULTS}${ONE}`, { kind: 'endpoint-enable', name: h1, enabled: true });
    expect((await read(text))?.enabled).toBe(true);
  });
});

describe('a change that is refused says why and what to do', () => {
  it.each<[ConfigChange, readonly string[]]>([
    [
      { kind: 'endpoint-add', name: 'h1', platform: 'lab', values: {} },
      ['config.invalid', 'there is an endpoint h1 already', 'choose another name'],
    ],
    [
      { kind: 'endpoint-edit', name: h1, values: { host: 'b' } },
      ['config.invalid', "h1: Host can't be changed, since ids hang on it", 'remove the endpoint and add it again'],
    ],
    [{ kind: 'endpoint-edit', name: h1, values: { port: 'x' } }, ['config.invalid', 'h1: Port must be a whole number']],
    [
      { kind: 'endpoint-edit', name: h2, values: {} },
      ['endpoint.not-found', 'there is no endpoint h2 (did you mean h1?)'],
    ],
    [
      { kind: 'endpoint-enable', name: h2, enabled: true },
      ['endpoint.not-found', 'there is no endpoint h2 (did you mean h1?)'],
    ],
    [{ kind: 'pool-add', name: 'A' }, ['config.invalid', 'there is a pool A already', 'choose another name']],
    [{ kind: 'pool-add', name: 'C', in: 'D' }, ['pool.not-found', 'there is no pool D (did you mean A?)']],
    [{ kind: 'pool-rename', name: 'Z', to: 'Y' }, ['pool.not-found', 'there is no pool Z (did you mean A?)']],
    [
      { kind: 'pool-rename', name: 'A', to: 'B' },
      ['config.invalid', 'there is a pool B already', 'choose another name'],
    ],
    [{ kind: 'pool-remove', name: 'Z' }, ['pool.not-found', 'there is no pool Z (did you mean A?)']],
    [{ kind: 'pool-read-only', name: 'Z', readOnly: true }, ['pool.not-found', 'there is no pool Z (did you mean A?)']],
    [{ kind: 'pool-nest', name: 'Z', in: undefined }, ['pool.not-found', 'there is no pool Z (did you mean A?)']],
    [{ kind: 'pool-nest', name: 'A', in: 'A' }, ['config.invalid', "pool A can't be inside itself"]],
    [{ kind: 'pool-defaults' }, ['config.invalid', 'there are pools already']],
    [{ kind: 'node-move', node: 'a b' as typeof h1, to: 'A' }, ['config.invalid', '"a b" is no node']],
    [{ kind: 'node-move', node: h2, to: 'A' }, ['endpoint.not-found', 'there is no endpoint h2']],
    [{ kind: 'node-move', node: nodeId(h2, 'x'), to: 'A' }, ['endpoint.not-found', 'there is no endpoint h2']],
    [
      { kind: 'node-move', node: nodeId(h1, 'x'), to: undefined },
      ['op.refused', 'h1/x is in pool A with all of h1', 'move h1, or move h1/x to another pool'],
    ],
    [{ kind: 'set', path: ['endpoints', 'h1'], value: 'x' }, ['config.invalid', 'endpoints have changes of their own']],
    [{ kind: 'set', path: ['pools'], value: undefined }, ['config.invalid', 'pools have changes of their own']],
  ])('%j', async (change, said) => {
    expect(await refused(`${ONE}pools:\n  A: { nodes: [ h1 ] }\n  B: {}\n`, change)).toEqual(said);
  });
});

describe('a change of the configuration', () => {
  it('of an endpoint takes out what is emptied, and writes flags and numbers as YAML has them', async () => {
    const start = ONE.replace('host: a', 'host: a, user: root, port: 1');
    const values = { user: '', port: undefined, fast: 'yes', 'read-only': false, every: '2s' };
    expect(await edited(start, { kind: 'endpoint-edit', name: h1, values })).toBe(
      ONE.replace('host: a', 'host: a, fast: true, read-only: false, every: 2s'),
    );
  });

  it('takes an endpoint out of every pool, with its nodes', async () => {
    const start = `${ONE}  h10: { platform: lab, host: b }\npools:\n  A: { nodes: [ h1, h1/x, h10, h10/y ] }\n  B: { nodes: [ h1/z ] }\n`;
    expect(await edited(start, { kind: 'endpoint-remove', name: h1 })).toBe(
      'endpoints:\n  h10: { platform: lab, host: b }\npools:\n  A: { nodes: [ h10, h10/y ] }\n  B: { nodes: [] }\n',
    );
  });

  it('moves an endpoint with the nodes that were named, but for those of others', async () => {
    const start = `${ONE}  h10: { platform: lab, host: b }\npools:\n  A: { nodes: [ h1/x, h10/x ] }\n  B: {}\n`;
    expect(await edited(start, { kind: 'node-move', node: h1, to: 'B' })).toContain(
      '  A: { nodes: [ h10/x ] }\n  B:\n    nodes: [ h1 ]\n',
    );
    const one = `${ONE}pools:\n  A: { nodes: [ h1/x, h1/y ] }\n  B: {}\n`;
    expect(await edited(one, { kind: 'node-move', node: nodeId(h1, 'x'), to: 'B' })).toContain(
      'A: { nodes: [ h1/y ] }\n  B:\n    nodes: [ h1/x ]\n',
    );
    expect(await edited(one, { kind: 'node-move', node: nodeId(h1, 'x'), to: undefined })).toContain(
      'A: { nodes: [ h1/y ] }',
    );
  });

  it('moves a node whose own name has a slash', async () => {
    const node = nodeId(h1, 'dc/esx');
    const text = await edited(`${ONE}pools:\n  A: {}\n`, { kind: 'node-move', node, to: 'A' });
    expect(text).toContain('nodes: [ h1/dc/esx ]');
    expect(await edited(text, { kind: 'node-move', node, to: 'A' })).toBe(text);
  });

  it('of a pool: read-only and back, and a name that stays', async () => {
    const start = 'pools:\n  A:\n    in: B\n  B: {}\n';
    const set = await edited(start, { kind: 'pool-read-only', name: 'A', readOnly: true });
    expect(set).toBe('pools:\n  A:\n    in: B\n    read-only: true\n  B: {}\n');
    expect(await edited(set, { kind: 'pool-read-only', name: 'A', readOnly: false })).toBe(start);
    expect(await edited(start, { kind: 'pool-rename', name: 'A', to: 'A' })).toBe(start);
    expect(await edited(start, { kind: 'pool-rename', name: 'A', to: 'Z' })).toBe(start.replace('A:', 'Z:'));
  });

  it('leaves pools elsewhere where they are when one is removed or renamed', async () => {
    const start = 'pools:\n  A: {}\n  B:\n    in: A\n  C:\n    in: B\n  D: {}\n';
    expect(await edited(start, { kind: 'pool-remove', name: 'A' })).toBe('pools:\n  B: {}\n  C:\n    in: B\n  D: {}\n');
    expect(await edited(start, { kind: 'pool-rename', name: 'B', to: 'X' })).toBe(
      'pools:\n  A: {}\n  X:\n    in: A\n  C:\n    in: X\n  D: {}\n',
    );
  });

  it('writes words that YAML takes for something else between quotes, and keeps the quotes that a user wrote', async () => {
    const words = ['yes', 'off', '~', 'null', '0x1f', '1e3', '1_000', '.inf', '-.NaN', '+1', '.5', '12', ''];
    for (const value of words) {
      const text = await edited('keys: {}\n', { kind: 'set', path: ['keys', 'a'], value });
      expect(text).toBe(`keys:\n  a: "${value}"\n`);
    }
    for (const value of ['yes!', '1.2.3', 'x1', '0xg', 'e3', '5m']) {
      expect(await edited('', { kind: 'set', path: ['keys', 'a'], value })).toBe(`keys:\n  a: ${value}\n`);
    }
    const set = (start: string, value: string | boolean | number) =>
      edited(start, { kind: 'set', path: ['theme'], value });
    expect(await set("theme: 'dark'\n", 'light')).toBe("theme: 'light'\n");
    expect(await set("theme: 'dark'\n", 'on')).toBe('theme: "on"\n');
    expect(await set("theme: 'dark'\n", true)).toBe('theme: true\n');
    expect(await set('theme: dark\n', 7)).toBe('theme: 7\n');
    expect(await set('theme: |\n  dark\n', 'light')).toBe('theme: light\n');
    expect(await set('theme:\n', 'light')).toBe('theme: light\n');
    expect(await set('theme: null\n', 'light')).toBe('theme: light\n');
  });

  it.each<[string, ConfigChange]>([
    ['theme: [a]\n', { kind: 'set', path: ['theme'], value: 'x' }],
    ['keys: "~"\n', { kind: 'set', path: ['keys', 'a'], value: 'x' }],
    ['keys: text\n', { kind: 'set', path: ['keys', 'a'], value: 'x' }],
    ['x-a: &a dark\ntheme: *a\n', { kind: 'set', path: ['x-a'], value: 'x' }],
    ['x-a: &a dark\ntheme: *a\n', { kind: 'set', path: ['theme'], value: 'x' }],
  ])('of %j is left to be made by hand', async (text, change) => {
    expect(await refused(text, change)).toMatchObject(['config.invalid', expect.anything(), 'edit the file by hand']);
  });

  it('of a value with a name that nothing repeats is made', async () => {
    expect(await edited('theme: &mine dark\nx: &b c\ny: *b\n', { kind: 'set', path: ['theme'], value: 'x' })).toContain(
      'x',
    );
  });

  it('takes out what is not there without a word', async () => {
    expect(await edited('theme: dark\n', { kind: 'set', path: ['keys', 'a'], value: undefined })).toBe('theme: dark\n');
    expect(await edited('keys: text\n', { kind: 'set', path: ['keys', 'a'], value: undefined })).toBe('keys: text\n');
  });

  it('keeps how brackets, lists and blanks are written', async () => {
    const change = { kind: 'set', path: ['theme'], value: 'x' } as const;
    for (const text of [
      'a: {b: 1}\nc: [1, 2]\ntheme: x\n',
      'a: { b: 1 }\nc: [ 1, 2 ]\ntheme: x\n',
      'a:\n   b:\n      - c\ntheme: x\n',
      'a:\n    # of it\n    b:\n        c: 1\ntheme: x\n',
      'a:\n- b\ntheme: x\n',
      `a: ${'long '.repeat(40)}end\ntheme: x\n`,
    ])
      expect(await edited(text.replace('theme: x', 'theme: old'), change)).toBe(text);
  });
});

describe('pools in the file', () => {
  const told = async (text: string) => {
    const { tree } = await openYaml('config.yaml', ONE + text);
    const { config, problems } = interpret('config.yaml', tree, platforms);
    return { pools: [...config.pools.values()], told: problems.map((one) => `${one.severity} ${spellProblem(one)}`) };
  };
  const usual = { in: undefined, nodes: [], variables: {}, definitions: [], readOnly: false };

  it.each([
    ['pools: [A]\n', [], ['error config.yaml:3:8: pools must be names with settings below them']],
    ['pools: A\n', [], ['error config.yaml:3:8: pools must be names with settings below them']],
    ['pools:\n  A: x\n', [], ['error config.yaml:4:6: pool A: must be settings like "nodes:"']],
    ['pools:\n  A: [h1]\n', [], ['error config.yaml:4:6: pool A: must be settings like "nodes:"']],
    ['pools:\n  " A": {}\n', [], ['error config.yaml:4:3: the name of a pool must not start or end with a space']],
    [
      'pools:\n  A: { nodes: { h1: x } }\n',
      [{ name: 'A' }],
      ['error config.yaml:4:15: pool A: nodes must be a list like [host1, host2]'],
    ],
    [
      'pools:\n  A: { nodes: [[h1], "h 1", h1/, /x, h1] }\n',
      [{ name: 'A', nodes: ['h1'] }],
      [16, 22, 29, 34].map(
        (column) =>
          `error config.yaml:4:${column}: pool A: a node is the name of an endpoint, or endpoint/id of one node of it`,
      ),
    ],
    ['pools:\n  A: { nodes: [h1/a/b] }\n', [{ name: 'A', nodes: ['h1/a/b'] }], []],
    [
      'pools:\n  A: { nodes: [h1, h1] }\n',
      [{ name: 'A', nodes: ['h1'] }],
      ['error config.yaml:4:20: pool A: h1 is in it twice'],
    ],
    [
      'pools:\n  A: { nodes: [h2/x] }\n',
      [{ name: 'A', nodes: ['h2/x'] }],
      ['warning config.yaml:4:16: pool A: there is no endpoint h2 (did you mean h1?)'],
    ],
    [
      'pools:\n  A: { variables: x }\n',
      [{ name: 'A' }],
      ['error config.yaml:4:19: pool A: variables must be names with values'],
    ],
    [
      'pools:\n  A: { variables: [x] }\n',
      [{ name: 'A' }],
      ['error config.yaml:4:19: pool A: variables must be names with values'],
    ],
    [
      'pools:\n  A: { variables: { X: [1], Y: { z: 1 }, Z: , W: 1 } }\n',
      [{ name: 'A', variables: { Z: '', W: '1' } }],
      [
        'error config.yaml:4:24: pool A: variable "X" must be one value',
        'error config.yaml:4:32: pool A: variable "Y" must be one value',
      ],
    ],
    ['pools:\n  A: { nodes: , variables: , in: , read-only: }\n', [{ name: 'A' }], []],
    ['pools:\n  A: { in: "" }\n', [{ name: 'A' }], []],
    ['pools:\n  A: { read-only: no }\n', [{ name: 'A' }], []],
    ['pools:\n  A: { read-only: [yes] }\n', [{ name: 'A' }], []],
    ['pools:\n  A: { read-only: YES }\n', [{ name: 'A', readOnly: true }], []],
    [
      'pools:\n  A:\n    in: A\n',
      [{ name: 'A' }],
      ['error config.yaml:5:9: pool A: is inside itself, by way of pool A'],
    ],
    [
      'pools:\n  A: { in: B }\n  B: { in: C }\n  C: { in: B }\n',
      [{ name: 'A', in: 'B' }, { name: 'B' }, { name: 'C', in: 'B' }],
      ['error config.yaml:5:12: pool B: is inside itself, by way of pool C'],
    ],
  ])('%j', async (text, pools, sentences) => {
    expect(await told(text)).toEqual({ pools: pools.map((pool) => ({ ...usual, ...pool })), told: sentences });
  });

  it('say what to do about a node that is in two', async () => {
    const { tree } = await openYaml('config.yaml', `${ONE}pools:\n  A: { nodes: [h1] }\n  B: { nodes: [h1] }\n`);
    expect(interpret('config.yaml', tree, platforms).problems[0]?.fix).toBe(
      'a node is in exactly one pool: take it out of the other',
    );
  });

  it.each([
    ['x'.repeat(100), undefined],
    ['x'.repeat(101), 'the name of a pool has 100 characters at most'],
    ['a ', 'the name of a pool must not start or end with a space'],
    ['\t', 'a pool needs a name'],
    ['a\u202eb', 'the name of a pool must not contain control characters or direction marks'],
    ['a\u0085b', 'the name of a pool must not contain control characters or direction marks'],
  ])('have names: %j', (name, complaint) => expect(poolNameComplaint(name)).toBe(complaint));
});

describe('endpoints in the file', () => {
  const read = async (text: string) => {
    const { tree } = await openYaml('config.yaml', text);
    return interpret('config.yaml', tree, platforms);
  };

  it('are there with their trouble when they are no settings at all', async () => {
    for (const value of ['lab', '[lab]']) {
      const { config, problems } = await read(`endpoints:\n  h1: ${value}\n`);
      expect([...config.endpoints.values()]).toEqual([
        {
          name: 'h1',
          platform: '',
          enabled: true,
          readOnly: false,
          everyMs: undefined,
          filter: undefined,
          values: {},
          trouble: problems[0],
        },
      ]);
      expect(problems[0]).toMatchObject({ severity: 'error', endpoint: 'h1' });
    }
  });

  it.each([
    ['h1:', 'config.yaml:2:3: h1: platform is needed: one of lab', undefined],
    ['h1: { platform: }', 'config.yaml:2:9: h1: platform is needed: one of lab', undefined],
    ['h1: { platform: [lab] }', 'config.yaml:2:9: h1: platform is needed: one of lab', undefined],
    [
      'h1: { host: a, platfrom: lab }',
      'config.yaml:2:18: h1: unknown key "platfrom" (did you mean platform?)',
      undefined,
    ],
    [
      'h1: { platform: bal }',
      'config.yaml:2:19: h1: unknown platform "bal"',
      'drover platform list shows what there is',
    ],
    [
      'h1: { platform: lab, host: a, platfrm: x }',
      'config.yaml:2:33: h1: unknown key "platfrm" (did you mean platform?)',
      undefined,
    ],
    [
      'h1: { platform: lab, host: a, port: { a: b } }',
      'config.yaml:2:39: h1: Port must be one value, not a list or a group',
      undefined,
    ],
  ])('%s: %s', async (text, sentence, fix) => {
    const { problems, config } = await read(`endpoints:\n  ${text}\n`);
    expect(problems.map(spellProblem)).toEqual([sentence]);
    expect([problems[0]?.fix, problems[0]?.endpoint]).toEqual([fix, 'h1']);
    expect('fix' in (problems[0] ?? {})).toBe(fix !== undefined);
    expect(config.endpoints.get(h1)?.trouble).toBe(problems[0]);
  });

  it('keep their first trouble, and tell all', async () => {
    const { problems, config } = await read('endpoints:\n  h1: { platform: lab, port: x, fast: perhaps }\n');
    expect(problems.map(({ message }) => message)).toEqual([
      'h1: Port must be a whole number',
      'h1: Fast must be yes or no',
      'h1: Host is needed (host:)',
    ]);
    expect(config.endpoints.get(h1)).toMatchObject({
      values: {},
      trouble: { message: 'h1: Port must be a whole number' },
    });
  });

  it('have the words of their platform for a field that all have', () => {
    const own = { key: 'every', label: 'Theirs', help: 'Own.', kind: 'text' } as const;
    const fields = allFieldsOf([own, ...lab]);
    expect(fields.filter(({ key }) => key === 'every')).toEqual([own]);
    expect(fields.map(({ key }) => key)).toEqual([
      'every',
      'host',
      'user',
      'port',
      'fast',
      'enabled',
      'read-only',
      'filter',
    ]);
    expect(fields.filter(({ advanced }) => advanced).map(({ key }) => key)).toEqual(['enabled', 'read-only', 'filter']);
    expect(allFieldsOf([]).map(({ label, default: usual, advanced }) => [label, usual, advanced])).toEqual([
      ['Enabled', true, true],
      ['Read-only', false, true],
      ['Every', undefined, true],
      ['Filter', undefined, true],
    ]);
  });
});

describe('broken YAML is reported in words of its own', () => {
  it.each([
    ['a: *', 'this alias or anchor has no valid name'],
    ['a: "\\q"', 'unknown escape after a backslash in double quotes; single quotes take backslashes as they are'],
    ['a: @b', 'a value that starts with this character must be quoted'],
    ['a: b: c', 'a second key in the same line, or lines that are indented too far; quote values with ": " in them'],
    [`${'k'.repeat(1025)}: 1`, 'this key is longer than 1024 characters'],
    ['a\nb: 1', 'a key must be in one line; perhaps a colon is missing, or the indentation is wrong'],
    ['[a]: 1', 'a key must be a plain word'],
    ['a: { b: 1 } c', 'this does not belong here; perhaps a quote, a comma or a bracket is missing or too many'],
    ['a: 1\n b: 2\n', 'lines'],
    [`a: ${'['.repeat(21)}${']'.repeat(21)}`, 'the file is nested too deep, or its aliases unfold to too much'],
    ['text', 'the file must be keys with values, like "endpoints:"'],
  ])('%j', async (text, message) => {
    const { broken, tree } = await openYaml('c.yaml', text);
    expect(broken.map((one) => one.message)).toEqual([expect.stringContaining(message)]);
    expect(broken[0]).toMatchObject({ severity: 'error', file: 'c.yaml' });
    expect(tree).toMatchObject({ kind: 'map' });
  });

  it('and twenty levels are no trouble', async () => {
    expect((await openYaml('c.yaml', `a: ${'['.repeat(19)}${']'.repeat(19)}`)).broken).toEqual([]);
  });
});
