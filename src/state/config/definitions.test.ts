import { describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import { applyChange } from './apply.ts';
import type { ConfigChange } from './change.ts';
import type { Definition, OfPool } from './definitions.ts';
import { definitionsFor, endpointsIn, poolsAfterMove } from './definitions-of-nodes.ts';
import { interpret } from './interpret.ts';
import { spellProblem } from './problem.ts';
import { openYaml } from './yaml-file.ts';

const ENDPOINTS = 'endpoints:\n  a: { platform: fake }\n  b: { platform: fake }\n';
const FILE = `${ENDPOINTS}pools:
  Outer:
    networks:
      lab: { cidr: 10.0.0.0/24, description: for tests } # a comment
  Inner:
    in: Outer
    nodes: [ a, b/n1 ]
    storages:
      images: { type: dir, path: /srv/images }
  Other: {}
`;
const platforms = new Map([['fake', []]]);
const [a, b] = [endpointName('a'), endpointName('b')];

async function read(text: string) {
  const { config, problems } = interpret('c.yaml', (await openYaml('c.yaml', text)).tree, platforms);
  return { pools: config.pools, told: problems.map(spellProblem) };
}
const named = (all: readonly OfPool[]) => all.map(({ pool, definition }) => `${pool} ${definition.name}`);

describe('the definitions of a pool', () => {
  it('F-176 F-181 are for its nodes, and for those of the pools inside it', async () => {
    const { pools, told } = await read(FILE);
    expect(told).toEqual([]);
    expect(pools.get('Outer')?.definitions).toEqual([
      { kind: 'network', name: 'lab', description: 'for tests', values: { cidr: '10.0.0.0/24' } },
    ]);
    expect([endpointsIn(pools, 'Outer'), endpointsIn(pools, 'Other')]).toEqual([[a, b], []]);
    expect(named(definitionsFor(pools, a))).toEqual(['Inner images', 'Outer lab']);
    const moved = poolsAfterMove(pools, a, 'Other');
    expect([named(definitionsFor(moved, a)), named(definitionsFor(moved, b)).length]).toEqual([[], 2]);
  });

  it.each([
    ['storages: [x]', 'storages must be names with settings below them'],
    ['networks: { "a b": {} }', 'network "a b": must be letters, digits, dot, dash, plus or underscore'],
    ['storages: { s: dir }', 'storage "s": must be settings like "type: dir"'],
    ['storages: { s: { path: [x] } }', 'storage "s": "path" must be one value'],
    ['storages: { s: {} }, networks: { s: {} }', 'network "s": there is a storage of this name, too'],
  ])('are told when they are wrong, and left out: %s', async (words, wrong) => {
    const { pools, told } = await read(`${ENDPOINTS}pools: { P: { ${words} } }`);
    expect(told).toEqual([expect.stringMatching(/^c\.yaml:4:\d+: pool P: /)]);
    expect(told[0]).toContain(wrong);
    expect(pools.get('P')?.definitions.length).toBe(words.includes('networks: { s') ? 1 : 0);
  });

  const own: Definition = { kind: 'network', name: 'own', description: '', values: { mode: 'isolated', mtu: '1400' } };
  it.each<readonly [ConfigChange, string, string]>([
    [
      { kind: 'definition-add', pool: 'Other', definition: own },
      'Other: {}',
      'Other:\n    networks:\n      own: { mode: isolated, mtu: "1400" }',
    ],
    [
      { kind: 'definition-edit', pool: 'Outer', of: { kind: 'network', name: 'lab' }, definition: own },
      'lab: { cidr: 10.0.0.0/24, description: for tests } # a comment',
      'own: { mode: isolated, mtu: "1400" } # a comment',
    ],
    [
      { kind: 'definition-remove', pool: 'Inner', of: { kind: 'storage', name: 'images' } },
      '\n    storages:\n      images: { type: dir, path: /srv/images }',
      '',
    ],
  ])('are changed by %j', async (change, before, after) => {
    const yaml = await openYaml('c.yaml', FILE);
    applyChange(yaml.draft, change, platforms);
    expect(yaml.print()).toBe(FILE.replace(before, after));
  });

  it.each<readonly [ConfigChange, string]>([
    [
      { kind: 'definition-add', pool: 'Inner', definition: { ...own, name: 'images' } },
      'pool Inner has a storage images already',
    ],
    [{ kind: 'definition-add', pool: 'Iner', definition: own }, 'there is no pool Iner (did you mean Inner?)'],
    [{ kind: 'definition-remove', pool: 'Inner', of: own }, 'pool Inner has no network own'],
    [{ kind: 'pool-remove', name: 'Inner' }, 'pool Inner has definitions: images'],
  ])('refuse %j', async (change, message) => {
    const yaml = await openYaml('c.yaml', FILE);
    expect(() => applyChange(yaml.draft, change, platforms)).toThrow(message);
  });
});
