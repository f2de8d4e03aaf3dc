import { describe, expect, it } from 'vitest';
import { createTestClock } from '../../../test/clock.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import { endpointName, nodeId, poolId } from '../../ids.ts';
import type { Node, NodeState, Pool, SampleBlock, Vm } from '../../platforms/contract.ts';
import type { EndpointStatus } from '../../state/fleet/fleet.ts';
import { createStore } from '../../state/fleet/store.ts';
import { createTree } from '../../state/query/tree.ts';
import { gib, UNKNOWN_SIZE } from '../../units.ts';
import { createSums } from './sums.ts';
import { createTotals } from './totals.ts';

const a = endpointName('a');
const b = endpointName('b');
const up = (name: EndpointStatus['name'], given: Partial<EndpointStatus> = {}): EndpointStatus => ({
  name,
  platform: 'fake',
  address: '',
  phase: 'up',
  since: 0,
  ...given,
});
const region: Pool = { id: poolId(a, 'region'), name: 'region', parent: undefined };
const zone: Pool = { id: poolId(a, 'zone'), name: 'zone', parent: region.id };
const node = (name: string, given: Partial<Node> = {}): Node => ({ ...aNode(name, 'a', zone.id), ...given });
const vm = (name: string, on: string | undefined, given: Partial<Omit<Vm, 'node'>> = {}): Vm => ({
  ...aVm(name, { endpoint: 'a', ...given }),
  node: on === undefined ? undefined : nodeId(a, on),
});
const trouble = { message: 'broken', since: 0 };

function open(nodes: readonly Node[], vms: readonly Vm[]) {
  const store = createStore(createTestClock());
  store.setEndpoint(up(a));
  store.push(a, { kind: 'inventory', at: 0, inventory: { pools: [region, zone], nodes, vms } });
  store.flush();
  const sums = createSums(store.fleet, createTree(store.fleet, new Set()));
  return { store, sums, totals: createTotals(store.fleet, sums) };
}

const block = (...vms: readonly Vm[]): SampleBlock => ({
  at: 0,
  windowMs: 1_000,
  ids: vms.map(({ id }) => id),
  cpu: Float32Array.from(vms, () => 0.5),
  memory: Float64Array.from(vms, () => 1),
  diskRead: Float32Array.from(vms, (_, at) => 10 ** at),
  diskWrite: Float32Array.from(vms, () => 2),
  netRx: Float32Array.from(vms, () => Number.NaN),
  netTx: Float32Array.from(vms, () => 3),
});
const sample = (name: string, cpu: number, memory: number) => ({ node: nodeId(a, name), at: 0, cpu, memory });

describe('what a pool adds up to', () => {
  it('F-128 is what its VMs read, send and can hold, also of one that comes later or goes', () => {
    const [v1, v2] = [vm('v1', 'n1', { storage: gib(10) }), vm('v2', 'n2', { storage: gib(20) })];
    const free = vm('v3', undefined, { pool: zone.id, storage: gib(30) });
    const { store, sums } = open([node('n1'), node('n2', { pool: region.id })], [v1, v2, free]);
    const rates = () => sums.ratesBelow(region.id);
    expect(rates()).toEqual({ diskRead: Number.NaN, diskWrite: Number.NaN, netRx: Number.NaN, netTx: Number.NaN });
    expect([sums.storageBelow(region.id), sums.storageBelow(zone.id)]).toEqual([gib(60), gib(40)]);
    store.push(a, { kind: 'samples', block: block(v1, v2) });
    store.flush();
    expect(rates()).toEqual({ diskRead: 11, diskWrite: 4, netRx: Number.NaN, netTx: 6 });
    store.push(a, { kind: 'samples', block: block(v1, v2, free) });
    store.flush();
    expect(rates()).toMatchObject({ diskRead: 111, netTx: 9 });
    const unmeasured = vm('v4', 'n1');
    store.push(a, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: v1.id }] });
    store.push(a, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...v2, storage: gib(25) } }] });
    store.flush();
    expect(rates()).toMatchObject({ diskRead: 110, netTx: 6 });
    expect(sums.storageBelow(region.id)).toBe(gib(55));
    store.push(a, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: unmeasured }] });
    store.flush();
    expect(sums.storageBelow(region.id)).toBeNaN();
  });

  it('is of the nodes below it and below its pools, and of VMs that are on no node', () => {
    const { store, sums } = open(
      [
        node('n1', { version: 'one' }),
        node('n2', { cpus: 4, state: 'down', version: 'one' }),
        node('n3', { pool: region.id, version: 'two' }),
        node('n4', { version: '' }),
      ],
      [
        vm('v1', 'n1'),
        vm('v2', 'n1', { state: 'paused' }),
        vm('v3', 'n2', { state: 'crashed' }),
        vm('v4', 'n3', { trouble }),
        vm('v5', undefined, { pool: zone.id }),
        vm('v6', 'n3', { state: 'stopped' }),
      ],
    );
    store.push(a, {
      kind: 'node-samples',
      samples: [sample('n1', 0.5, gib(8)), sample('n2', 1, gib(4)), sample('n3', Number.NaN, Number.NaN)],
    });
    store.flush();
    const inZone = sums.ofPool(zone.id);
    expect(inZone).toMatchObject({
      counts: { total: 4, running: 2, paused: 1, crashed: 1, troubled: 1 },
      nodes: 3,
      nodesUp: 2,
      cpus: 20,
      memory: gib(3 * 64),
      memoryUsed: gib(12),
    });
    // 8 CPUs half and 4 CPUs wholly in use: of n4 nothing is known.
    expect(inZone.cpu).toBeCloseTo(8 / 12);
    expect(sums.ofPool(region.id)).toMatchObject({
      counts: { total: 6, running: 3, paused: 1, crashed: 1, troubled: 2 },
      nodes: 4,
    });
    expect([...sums.versionsBelow(region.id)]).toEqual([
      ['one', 2],
      ['two', 1],
    ]);
    expect(sums.ofNode(nodeId(a, 'n2'))).toMatchObject({ counts: { total: 1 }, nodes: 1, nodesUp: 0, cpu: 1 });
    expect(sums.ofAll((id) => id === nodeId(a, 'n1'))).toMatchObject({
      counts: { total: 6 },
      nodes: 1,
      cpus: 8,
      cpu: 0.5,
    });
  });

  it('is unknown where nothing is known, and of the rest where some is', () => {
    const { store, sums } = open([node('n1', { cpus: Number.NaN, memory: UNKNOWN_SIZE }), node('n2')], []);
    store.push(a, { kind: 'node-samples', samples: [sample('n1', 0.5, gib(1))] });
    store.flush();
    const nothing = { cpu: Number.NaN, cpus: Number.NaN, memory: Number.NaN };
    expect(sums.ofNode(nodeId(a, 'n1'))).toMatchObject({ ...nothing, memoryUsed: gib(1) });
    expect(sums.ofPool(zone.id)).toMatchObject({ cpu: Number.NaN, cpus: 8, memory: gib(64), memoryUsed: gib(1) });
    expect(sums.ofPool(poolId(a, 'gone'))).toMatchObject({ ...nothing, nodes: 0, counts: { total: 0 } });
    expect([...sums.versionsBelow(poolId(a, 'gone'))]).toEqual([]);
  });

  it('follows nodes that come', () => {
    const { store, sums } = open([node('n1')], []);
    expect(sums.versionsBelow(zone.id).get('test')).toBe(1);
    expect(sums.ofPool(zone.id).nodes).toBe(1);
    store.push(a, { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: node('n2') }] });
    store.flush();
    expect(sums.ofPool(zone.id).nodes).toBe(2);
    expect(sums.versionsBelow(zone.id).get('test')).toBe(2);
  });
});

describe('the totals', () => {
  it.each<[Partial<EndpointStatus>, string]>([
    [{}, '1/1'],
    [{ phase: 'idle' }, '0/0'],
    [{ phase: 'connecting' }, '0/1'],
    [{ phase: 'down' }, '0/1 1 down'],
    [{ phase: 'blocked' }, '0/1 1 blocked'],
    [{ phase: 'blocked', staleSince: 1 }, '0/1 1 blocked'],
    [{ staleSince: 1 }, '0/1 1 stale'],
    [{ phase: 'down', staleSince: 1 }, '0/1 1 stale'],
  ])('count an endpoint that is %o as %s', (given, text) => {
    const { store, totals } = open([], []);
    store.setEndpoint(up(a, given));
    store.flush();
    const { up: connected, endpoints, stale, down, blocked } = totals();
    const wrong = Object.entries({ stale, down, blocked }).flatMap(([word, count]) =>
      count > 0 ? [` ${count} ${word}`] : [],
    );
    expect(`${connected}/${endpoints}${wrong.join('')}`).toBe(text);
  });

  it('leave metrics of what is stale out, and follow each landing', () => {
    const states: readonly NodeState[] = ['up', 'down', 'up'];
    const { store, totals } = open(
      states.map((state, at) => node(`n${at}`, { state, ...(at === 2 && { trouble }) })),
      [vm('v1', 'n0')],
    );
    expect(totals()).toBe(totals());
    expect(totals()).toMatchObject({ nodesTroubled: 2, sum: { nodes: 3, counts: { total: 1 } } });
    store.setEndpoint(up(b, { platform: 'other' }));
    store.push(b, inventory([aNode('m1', 'b')], []));
    store.setEndpoint(up(a, { staleSince: 1 }));
    store.flush();
    expect(totals()).toMatchObject({ endpoints: 2, sum: { nodes: 1, cpus: 8, counts: { total: 1 } } });
    expect([...totals().platforms]).toEqual([
      ['fake', 1],
      ['other', 1],
    ]);
  });
});
