import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, poolId, userPoolId } from '../../src/ids.ts';
import type { Feed, Vm } from '../../src/platforms/contract.ts';
import type { EndpointStatus } from '../../src/state/fleet/fleet.ts';
import { createStore, endpointStatusOf } from '../../src/state/fleet/store.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock, inventory } from './objects.ts';

const host1 = endpointName('host1');
const host2 = endpointName('host2');

function openStore() {
  const clock = createTestClock();
  const store = createStore(clock);
  const upsert = (...vms: readonly Vm[]) =>
    store.push(host1, { kind: 'changes', at: 0, changes: vms.map((vm) => ({ kind: 'vm-upsert', vm })) });
  return { clock, store, fleet: store.fleet, upsert };
}
const up = (name: typeof host1, more: Partial<EndpointStatus> = {}): EndpointStatus => ({
  name,
  platform: 'kvm',
  address: '',
  phase: 'up',
  since: 0,
  ...more,
});

describe('what is pushed', () => {
  it.each<[string, number, Feed]>([
    ['an inventory', 5, inventory([aNode('n1')], [])],
    ['changes', 30, { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: aNode('n1') }] }],
    ['events', 30, { kind: 'events', events: [{ at: 0, subject: undefined, text: 'x' }] }],
    ['tasks', 30, { kind: 'tasks', tasks: [] }],
    ['samples', 250, { kind: 'samples', block: cpuBlock([], 0) }],
    ['samples of nodes', 250, { kind: 'node-samples', samples: [] }],
  ])('lands as %s after %d ms', async (_what, ms, feed) => {
    const { store, clock, fleet } = openStore();
    store.push(host1, feed);
    await clock.pass(ms - 1);
    expect([fleet.version, store.settled]).toEqual([0, false]);
    await clock.pass(1);
    expect([fleet.version, fleet.landedAt, store.settled]).toEqual([1, clock.now(), true]);
    await clock.pass(1_000);
    expect([fleet.version, fleet.landedAt]).toEqual([1, clock.now() - 1_000]);
  });

  it('lands with what must land sooner', async () => {
    const { store, clock, fleet, upsert } = openStore();
    store.push(host1, { kind: 'node-samples', samples: [{ node: aNode('n1').id, at: 0, cpu: 1, memory: 1 }] });
    upsert(aVm('a'));
    await clock.pass(30);
    expect([fleet.vms.size, fleet.nodeSamples.of(aNode('n1').id)?.cpu]).toEqual([1, 1]);
  });

  it('of a quiet link is nothing that lands', async () => {
    const { store, clock, fleet } = openStore();
    store.push(host1, { kind: 'alive', at: 0 });
    store.push(host1, { kind: 'complete', at: 0 });
    expect(store.settled).toBe(true);
    await clock.pass(1_000);
    expect(fleet.version).toBe(0);
  });

  it('has samples that can be read at once, since their columns are used again', () => {
    const { store, fleet } = openStore();
    const a = aVm('a');
    const block = cpuBlock([a], 0.5);
    store.push(host1, { kind: 'samples', block });
    block.cpu.fill(0.9);
    expect(fleet.samples.cpu(a.id)).toBe(0.5);
  });
});

describe('a listener', () => {
  it('is called after each landing until it unsubscribes', async () => {
    const { store, clock, upsert } = openStore();
    let told = 0;
    const stop = store.subscribe(() => told++);
    for (const name of ['a', 'b']) {
      upsert(aVm(name));
      await clock.pass(30);
    }
    expect(told).toBe(2);
    stop();
    upsert(aVm('c'));
    await clock.pass(30);
    expect(told).toBe(2);
  });

  it('is called now and then during a long landing, and at its end', () => {
    let ticks = 0;
    let run = () => {};
    // Each look at this clock finds it a millisecond later.
    const store = createStore({
      ...createTestClock(),
      ticks: () => ++ticks,
      after: (_ms, call) => {
        run = call;
        return () => {};
      },
    });
    const told: number[] = [];
    store.subscribe(() => told.push(store.fleet.vms.size));
    store.push(
      host1,
      inventory(
        [aNode('n1')],
        Array.from({ length: 256 * 100 }, (_, at) => aVm(`vm${at}`)),
      ),
    );
    let steps = 0;
    for (; steps < 500 && !store.settled; steps++) run();
    expect([store.settled, told.at(-1), store.fleet.version]).toEqual([true, 25_600, steps]);
    expect(steps).toBeGreaterThan(15);
    expect(told.length).toBeGreaterThanOrEqual(3);
    expect(told.length).toBeLessThan(6);
  });
});

describe('the shape of the fleet', () => {
  it.each<[string, Feed, number]>([
    ['a VM comes', { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: aVm('c') }] }, 1],
    ['a VM goes', { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: aVm('a').id }] }, 1],
    ['a VM that is not there goes', { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: aVm('x').id }] }, 0],
    ['a VM stops', { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: aVm('a', { state: 'stopped' }) }] }, 0],
    ['a VM is renamed', { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: aVm('z', { native: 'a' }) }] }, 1],
    ['a VM moves', { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: aVm('a', { node: 'n2' }) }] }, 1],
    ['a VM is another', { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: aVm('a', { uuid: 'x' }) }] }, 1],
    ['a node comes', { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: aNode('n9') }] }, 1],
    [
      'a node goes down',
      { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: { ...aNode('n1'), state: 'down' } }] },
      0,
    ],
    [
      'a node is renamed',
      { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: { ...aNode('n1'), name: 'z' } }] },
      1,
    ],
    [
      'a node goes to a pool',
      { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: aNode('n1', 'host1', poolId(host1, 'p')) }] },
      1,
    ],
    ['a node goes', { kind: 'changes', at: 0, changes: [{ kind: 'node-remove', id: aNode('n1').id }] }, 1],
    [
      'a node that is not there goes',
      { kind: 'changes', at: 0, changes: [{ kind: 'node-remove', id: aNode('n9').id }] },
      0,
    ],
    [
      'a pool comes',
      {
        kind: 'changes',
        at: 0,
        changes: [{ kind: 'pool-upsert', pool: { id: poolId(host1, 'q'), name: 'q', parent: undefined } }],
      },
      1,
    ],
    ['a pool goes', { kind: 'changes', at: 0, changes: [{ kind: 'pool-remove', id: poolId(host1, 'p') }] }, 1],
    [
      'a pool that is not there goes',
      { kind: 'changes', at: 0, changes: [{ kind: 'pool-remove', id: poolId(host1, 'x') }] },
      0,
    ],
    ['samples come', { kind: 'samples', block: cpuBlock([aVm('a')], 0.5) }, 0],
  ])('when %s', (_what, feed, by) => {
    const { store, fleet } = openStore();
    store.push(host1, {
      kind: 'inventory',
      at: 0,
      inventory: {
        pools: [{ id: poolId(host1, 'p'), name: 'p', parent: undefined }],
        nodes: [aNode('n1')],
        vms: [aVm('a'), aVm('b')],
      },
    });
    store.flush();
    const { shape, version } = fleet;
    store.push(host1, feed);
    store.flush();
    expect([fleet.shape - shape, fleet.version - version]).toEqual([by, 1]);
  });

  it('is another when endpoints come and go, or the user groups them again', () => {
    const { store, fleet } = openStore();
    const shapesAfter = (change: () => void) => {
      const { shape } = fleet;
      change();
      store.flush();
      return fleet.shape - shape;
    };
    expect(shapesAfter(() => store.setEndpoint(up(host1)))).toBe(1);
    expect(shapesAfter(() => store.setEndpoint(up(host1, { phase: 'down' })))).toBe(0);
    const pool = { id: userPoolId('A'), name: 'A', parent: undefined, readOnly: false, variables: {} };
    expect(shapesAfter(() => store.setGrouping({ pools: [pool], notes: new Map(), placeOf: new Map() }))).toBe(1);
    expect(fleet.grouping.pools).toEqual([pool]);
    expect(shapesAfter(() => store.removeEndpoint(host1))).toBe(1);
    expect(fleet.endpoints.size).toBe(0);
  });
});

describe('an endpoint', () => {
  it('can be reported again as it landed, without those of others', () => {
    const { store, fleet } = openStore();
    const pools = [{ id: poolId(host1, 'p'), name: 'p', parent: undefined }];
    const told = { pools, nodes: [aNode('n1')], vms: [aVm('a')] };
    store.push(host1, { kind: 'inventory', at: 0, inventory: told });
    store.push(host2, {
      kind: 'inventory',
      at: 0,
      inventory: {
        pools: [{ id: poolId(host2, 'p'), name: 'p', parent: undefined }],
        nodes: [aNode('n1', 'host2')],
        vms: [aVm('a', { endpoint: 'host2', uuid: 'a' })],
      },
    });
    store.flush();
    expect(store.inventoryOf(host1)).toEqual(told);
    // One machine seen through both has one row, and is told of each.
    expect([fleet.vms.size, store.inventoryOf(host2).vms.map(({ id }) => id)]).toEqual([1, ['host2/a']]);
    store.removeEndpoint(host1);
    store.flush();
    expect(store.inventoryOf(host1)).toEqual({ pools: [], nodes: [], vms: [] });
    expect([fleet.pools.size, fleet.nodes.size, [...fleet.vms.keys()]]).toEqual([1, 1, ['host2/a']]);
  });

  it('that is removed takes with it what has not landed yet, and not what comes afterwards', () => {
    const { store, fleet, upsert } = openStore();
    upsert(aVm('a'));
    store.removeEndpoint(host1);
    upsert(aVm('b'));
    store.flush();
    expect([...fleet.vms.keys()]).toEqual(['host1/b']);
  });

  it('has a status for each of its objects', () => {
    const { store, fleet } = openStore();
    store.setEndpoint(up(host1));
    store.flush();
    expect([endpointStatusOf(fleet, aVm('a').id)?.name, endpointStatusOf(fleet, nodeId(host2, 'x'))]).toEqual([
      'host1',
      undefined,
    ]);
  });

  it('sums up the events that were too many, of one phase', () => {
    const { store, fleet } = openStore();
    const flood = () => ({
      kind: 'events' as const,
      events: Array.from({ length: 1_100 }, (_, at) => ({ at, subject: undefined, text: `${at}` })),
    });
    store.setEndpoint(up(host1));
    store.push(host1, flood());
    store.flush();
    store.push(host1, flood());
    store.push(host2, flood());
    store.flush();
    expect(fleet.endpoints.get(host1)?.droppedEvents).toBe(200);
    expect(fleet.endpoints.get(host2)).toBeUndefined();
    store.setEndpoint(up(host2, { since: 7 }));
    store.push(host2, { kind: 'events', events: [{ at: 0, subject: undefined, text: 'one' }] });
    store.flush();
    expect(fleet.endpoints.get(host2)).toEqual(up(host2, { since: 7 }));
    store.push(host2, { kind: 'events', events: flood().events.slice(0, 1_001) });
    store.flush();
    expect(fleet.endpoints.get(host2)?.droppedEvents).toBe(1);
    expect(fleet.events.at(-1)?.text).toBe('host2 sent more events than can be shown: 1 were dropped');
    store.push(host1, { kind: 'events', events: [{ at: 0, subject: undefined, text: 'last' }] });
    store.flush();
    expect([fleet.events.length, fleet.events.at(-1)?.text, fleet.endpoints.get(host1)?.droppedEvents]).toEqual([
      1_000,
      'last',
      200,
    ]);
  });
});
