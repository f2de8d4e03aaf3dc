import { expect, it } from 'vitest';
import { endpointName, nodeId } from '../../ids.ts';
import type { ConfigChange } from './change.ts';
import { interpret } from './interpret.ts';
import type { Config } from './model.ts';
import { assertUntouched } from './own-part.ts';
import { openYaml } from './yaml-file.ts';

const h1 = endpointName('h1');
const BEFORE = `
endpoints:
  h1: { platform: lab, host: a }
pools:
  A: { in: B, nodes: [h1], variables: { X: 1 } }
  B: {}
views:
  web: { filter: web }
keys: { vm.start: s }
`;

const read = new Map<string, Promise<Config>>();
const config = (text: string): Promise<Config> => {
  const known = read.get(text) ?? openYaml('c', text).then(({ tree }) => interpret('c', tree, new Map()).config);
  read.set(text, known);
  return known;
};
const conflict = async (change: ConfigChange, now: string) => {
  const [basedOn, then] = [await config(BEFORE), await config(now)];
  try {
    assertUntouched(change, basedOn, then);
  } catch (error) {
    return error;
  }
  return undefined;
};

const PLACES: readonly (readonly [what: string, now: string])[] = [
  ['h1: enabled', BEFORE.replace('host: a', 'host: a, enabled: false')],
  ['h1: host', BEFORE.replace('host: a', 'host: b')],
  ['pool A: in', BEFORE.replace('in: B', 'in: C')],
  ['pool A: variables', BEFORE.replace('X: 1', 'X: 2')],
  ['pool A: read-only', BEFORE.replace('in: B', 'in: B, read-only: true')],
  ['the pool of h1', BEFORE.replace('nodes: [h1], ', '').replace('B: {}', 'B: { nodes: [h1] }')],
  ['the pool of h1/n', BEFORE.replace('B: {}', 'B: { nodes: [h1/n] }')],
  ['view web', BEFORE.replace('filter: web', 'filter: db')],
  ['keys.vm.start', BEFORE.replace('vm.start: s', 'vm.start: x')],
  ['pools', BEFORE.replace('B: {}', 'B: {}\n  C: {}')],
  ['pool A', BEFORE.replace('  A: { in: B, nodes: [h1], variables: { X: 1 } }\n', '')],
];

const CHANGES: readonly (readonly [change: ConfigChange, touched: Readonly<Record<string, string>>])[] = [
  [{ kind: 'endpoint-enable', name: h1, enabled: false }, { 'h1: enabled': 'h1: enabled' }],
  [
    { kind: 'endpoint-edit', name: h1, values: {} },
    { 'h1: enabled': 'h1: enabled', 'h1: host': 'h1: host' },
  ],
  [
    { kind: 'endpoint-remove', name: h1 },
    { 'h1: enabled': 'h1: enabled', 'h1: host': 'h1: host' },
  ],
  [
    { kind: 'pool-nest', name: 'A', in: undefined },
    { 'pool A: in': 'pool A: in', 'pool A': 'pool A: in' },
  ],
  [
    { kind: 'pool-variables', name: 'A', variables: {} },
    { 'pool A: variables': 'pool A: variables', 'pool A': 'pool A: variables' },
  ],
  [{ kind: 'pool-read-only', name: 'A', readOnly: true }, { 'pool A: read-only': 'pool A: read-only' }],
  [{ kind: 'pool-rename', name: 'A', to: 'Z' }, { 'pool A': 'pool A' }],
  [
    { kind: 'pool-remove', name: 'A' },
    {
      'pool A: in': 'A: in',
      'pool A: variables': 'A: variables',
      'pool A: read-only': 'A: read-only',
      'the pool of h1': 'A: nodes',
      'pool A': 'A: in, A: nodes, A: variables, A',
    },
  ],
  [{ kind: 'pool-defaults' }, { pools: 'pools', 'pool A': 'pools' }],
  [
    { kind: 'node-move', node: h1, to: 'B' },
    { 'the pool of h1': 'the pool of h1', 'pool A': 'the pool of h1' },
  ],
  [
    { kind: 'node-move', node: nodeId(h1, 'n'), to: 'B' },
    { 'the pool of h1': 'the pool of h1/n', 'the pool of h1/n': 'the pool of h1/n', 'pool A': 'the pool of h1/n' },
  ],
  [{ kind: 'view-save', name: 'web', view: {} }, { 'view web': 'view web' }],
  [{ kind: 'view-remove', name: 'web' }, { 'view web': 'view web' }],
  [{ kind: 'set', path: ['keys', 'vm.start'], value: 'y' }, { 'keys.vm.start': 'keys.vm.start' }],
];

it.each(CHANGES)('%j is a conflict with what it rests on, and with nothing else', async (change, touched) => {
  const found: Record<string, string> = {};
  for (const [what, now] of PLACES) {
    const error = await conflict(change, now);
    if (error === undefined) continue;
    expect(error).toMatchObject({
      code: 'config.conflict',
      fix: 'look at what is there now, and repeat the change if it is still wanted',
    });
    const [, names = ''] = /meanwhile: (.*)$/.exec((error as Error).message) ?? [];
    found[what] = names;
  }
  expect(found).toEqual(touched);
});

it('of an endpoint that is added: one of that name came meanwhile', async () => {
  const change = { kind: 'endpoint-add', name: 'h2', platform: 'lab', values: {} } as const;
  expect(await conflict(change, BEFORE)).toBeUndefined();
  expect(await conflict(change, BEFORE.replace('pools:', '  h2: { platform: lab }\npools:'))).toMatchObject({
    message: 'another program has changed the configuration meanwhile: h2, h2: platform',
  });
  expect(
    await conflict({ kind: 'pool-add', name: 'C' }, BEFORE.replace('B: {}', 'B: {}\n  C: { in: A }')),
  ).toMatchObject({
    message: 'another program has changed the configuration meanwhile: C, C: in',
  });
});
