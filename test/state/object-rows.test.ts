import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, poolId, userPoolId } from '../../src/ids.ts';
import { isAnother, placeOf, troubleOf } from '../../src/state/fleet/fleet.ts';
import { instant, nodeRow, poolRows, vmRow } from '../../src/state/fleet/object-rows.ts';
import { poolNameOf, userPoolsAbove } from '../../src/state/fleet/pool-of.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { columnText, type VmColumn, vmColumn } from '../../src/state/query/vm-columns.ts';
import type { Bytes } from '../../src/units.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm } from './objects.ts';

const [h1, h2] = ['h1', 'h2'].map((name) => endpointName(name)) as [
  ReturnType<typeof endpointName>,
  ReturnType<typeof endpointName>,
];
const [outer, inner, other] = ['Outer', 'Inner', 'Other'].map(userPoolId) as [
  ReturnType<typeof userPoolId>,
  ReturnType<typeof userPoolId>,
  ReturnType<typeof userPoolId>,
];
const [east, west] = [poolId(h1, 'east'), poolId(h1, 'west')];
const userPool = (id: typeof outer, parent?: typeof outer, readOnly = false) => ({
  id,
  name: id.slice(2),
  parent,
  readOnly,
  variables: {},
});

/** h1 is in Inner, which is in Outer; its node n2 is in Other. It has a pool east with n3 in it, and west inside east. */
function openFleet() {
  const { fleet, ...store } = createStore(createTestClock());
  store.setGrouping({
    pools: [userPool(outer), userPool(inner, outer, true), userPool(other)],
    notes: new Map(),
    placeOf: new Map<typeof h1 | ReturnType<typeof nodeId>, typeof outer>([
      [h1, inner],
      [nodeId(h1, 'n2'), other],
    ]),
  });
  store.setEndpoint({ name: h1, platform: 'kvm', address: '', phase: 'up', since: 0, staleSince: 86_400_000 });
  store.setEndpoint({ name: h2, platform: 'aws', address: '', phase: 'up', since: 0 });
  const cloudVm = { ...aVm('off', { endpoint: 'h1' }), node: undefined, pool: west };
  store.push(h1, {
    kind: 'inventory',
    at: 0,
    inventory: {
      pools: [
        { id: east, name: 'East', parent: undefined },
        { id: west, name: 'West', parent: east },
      ],
      nodes: [
        aNode('n1', 'h1'),
        {
          ...aNode('n2', 'h1'),
          cpus: Number.NaN,
          memory: Number.NaN as Bytes,
          trouble: { message: 'no disk', since: 0 },
        },
        aNode('n3', 'h1', east),
      ],
      vms: [
        aVm('a', { endpoint: 'h1' }),
        aVm('b', { endpoint: 'h1', node: 'n2', state: 'stopped' }),
        aVm('c', { endpoint: 'h1', node: 'n3' }),
        cloudVm,
      ],
    },
  });
  store.push(h2, {
    kind: 'inventory',
    at: 0,
    inventory: { pools: [], nodes: [aNode('n1', 'h2')], vms: [aVm('d', { endpoint: 'h2' })] },
  });
  store.flush();
  return { fleet, cloudVm };
}

describe('what programs get', () => {
  it('of a VM has the names of what it is in, and since when it is out of date', () => {
    const { fleet, cloudVm } = openFleet();
    expect(vmRow({ ...aVm('a', { endpoint: 'h1' }), trouble: { message: 'no disk', since: 0 } }, fleet)).toMatchObject({
      id: 'h1/a',
      endpoint: 'h1',
      node: 'n1',
      pool: 'Inner',
      platform: 'kvm',
      error: 'no disk',
      staleSince: '1970-01-02T00:00:00.000Z',
    });
    expect(vmRow(aVm('d', { endpoint: 'h2' }), fleet)).toMatchObject({
      node: 'n1',
      pool: undefined,
      platform: 'aws',
      error: undefined,
      staleSince: undefined,
    });
    expect(vmRow(cloudVm, fleet)).toMatchObject({ node: undefined, pool: 'Inner' });
    const ungrouped = { ...fleet, grouping: { pools: [], notes: new Map(), placeOf: new Map() } };
    const pools = [aVm('c', { endpoint: 'h1', node: 'n3' }), cloudVm, aVm('a', { endpoint: 'h1' })].map((vm) => [
      vmRow(vm, ungrouped).pool,
      columnText(vmColumn('pool') as VmColumn, vm, ungrouped),
    ]);
    expect(pools).toEqual([
      ['East', 'East'],
      ['West', 'West'],
      [undefined, '-'],
    ]);
    expect(vmRow({ ...aVm('x', { endpoint: 'gone' }), node: undefined }, fleet)).toMatchObject({ platform: undefined });
  });

  it('of a node has no number for what is unknown', () => {
    const { fleet } = openFleet();
    const rows = [...fleet.nodes.values()].map((node) => nodeRow(node, fleet));
    expect(rows).toMatchObject([
      { id: 'h1/n1', endpoint: 'h1', pool: 'Inner', platform: 'kvm', cpus: 8, vms: 1, running: 1, error: undefined },
      { id: 'h1/n2', pool: 'Other', cpus: undefined, memory: undefined, vms: 1, running: 0, error: 'no disk' },
      { id: 'h1/n3', pool: 'Inner', vms: 1, running: 1, staleSince: '1970-01-02T00:00:00.000Z' },
      { id: 'h2/n1', pool: undefined, platform: 'aws', vms: 1, running: 1, staleSince: undefined },
    ]);
  });

  it('of pools are those of the user and those of platforms, with their nodes and counts', () => {
    expect(poolRows(openFleet().fleet)).toEqual([
      { id: outer, name: 'Outer', kind: 'user', parent: undefined, readOnly: false, nodes: [], vms: 0, running: 0 },
      { id: inner, name: 'Inner', kind: 'user', parent: 'Outer', readOnly: true, nodes: ['n1'], vms: 1, running: 1 },
      { id: other, name: 'Other', kind: 'user', parent: undefined, readOnly: false, nodes: ['n2'], vms: 1, running: 0 },
      { id: east, name: 'East', kind: 'platform', parent: 'Inner', readOnly: false, nodes: ['n3'], vms: 1, running: 1 },
      { id: west, name: 'West', kind: 'platform', parent: 'East', readOnly: false, nodes: [], vms: 1, running: 1 },
    ]);
  });

  it('of an instant is ISO 8601', () => {
    expect([instant(0), instant(undefined)]).toEqual(['1970-01-01T00:00:00.000Z', undefined]);
  });
});

describe('the pool of a node', () => {
  it('is the one of the user, else that of the platform', () => {
    const { fleet } = openFleet();
    const names = (node: string | undefined, endpoint: typeof h1) => [
      poolNameOf(fleet, node === undefined ? undefined : nodeId(endpoint, node), east, endpoint),
      [...userPoolsAbove(fleet, node === undefined ? undefined : nodeId(endpoint, node), endpoint)].map(
        ({ name }) => name,
      ),
    ];
    expect(names('n1', h1)).toEqual(['Inner', ['Inner', 'Outer']]);
    expect(names('n2', h1)).toEqual(['Other', ['Other']]);
    expect(names(undefined, h1)).toEqual(['Inner', ['Inner', 'Outer']]);
    expect(names('n1', h2)).toEqual(['East', []]);
    expect(poolNameOf(fleet, undefined, undefined, h2)).toBeUndefined();
    expect(poolNameOf(fleet, undefined, poolId(h2, 'gone'), h2)).toBeUndefined();
  });

  it('is none where the configuration names a pool that is not there', () => {
    const store = createStore(createTestClock());
    store.setGrouping({ pools: [], notes: new Map(), placeOf: new Map([[h1, inner]]) });
    store.flush();
    expect([...userPoolsAbove(store.fleet, undefined, h1)]).toEqual([]);
  });
});

describe('a VM', () => {
  it('is named with its node, where that is known', () => {
    const { fleet, cloudVm } = openFleet();
    expect(placeOf(aVm('a', { endpoint: 'h1' }), fleet)).toBe('a on n1');
    expect(placeOf(aVm('a', { endpoint: 'h1', node: 'gone' }), fleet)).toBe('a');
    expect(placeOf(cloudVm, fleet)).toBe('off');
  });

  it('is in trouble when the platform says so, or by its state', () => {
    const trouble = { message: 'no disk', since: 0 };
    expect(
      [
        aVm('a'),
        aVm('a', { state: 'crashed' }),
        aVm('a', { state: 'error' }),
        aVm('a', { state: 'stopped' }),
        { ...aVm('a', { state: 'crashed' }), trouble },
        { ...aVm('a'), trouble },
      ].map(troubleOf),
    ).toEqual([
      undefined,
      'it is in state crashed; no reason given',
      'it is in state error; no reason given',
      undefined,
      'no disk',
      'no disk',
    ]);
  });

  it.each([
    ['u', undefined, 'u', undefined, false],
    ['u', undefined, 'v', undefined, true],
    ['u', 'i', 'u', 'i', false],
    ['u', 'i', 'u', 'j', true],
    ['u', 'i', 'u', undefined, false],
    ['u', undefined, 'u', 'j', false],
    ['u', 'i', 'v', 'i', true],
  ])('uuid %s identity %s, then uuid %s identity %s: another one: %s', (uuid, identity, laterUuid, later, another) => {
    expect(isAnother({ uuid, identity }, { uuid: laterUuid, identity: later })).toBe(another);
  });
});
