import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, poolId, userPoolId, vmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import { gib } from '../../units.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { compileFilter } from './filter.ts';

const host = endpointName('host1');
const vm = (change: Partial<Vm>): Vm => ({
  id: vmId(host, 'a'),
  name: 'web1',
  uuid: 'a',
  node: nodeId(host, 'n1'),
  pool: undefined,
  state: 'running',
  rawState: 'running',
  cpus: 2,
  memory: gib(4),
  ips: ['10.0.0.7'],
  autostart: true,
  plan: 'shop',
  profile: undefined,
  image: 'debian-12',
  tags: ['prod', 'web'],
  ...change,
});

const fleet = {
  endpoints: new Map([[host, { name: host, platform: 'kvm' }]]),
  nodes: new Map([[nodeId(host, 'n1'), { name: 'rack-7', pool: poolId(host, 'east') }]]),
  pools: new Map([[poolId(host, 'east'), { id: poolId(host, 'east'), name: 'East', parent: undefined }]]),
  grouping: {
    pools: [
      { id: userPoolId('Inner'), name: 'Inner', parent: userPoolId('Outer') },
      { id: userPoolId('Outer'), name: 'Outer', parent: undefined },
    ],
    placeOf: new Map([[host, userPoolId('Inner')]]),
  },
  samples: { cpu: () => 0.85, memory: () => gib(1) },
} as unknown as Fleet;

const accepts = (query: string, change: Partial<Vm> = {}) =>
  compileFilter(query, fleet).filter?.accepts(vm(change)) ?? true;

describe('F-130 a filter', () => {
  it.each([
    ['', true],
    ['WEB', true],
    ['10.0.0', true],
    ['prod', true],
    ['db', false],
    ['!db', true],
    ['web prod', true],
    ['web db', false],
    ['name:web1', true],
    ['name:web', false],
    ['name:w*1', true],
    ['name:db*,web*', true],
    ['state:run', true],
    ['state:stopped,paused', false],
    ['state:stopped|running', true],
    ['db|web', true],
    ['db|mail', false],
    ['!db|web', false],
    ['name:db1|web1', true],
    ['"db|web"', false],
    ['name:"a|b"', false],
    ['trouble:*', false],
    ['tag:web', true],
    ['tag:we', false],
    ['node:rack-7', true],
    ['pool:east', true],
    ['pool:inner', true],
    ['pool:outer', true],
    ['pool:west', false],
    ['endpoint:host1 platform:kvm', true],
    ['plan:shop image:debian*', true],
    ['cpu>80', true],
    ['cpu>90%', false],
    ['mem>=1G', true],
    ['mem<512M', false],
    ['memory=4GiB', true],
    ['cpus<3', true],
    ['!name:db* state:running cpu>80 pool:east tag:web', true],
  ])('%s', (query, fits) => expect(accepts(query)).toBe(fits));

  it.each([
    ['status:up', 'state:running'],
    ['status:down', 'state:stopped'],
    ['tags:web', 'tag:web'],
    ['host:rack-7', 'node:rack-7'],
  ])('takes %s for %s, as people of other tools write it', (theirs, ours) => {
    for (const state of ['running', 'stopped'] as const)
      expect(compileFilter(theirs, fleet).filter?.accepts(vm({ state }))).toBe(
        compileFilter(ours, fleet).filter?.accepts(vm({ state })),
      );
  });

  it('says which filters have to wait for samples', () => {
    for (const query of ['cpu>1', 'mem>1G', 'net>1M', 'disk>1M'])
      expect(compileFilter(query, fleet).filter?.sampled).toBe(true);
    for (const query of ['state:running', 'memory>1G', 'web'])
      expect(compileFilter(query, fleet).filter?.sampled).toBe(undefined);
  });

  it('keeps blanks together between quotes', () => {
    expect(accepts('"my web"', { name: 'my web' })).toBe(true);
    expect(accepts('name:"my web"', { name: 'my web' })).toBe(true);
  });

  it('shows no VM whose number is not known', () => {
    const unknown = { ...fleet, samples: { ...fleet.samples, cpu: () => Number.NaN } };
    for (const query of ['cpu<50', 'cpu>50', '!cpu<50', '!cpu>50', 'cpu=50', '!cpu=50'])
      expect([query, compileFilter(query, unknown).filter?.accepts(vm({}))]).toEqual([query, false]);
  });

  it('looks at samples only when it is asked about them', () => {
    expect(compileFilter('name:web*', fleet).filter?.live).toBe(false);
    expect(compileFilter('cpu>5', fleet).filter?.live).toBe(true);
  });

  it('finds what is in trouble, with a reason of the platform or without', () => {
    expect(accepts('trouble:*', { trouble: { message: 'the disk is full', since: 0 } })).toBe(true);
    expect(accepts('trouble:*disk*', { trouble: { message: 'the disk is full', since: 0 } })).toBe(true);
    expect(accepts('trouble:*', { state: 'crashed' })).toBe(true);
    expect(accepts('trouble:*', { state: 'stopped' })).toBe(false);
  });

  it('says how parts of a name are found, for when the whole one finds nothing', () => {
    expect(compileFilter('web name:live', fleet).hint).toEqual({
      at: 4,
      message: 'name: compares the whole text: name:*live* finds parts of it',
    });
    for (const query of ['live', 'name:*live*', 'state:run', 'cpu>5'])
      expect(compileFilter(query, fleet).hint).toBeUndefined();
  });

  it('takes characters of patterns as they are', () => {
    expect(accepts('name:w.b1')).toBe(false);
    expect(accepts('name:a+(b)', { name: 'a+(b)' })).toBe(true);
  });
});

describe('a filter that can not be understood', () => {
  it.each([
    ['web stat:run', 4, 'there is nothing called stat to filter by (did you mean state?)'],
    ['state:runing', 0, 'there is no state runing (did you mean running?)'],
    ['state:constructor', 0, 'there is no state constructor'],
    ['constructor:x', 0, 'there is nothing called constructor to filter by'],
    ['cpu>lots', 0, 'lots is no number'],
    ['mem>lots', 0, 'lots is no size like 512M or 4G'],
    ['memory>8', 0, 'memory needs a unit: 8M, 8G; a number alone counts bytes'],
    ['mem>=67108863', 0, 'mem needs a unit: 67108863M, 67108863G; a number alone counts bytes'],
    ['memory<0.5', 0, 'memory needs a unit: 0.5M, 0.5G; a number alone counts bytes'],
    ['mem>9999999g', 0, '9999999g is too large'],
    ['web | db', 4, 'a | stands right between two alternatives, as in web|db'],
    ['name:a|tag:b', 0, 'tag:b is a second comparison: only values of name can be alternatives here'],
    ['name>5', 0, 'name is a text: write name:5'],
  ])('%s', (query, at, message) => expect(compileFilter(query, fleet).problem).toEqual({ at, message }));

  it.each(['memory>0', 'memory=67108864', 'disk>5', 'cpu>8', 'mem<1b'])('%s needs no unit', (query) => {
    expect(compileFilter(query, fleet)).toMatchObject({
      problem: undefined,
      filter: { accepts: expect.any(Function) },
    });
  });

  it('shows everything while a term is still being typed, and says which', () => {
    expect(compileFilter('state:', fleet)).toEqual({
      filter: undefined,
      problem: undefined,
      unfinished: { at: 0, message: 'state: does not say what' },
    });
  });
});
