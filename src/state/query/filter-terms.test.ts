import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, poolId, userPoolId, vmId } from '../../ids.ts';
import type { Pool, Vm } from '../../platforms/contract.ts';
import { gib, mib } from '../../units.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { compileFilter } from './filter.ts';
import { filterWords } from './filter-words.ts';

const host = endpointName('host1');
const [east, west, loop] = ['east', 'west', 'loop'].map((name) => poolId(host, name)) as [
  ReturnType<typeof poolId>,
  ReturnType<typeof poolId>,
  ReturnType<typeof poolId>,
];
const vm: Vm = {
  id: vmId(host, 'a'),
  name: 'Web1',
  uuid: 'a',
  node: nodeId(host, 'n1'),
  pool: undefined,
  state: 'running',
  rawState: 'running',
  cpus: 2,
  memory: gib(4),
  ips: ['10.0.0.7', 'fe80::1'],
  autostart: true,
  plan: 'shop',
  profile: 'Small',
  image: undefined,
  tags: ['Prod'],
};
const fleet = {
  endpoints: new Map([[host, { name: host, platform: 'kvm' }]]),
  nodes: new Map([[nodeId(host, 'n1'), { name: 'rack-7', pool: west }]]),
  pools: new Map<string, Pool>([
    [east, { id: east, name: 'East', parent: undefined }],
    [west, { id: west, name: 'West', parent: east }],
    [loop, { id: loop, name: 'Loop', parent: loop }],
  ]),
  grouping: {
    pools: [{ id: userPoolId('Mine'), name: 'Mine', parent: undefined }],
    placeOf: new Map([[host, userPoolId('Mine')]]),
  },
  samples: {
    cpu: () => 0.5,
    memory: () => mib(512),
    of: () => ({ diskRead: 1024, diskWrite: 2048, netRx: 4096, netTx: 8192 }),
  },
} as unknown as Fleet;
const accepts = (query: string, change: Partial<Vm> = {}) =>
  compileFilter(query, fleet).filter?.accepts({ ...vm, ...change });

describe('what a number is compared with', () => {
  it.each(
    (
      [
        ['cpu', '50'],
        ['cpu', '50%'],
        ['mem', '512M'],
        ['memory', '4G'],
        ['cpus', '2'],
        ['disk', '3K'],
        ['net', '12K'],
      ] as const
    ).flatMap(([word, exactly]) =>
      [
        ['=', true],
        [':', true],
        ['>=', true],
        ['<=', true],
        ['>', false],
        ['<', false],
      ].map(([operator, fits]) => [`${word}${operator}${exactly}`, fits] as const),
    ),
  )('%s: %s', (query, fits) => {
    expect([accepts(query), accepts(`!${query}`)]).toEqual([fits, !fits]);
  });

  it.each([
    ['cpu>49', true],
    ['cpu<51', true],
    ['mem>511M', true],
    ['memory<5G', true],
    ['cpus>1', true],
    ['disk>2K', true],
    ['disk<4K', true],
    ['net>11K', true],
    ['net<13K', true],
  ])('%s', (query, fits) => expect(accepts(query)).toBe(fits));

  it('looks at samples for what changes with them', () => {
    const live = (query: string) => {
      const { filter } = compileFilter(query, fleet);
      return [filter?.live, filter?.sampled];
    };
    for (const query of ['cpu>1', 'mem>1M', 'disk>1', 'net>1', 'web cpu>1', 'cpu>1 web'])
      expect([query, ...live(query)]).toEqual([query, true, true]);
    for (const query of ['state:run', 'trouble:*']) expect([query, ...live(query)]).toEqual([query, true, undefined]);
    for (const query of ['memory>1M', 'cpus>1', 'web', 'tag:x', 'fe80::1', 'fe::1', 'pool:x'])
      expect([query, ...live(query)]).toEqual([query, false, undefined]);
  });
});

describe('what a text is compared with', () => {
  it.each([
    ['profile:small', true],
    ['profile=small', true],
    ['profile:smal', false],
    ['image:*', false],
    ['!image:*', true],
    ['plan:SHOP', true],
    ['tag:prod', true],
    ['tag:pro', false],
    ['ip:10.0.0.7', true],
    ['ip:10.*', true],
    ['ip:10', false],
    ['node:rack*', true],
    ['pool:west', true],
    ['pool:east', true],
    ['pool:mine', true],
    ['pool:north', false],
    ['endpoint:host1', true],
    ['endpoint:host2', false],
    ['platform:kvm', true],
    ['platform:aws', false],
    ['state:r', true],
    ['state:s', false],
    ['state:*ing', true],
    ['state:up', true],
    ['state:on', true],
    ['state:off', false],
    ['web1', true],
    ['wEb', true],
    ['fe80::1', true],
    ['fe80::', true],
    ['fe80::2', false],
    ['PROD', true],
    ['rack', false],
    ['!fe80::1', false],
    ['!tag:web', true],
    ['!(x', true],
    ['web prod 10.0', true],
    ['web !prod', false],
    ['"web1"', true],
    ['"web', true],
    ['name:|web1', true],
    ['name:,web1', true],
    ['name:x,y|web1', true],
  ])('%s: %s', (query, fits) => expect(accepts(query)).toBe(fits));

  it('is unknown of a VM on no node, or whose endpoint is not there', () => {
    const lost: Partial<Vm> = { node: undefined, pool: east, id: vmId(endpointName('other'), 'a') };
    expect(
      ['node:*', 'platform:*', 'pool:mine', 'pool:east', 'endpoint:other'].map((query) => accepts(query, lost)),
    ).toEqual([false, false, false, true, true]);
    expect(accepts('pool:*', { ...lost, pool: undefined })).toBe(false);
    expect(accepts('pool:*', { ...lost, pool: poolId(host, 'gone') })).toBe(false);
    expect(accepts('pool:loop', { ...lost, pool: loop })).toBe(true);
    expect(accepts('pool:north', { ...lost, pool: loop })).toBe(false);
  });
});

describe('each word of the language', () => {
  it.each(filterWords)('$word is understood, by what it compares', ({ word, compares }) => {
    const value = word === 'state' ? 'run' : compares === 'text' ? 'x' : compares === 'size' ? '1G' : '1';
    expect(compileFilter(`${word}:${value}`, fleet)).toMatchObject({ problem: undefined, unfinished: undefined });
    const problem = compileFilter(`${word}>lots`, fleet).problem?.message;
    expect(problem).toBe(
      {
        text: `${word} is a text: write ${word}:lots`,
        number: 'lots is no number',
        size: 'lots is no size like 512M or 4G',
      }[compares],
    );
  });
});

describe('a query that says nothing yet', () => {
  it.each([
    ['name:', 'name: does not say what', 0],
    ['web cpu>', 'cpu> does not say what', 4],
    ['tag:,', 'tag:, does not say what', 0],
    ['!plan:|', 'plan:| does not say what', 0],
    ['plan: tag:', 'plan: does not say what', 0],
  ])('%s: %s', (query, message, at) => {
    expect(compileFilter(query, fleet)).toMatchObject({ unfinished: { at, message }, problem: undefined });
  });

  it.each(['', '  '])('%j shows everything', (query) => {
    expect(compileFilter(query, fleet)).toEqual({ filter: undefined, problem: undefined, unfinished: undefined });
  });
});

describe('a query that is wrong', () => {
  it('is reported by its first wrong term, and used for the others', () => {
    const compiled = compileFilter('web stat:x nam:y', fleet);
    expect(compiled.problem).toEqual({
      at: 4,
      message: 'there is nothing called stat to filter by (did you mean state?)',
    });
    expect([compiled.filter?.accepts(vm), compiled.filter?.accepts({ ...vm, name: 'db' })]).toEqual([true, false]);
    expect(compiled).not.toHaveProperty('hint');
  });

  it.each([
    ['other=1', 'there is nothing called other to filter by'],
    ['other>a:b', 'there is nothing called other to filter by'],
    ['cpu>x%', 'x% is no number'],
    ['cpu>5%%', '5%% is no number'],
    ['disk>x', 'x is no size like 512M or 4G'],
    ['tag>=x', 'tag is a text: write tag:x'],
    ['tags<x', 'tag is a text: write tag:x'],
    ['state:x*,y', 'there is no state y'],
    ['tag:a,cpu>5', 'cpu>5 is a second comparison: only values of tag can be alternatives here'],
    ['tag:a|cpu=5', 'cpu=5 is a second comparison: only values of tag can be alternatives here'],
    ['|', 'a | stands right between two alternatives, as in web|db'],
  ])('%s: %s', (query, message) => expect(compileFilter(query, fleet).problem).toEqual({ at: 0, message }));

  it.each([
    ['tag:a', 'tag: compares the whole text: tag:*a* finds parts of it'],
    ['tag:a,b', 'tag: compares the whole text: tag:*a* finds parts of it'],
    ['tag:a,b*', undefined],
    ['!tag:a', undefined],
    ['state:run', undefined],
    ['plan:x tag:a', 'plan: compares the whole text: plan:*x* finds parts of it'],
  ])('%s may find parts: %s', (query, message) => expect(compileFilter(query, fleet).hint?.message).toBe(message));
});
