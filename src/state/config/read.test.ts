import { describe, expect, it } from 'vitest';
import { endpointName, nodeId } from '../../ids.ts';
import type { EndpointField } from '../../platforms/contract.ts';
import { groupingOf, poolNameOf } from './grouping.ts';
import { interpret } from './interpret.ts';
import { escapeWait } from './preferences.ts';
import { spellProblem } from './problem.ts';
import { openYaml } from './yaml-file.ts';

const lab: readonly EndpointField[] = [
  { key: 'host', label: 'Host', help: 'Its address.', kind: 'text', required: true },
  { key: 'port', label: 'Port', help: 'Its port.', kind: 'count', min: 1, max: 65_535 },
  { key: 'cache', label: 'Cache', help: 'A size.', kind: 'bytes' },
  { key: 'password', label: 'Password', help: 'Of the user.', kind: 'text', sensitive: true },
];
const platforms = new Map([['lab', lab]]);

async function read(text: string) {
  const yaml = await openYaml('config.yaml', text);
  const { config, problems } = interpret('config.yaml', yaml.tree, platforms);
  const all = [...yaml.broken, ...problems];
  return { config, problems: all, sentences: all.map((one) => `${one.severity} ${spellProblem(one)}`) };
}

describe('the wait for the Esc key', () => {
  it.each([
    ['150ms', 150],
    ['0.2s', 200],
    ['5ms', 5],
  ])('%s is %d ms', async (text, ms) => {
    const { config, problems } = await read(`escape-wait: ${text}\n`);
    expect([escapeWait(config.file), problems]).toEqual([ms, []]);
  });

  it.each(['soon', '100', '5s', '0ms', '[1ms]', "''"])('can not be %s', async (text) => {
    const { config, sentences } = await read(`escape-wait: ${text}\n`);
    expect(escapeWait(config.file)).toBeUndefined();
    expect(sentences).toEqual(['warning config.yaml:1:14: escape-wait must be a time from 5ms to 1s, such as 100ms']);
  });
});

it('says where what new VMs are made of has another shape than it must have', async () => {
  const right = 'profiles:\n  a: { memory: 1 }\n  b:\nflavors: {}\nrules:\n  - web: { memory: 1 }\n';
  expect((await read(right)).sentences).toEqual([]);
  const wrong = 'profiles:\n  a: 1\nflavors: [a]\nrules:\n  - web\n  - "(": { memory: 1 }\n  - db: 2\n';
  expect((await read(wrong)).sentences).toEqual([
    'error config.yaml:2:6: profiles: a must be keys with values, like "memory: 2GiB"',
    'error config.yaml:3:10: flavors must be names with keys and values below them',
    'error config.yaml:5:5: rules: each must be a pattern with keys and values below it',
    'error config.yaml:6:5: rules: "(" is no regular expression',
    'error config.yaml:7:9: rules: db must have keys with values below it',
  ]);
  expect((await read('rules: 1\n')).sentences).toEqual([
    'error config.yaml:1:8: rules must be a list, with a pattern and values below it in each',
  ]);
});

describe('endpoints in the file', () => {
  it('reads values by the fields of the platform, and text as it stands there', async () => {
    const { config, problems } = await read(
      'endpoints:\n  h1: { platform: lab, host: 007, port: 22, cache: 4GiB, password: "env:PW", every: 500ms, enabled: off, read-only: yes }\n',
    );
    expect(problems).toEqual([]);
    expect(config.endpoints.get(endpointName('h1'))).toEqual({
      name: 'h1',
      platform: 'lab',
      enabled: false,
      readOnly: true,
      everyMs: 500,
      values: { host: '007', port: 22, cache: 4 * 1024 ** 3, password: 'env:PW' },
      filter: undefined,
      trouble: undefined,
    });
  });

  it('follows aliases', async () => {
    const { config, problems } = await read(
      'x-template: &t { platform: lab, host: a }\nendpoints:\n  h1: *t\n  h2: *t\n',
    );
    expect(problems).toEqual([]);
    expect([...config.endpoints.values()].map(({ values }) => values['host'])).toEqual(['a', 'a']);
  });

  it.each([
    [
      'endpoints:\n  h1: { platform: lba, host: a }\n',
      'config.yaml:2:19: h1: unknown platform "lba" (did you mean lab?)',
    ],
    ['endpoints:\n  h1: { host: a }\n', 'config.yaml:2:3: h1: platform is needed: one of lab'],
    [
      'endpoints:\n  h1:\n    platfrom: lab\n    host: a\n',
      'config.yaml:3:5: h1: unknown key "platfrom" (did you mean platform?)',
    ],
    [
      'endpoints:\n  h1:\n    platform: lab\n    hots: a\n',
      'config.yaml:4:5: h1: unknown key "hots" (did you mean host?)',
    ],
    ['endpoints:\n  h1:\n    platform: lab\n', 'config.yaml:2:3: h1: Host is needed (host:)'],
    [
      'endpoints:\n  h1: { platform: lab, host: a, port: 70000 }\n',
      'config.yaml:2:39: h1: Port must be between 1 and 65535',
    ],
    [
      'endpoints:\n  h1: { platform: lab, host: [a] }\n',
      'config.yaml:2:30: h1: Host must be one value, not a list or a group',
    ],
    [
      'endpoints:\n  h1: { platform: lab, host: a, every: soon }\n',
      'config.yaml:2:40: h1: Every must be a time like 2s, 500ms or 1m',
    ],
    ['endpoints:\n  h1: lab\n', 'config.yaml:2:7: h1: must be settings like "platform:"'],
    ['endpoints: [h1]\n', 'config.yaml:1:12: endpoints must be names with settings below them'],
  ])('F-311 says what is wrong and where: %j', async (text, sentence) => {
    const { config, sentences } = await read(text);
    expect(sentences[0]).toBe(`error ${sentence}`);
    for (const endpoint of config.endpoints.values()) expect(endpoint.trouble).toBeDefined();
  });

  it('refuses names that would break ids', async () => {
    const { config, sentences } = await read('endpoints:\n  "a/b": { platform: lab, host: a }\n');
    expect(sentences[0]).toContain(`config.yaml:2:3: "a/b" can't be the name of an endpoint`);
    expect(config.endpoints.size).toBe(0);
  });

  it('warns of a password that stands in the file, without repeating it', async () => {
    const { config, problems, sentences } = await read(
      'endpoints:\n  h1: { platform: lab, host: a, password: hunter2 }\n',
    );
    expect(sentences).toEqual(['warning config.yaml:2:43: h1: Password stands in the file as plain text']);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
    expect(config.endpoints.get(endpointName('h1'))?.trouble).toBeUndefined();
  });

  it('keeps the others when one is wrong', async () => {
    const { config } = await read('endpoints:\n  h1: { platform: lab }\n  h2: { platform: lab, host: b }\n');
    expect([...config.endpoints.values()].map(({ trouble }) => trouble === undefined)).toEqual([false, true]);
  });

  it('reports a section that is not read, and ignores what is set aside for aliases', async () => {
    const { sentences } = await read('endpoint: {}\ntheme: dark\nsomething-else: 1\nx-common: &c {}\n');
    expect(sentences).toEqual([
      'warning config.yaml:1:1: "endpoint" is not read (did you mean endpoints?)',
      'warning config.yaml:3:1: "something-else" is not read',
    ]);
  });
});

describe('broken YAML', () => {
  it.each([
    ['a: [1\nb: 2', 'config.yaml:2:1: the indentation does not fit the lines before'],
    ['endpoints:\n\th1: 1\n', 'config.yaml:2:1: tabs are not allowed as indentation; use spaces'],
    ['endpoints: {}\nendpoints: {}\n', 'config.yaml:2:1: this key is there twice'],
    ['a: "x', 'config.yaml:1:6: a closing quote, bracket, colon or comma is missing'],
    ['a: *nope\n', 'config.yaml:1:4: this alias (*) has no anchor (&) before it'],
    ['- a\n', 'config.yaml:1:1: the file must be keys with values, like "endpoints:"'],
    ['a: 1\n---\nb: 1\n', 'config.yaml:2:1: there must be one document in the file, not several divided by ---'],
    ['password: "hunter2" x\n', 'config.yaml:1:21: this does not belong here'],
    ['a: &a [*a]\n', 'config.yaml:1:7: the file is nested too deep'],
  ])('F-311 is told with line and column: %j', async (text, sentence) => {
    const { config, sentences } = await read(text);
    expect(sentences[0]).toContain(`error ${sentence}`);
    expect(sentences.join()).not.toContain('hunter2');
    expect(config.endpoints.size).toBe(0);
  });

  it('tells the first error alone, since what follows it is guessing', async () => {
    const { problems } = await read('endpoints:\n  h1:\n    host: b: c\n    port: [1\n  h3: }\n');
    expect(problems.map(({ at }) => at?.line)).toEqual([3]);
  });

  it('does not unfold aliases without end', async () => {
    const bomb = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]'];
    for (let i = 1; i < 9; i++)
      bomb.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      );
    const { sentences } = await read(bomb.join('\n'));
    expect(sentences[0]).toContain('its aliases unfold to too much');
  });

  it.each(['', '# only a comment\n', 'endpoints:\npools:\n', 'endpoints: {}\n'])(
    'an empty file is fine: %j',
    async (text) => {
      expect((await read(text)).problems).toEqual([]);
    },
  );
});

describe('pools in the file', () => {
  const two = 'endpoints:\n  h1: { platform: lab, host: a }\n  h2: { platform: lab, host: b }\n';

  it('reads nodes, nesting, variables and read-only', async () => {
    const { config, problems } = await read(
      `${two}pools:\n  All:\n  Production: { in: All, nodes: [h1, h2/node-7], variables: { DEFAULT_BRIDGE: br0, N: 010 }, read-only: true }\n`,
    );
    expect(problems).toEqual([]);
    expect(config.pools.get('Production')).toEqual({
      name: 'Production',
      in: 'All',
      nodes: ['h1', 'h2/node-7'],
      variables: { DEFAULT_BRIDGE: 'br0', N: '010' },
      definitions: [],
      readOnly: true,
    });
    expect(groupingOf(config).placeOf.get(nodeId(endpointName('h2'), 'node-7'))).toBe('~/Production');
    expect(groupingOf(config).pools.map(({ id, parent }) => [id, parent])).toEqual([
      ['~/All', undefined],
      ['~/Production', '~/All'],
    ]);
  });

  it('a node that is named itself is not where its endpoint is', async () => {
    const { config } = await read(`${two}pools:\n  A: { nodes: [h1] }\n  B: { nodes: [h1/one] }\n`);
    const node = (name: string) => poolNameOf(config, nodeId(endpointName('h1'), name));
    expect([node('one'), node('two'), poolNameOf(config, endpointName('h2'))]).toEqual(['B', 'A', undefined]);
  });

  it.each([
    ['pools:\n  A: { nodes: [h1] }\n  B: { nodes: [h1] }\n', 'error config.yaml:6:16: pool B: h1 is in pool A already'],
    ['pools:\n  A: { nodes: [h3] }\n', 'warning config.yaml:5:16: pool A: there is no endpoint h3 (did you mean h1?)'],
    ['pools:\n  A: { nodes: h1 }\n', 'error config.yaml:5:15: pool A: nodes must be a list like [host1, host2]'],
    ['pools:\n  A: { node: [h1] }\n', 'error config.yaml:5:8: pool A: unknown key "node" (did you mean nodes?)'],
    [
      'pools:\n  A: { in: Bee }\n  Beer: {}\n',
      'error config.yaml:5:12: pool A: there is no pool "Bee" to be in (did you mean Beer?)',
    ],
    ['pools:\n  A: { in: B }\n  B: { in: A }\n', 'error config.yaml:5:12: pool A: is inside itself, by way of pool B'],
    ['pools:\n  A: { read-only: perhaps }\n', 'error config.yaml:5:19: pool A: Read-only must be yes or no'],
  ])('says what is wrong and where: %j', async (text, sentence) => {
    expect((await read(two + text)).sentences).toEqual([sentence]);
  });

  it('takes a read-only that it does not understand for yes', async () => {
    const { config } = await read('pools:\n  A: { read-only: ja }\n');
    expect(config.pools.get('A')?.readOnly).toBe(true);
  });
});

describe('sections of one word', () => {
  it.each([
    ['mouse: maybe\n', ['warning config.yaml:1:8: mouse must be on or off; it is taken for off']],
    ['mouse: onn\n', ['warning config.yaml:1:8: mouse must be on or off (did you mean on?); it is taken for off']],
    ['plain: [true]\n', ['warning config.yaml:1:8: plain must be true or false; it is taken for false']],
    ['mouse: on\nplain: true\n', []],
    ['mouse: off\nplain: false\n', []],
    ['mouse:\nplain:\n', []],
  ])('%j', async (text, told) => expect((await read(text)).sentences).toEqual(told));
});
