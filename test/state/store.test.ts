import { describe, expect, it } from 'vitest';
import { endpointName, nodeId } from '../../src/ids.ts';
import type { Feed, Node, Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock, inventory } from './objects.ts';

const host1 = endpointName('host1');
const host2 = endpointName('host2');

function openStore() {
  const clock = createTestClock();
  const store = createStore(clock);
  return { clock, store, fleet: store.fleet };
}

describe('the store', () => {
  it('shows an inventory a moment after it came, in the order that people count', async () => {
    const { store, clock, fleet } = openStore();
    const node = aNode('n1');
    store.push(host1, inventory([node], [aVm('web10'), aVm('web2'), aVm('db')]));
    expect(fleet.vms.size).toBe(0);
    await clock.pass(50);
    expect(fleet.vmsBelow(node.id).map((id) => fleet.vms.get(id)?.name)).toEqual(['db', 'web2', 'web10']);
  });

  it('F-011 F-070 takes away what a new inventory does not have any more', async () => {
    const { store, clock, fleet } = openStore();
    store.push(host1, inventory([aNode('n1')], [aVm('a'), aVm('b')]));
    store.push(host2, inventory([aNode('n1', 'host2')], [aVm('c', { endpoint: 'host2' })]));
    store.push(host1, inventory([aNode('n1')], [aVm('b')]));
    await clock.pass(50);
    expect([...fleet.vms.values()].map(({ name }) => name)).toEqual(['b', 'c']);
  });

  it('forgets the tasks of a server with its new inventory, since a restarted one gives their names to others', async () => {
    const { store, clock, fleet } = openStore();
    const failed = { task: 'task-1', subject: undefined, text: 'no room', state: 'failed', share: 1 } as const;
    store.push(host1, inventory([aNode('n1')], [aVm('a')]));
    store.push(host1, { kind: 'tasks', tasks: [failed] });
    store.push(host2, { kind: 'tasks', tasks: [failed] });
    await clock.pass(50);
    expect(fleet.platformTasks.of(host1, 'task-1')).toMatchObject({ text: 'no room' });
    store.push(host1, inventory([aNode('n1')], [aVm('a')]));
    await clock.pass(50);
    expect(fleet.platformTasks.of(host1, 'task-1')).toBeUndefined();
    expect(fleet.platformTasks.of(host2, 'task-1')).toBeDefined();
  });

  it('keeps the counts of a node right through starts, stops and removals', async () => {
    const { store, clock, fleet } = openStore();
    const node = aNode('n1');
    const a = aVm('a');
    store.push(host1, inventory([node], [a, aVm('b', { state: 'stopped' })]));
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...a, state: 'paused' } }] });
    await clock.pass(50);
    expect(fleet.counts(node.id)).toEqual({ total: 2, running: 0, paused: 1, crashed: 0, off: 1, troubled: 0 });
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: a.id }] });
    await clock.pass(50);
    expect(fleet.counts(node.id)).toEqual({ total: 1, running: 0, paused: 0, crashed: 0, off: 1, troubled: 0 });
  });

  it('moves a renamed VM to its new place', async () => {
    const { store, clock, fleet } = openStore();
    const node = aNode('n1');
    const a = aVm('a', { native: '1' });
    store.push(host1, inventory([node], [a, aVm('b', { native: '2' })]));
    await clock.pass(50);
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...a, name: 'z' } }] });
    await clock.pass(50);
    expect(fleet.vmsBelow(node.id).map((id) => fleet.vms.get(id)?.name)).toEqual(['b', 'z']);
    expect(fleet.placeAmongSiblings(a.id)).toBe(1);
  });

  it('shows a machine that two endpoints see as one row, and keeps it when one of them goes', async () => {
    const { store, clock, fleet } = openStore();
    store.push(host1, inventory([aNode('same')], [aVm('web', { node: 'same', uuid: 'u' })]));
    store.push(
      host2,
      inventory([aNode('same', 'host2')], [aVm('web', { endpoint: 'host2', node: 'same', uuid: 'u' })]),
    );
    await clock.pass(50);
    expect([...fleet.vms.keys()]).toEqual(['host1/web']);
    store.removeEndpoint(host1);
    await clock.pass(50);
    expect([...fleet.vms.keys()]).toEqual(['host2/web']);
  });

  it('shows two machines that carry the same uuid on different hosts as two rows', async () => {
    const { store, clock, fleet } = openStore();
    store.push(host1, inventory([aNode('n1')], [aVm('copy', { uuid: 'u' })]));
    store.push(host2, inventory([aNode('n2', 'host2')], [aVm('copy', { endpoint: 'host2', node: 'n2', uuid: 'u' })]));
    await clock.pass(50);
    expect(fleet.vms.size).toBe(2);
  });

  describe('of one cloud that two endpoints lead to, of which only the administrator’s may see nodes', () => {
    const member = { ...aVm('web', { uuid: 'u' }), node: undefined };
    const administrator = aVm('web', { endpoint: 'host2', uuid: 'u' });
    const inCloud = (cloud: string | undefined, nodes: readonly Node[], vm: Vm): Feed => ({
      kind: 'inventory',
      at: 0,
      inventory: { pools: [], nodes, vms: [vm], ...(cloud !== undefined && { cloud }) },
    });
    const ofMember = inCloud('keystone:5000/v3 RegionOne', [], member);
    const ofAdministrator = inCloud('keystone:5000/v3 RegionOne', [aNode('n1', 'host2')], administrator);

    it.each([
      ['the member first', [ofMember, ofAdministrator]],
      ['the administrator first', [ofAdministrator, ofMember]],
    ])('a machine is one row, on its node: %s', async (_order, feeds) => {
      const { store, clock, fleet } = openStore();
      for (const feed of feeds) {
        store.push(feed === ofMember ? host1 : host2, feed);
        await clock.pass(50);
      }
      expect([...fleet.vms.keys()]).toEqual(['host2/web']);
      expect(fleet.counts(nodeId(host2, 'n1')).total).toBe(1);
      store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...member, name: 'web1' } }] });
      await clock.pass(50);
      expect([...fleet.vms.keys()]).toEqual(['host2/web']);
      store.removeEndpoint(host2);
      await clock.pass(50);
      expect([...fleet.vms.values()].map(({ id, name }) => [id, name])).toEqual([['host1/web', 'web1']]);
    });

    it('a machine is one row once both have said which cloud they lead to, and two when that was another one', async () => {
      const { store, clock, fleet } = openStore();
      store.push(host1, inCloud(undefined, [], member));
      store.push(host2, ofAdministrator);
      await clock.pass(50);
      expect(fleet.vms.size).toBe(2);
      store.push(host1, ofMember);
      await clock.pass(50);
      expect([...fleet.vms.keys()]).toEqual(['host2/web']);
      expect(store.inventoryOf(host1)).toEqual({
        pools: [],
        nodes: [],
        vms: [member],
        cloud: 'keystone:5000/v3 RegionOne',
      });
      store.push(host2, inCloud('copy:5000/v3 RegionOne', [aNode('n1', 'host2')], administrator));
      await clock.pass(50);
      expect([...fleet.vms.keys()].toSorted()).toEqual(['host1/web', 'host2/web']);
    });
  });

  it('keeps a machine that goes from one of its endpoints apart from its copy on another host', async () => {
    const { store, clock, fleet } = openStore();
    store.push(host1, inventory([aNode('n1')], [aVm('web', { uuid: 'u' })]));
    store.push(host2, inventory([aNode('n2', 'host2')], [aVm('copy', { endpoint: 'host2', node: 'n2', uuid: 'u' })]));
    const host3 = endpointName('host3');
    store.push(host3, inventory([aNode('n1', 'host3')], [aVm('web', { endpoint: 'host3', node: 'n1', uuid: 'u' })]));
    await clock.pass(50);
    expect([...fleet.vms.keys()]).toEqual(['host1/web', 'host2/copy']);
    store.removeEndpoint(host1);
    await clock.pass(50);
    expect([...fleet.vms.keys()]).toEqual(['host2/copy', 'host3/web']);
  });

  it('keeps the last sample and what was before it, and forgets both when the VM stops', async () => {
    const { store, clock, fleet } = openStore();
    const a = aVm('a');
    store.push(host1, inventory([aNode('n1')], [a]));
    for (const cpu of [0.1, 0.2, Number.NaN]) store.push(host1, { kind: 'samples', block: cpuBlock([a], cpu) });
    await clock.pass(300);
    const history = new Float32Array(4);
    fleet.samples.cpuHistory(a.id, history);
    expect([...history].map((share) => Math.round(share * 100))).toEqual([Number.NaN, 10, 20, Number.NaN]);
    expect(fleet.samples.cpu(a.id)).toBeNaN();
    store.push(host1, { kind: 'samples', block: cpuBlock([a], 0.4) });
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...a, state: 'stopped' } }] });
    await clock.pass(300);
    expect(fleet.samples.cpu(a.id)).toBeNaN();
    fleet.samples.cpuHistory(a.id, history);
    expect(history.every(Number.isNaN)).toBe(true);
  });

  it('draws a graph whose cells stay what they were while the last one is still filled', async () => {
    const { store, clock, fleet } = openStore();
    const a = aVm('a');
    store.push(host1, inventory([aNode('n1')], [a]));
    const cells = () => {
      const graph = new Float32Array(3);
      fleet.samples.cpuHistory(a.id, graph, 4);
      return [...graph].map((share) => Math.round(share * 100));
    };
    const add = async (...shares: readonly number[]) => {
      for (const cpu of shares) store.push(host1, { kind: 'samples', block: cpuBlock([a], cpu) });
      await clock.pass(300);
    };
    await add(0.1, 0.2, 0.3, 0.2);
    expect(cells()).toEqual([Number.NaN, Number.NaN, 20]);
    await add(0.8);
    expect(cells()).toEqual([Number.NaN, 20, 80]);
    await add(0.4, Number.NaN);
    expect(cells()).toEqual([Number.NaN, 20, 60]);
    await add(...Array.from({ length: 61 }, () => 0.5));
    expect(cells()).toEqual([50, 50, 50]);
  });

  it('keeps the history and the events of a VM that goes to another endpoint', async () => {
    const clock = createTestClock();
    const store = createStore(clock);
    const other = endpointName('host2');
    const [before, after] = [aVm('a'), aVm('a', { endpoint: 'host2' })];
    store.push(host1, inventory([aNode('n1')], [before, aVm('b')]));
    store.push(other, inventory([aNode('n1', 'host2')], []));
    for (const share of [0.25, 0.5]) store.push(host1, { kind: 'samples', block: cpuBlock([before], share) });
    store.push(host1, { kind: 'events', events: [{ at: 0, subject: before.id, text: 'Started' }] });
    store.flush();
    store.push(other, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: after }] });
    store.push(other, { kind: 'changes', at: 0, changes: [{ kind: 'vm-moved', from: before.id, to: after.id }] });
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: before.id }] });
    store.flush();
    store.push(other, { kind: 'samples', block: cpuBlock([after], 1) });
    store.flush();
    const graph = new Float32Array(3);
    store.fleet.samples.cpuHistory(after.id, graph);
    expect([...graph]).toEqual([0.25, 0.5, 1]);
    expect(store.fleet.movedTo(before.id)).toBe(after.id);
    expect(store.fleet.events.map(({ subject }) => subject)).toEqual([after.id]);
    // Another VM that gets the id that is free now has nothing of it.
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...before, uuid: 'new' } }] });
    store.flush();
    expect(store.fleet.samples.cpu(before.id)).toBeNaN();
  });

  it('counts what is in trouble below a node', async () => {
    const { store, clock, fleet } = openStore();
    const node = aNode('n1');
    const broken = { ...aVm('b'), trouble: { message: 'the disk is full', since: 0 } };
    store.push(host1, inventory([node], [aVm('a'), broken, { ...aVm('c'), state: 'error' }]));
    await clock.pass(300);
    expect(fleet.counts(node.id).troubled).toBe(2);
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: aVm('b') }] });
    await clock.pass(300);
    expect(fleet.counts(node.id).troubled).toBe(1);
  });

  it('tells its listeners once for everything that lands together', async () => {
    const { store, clock } = openStore();
    let told = 0;
    store.subscribe(() => told++);
    const vms = Array.from({ length: 100 }, (_, i) => aVm(`vm${i}`));
    store.push(host1, inventory([aNode('n1')], vms));
    for (const vm of vms) {
      store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...vm, state: 'paused' } }] });
    }
    await clock.pass(50);
    expect(told).toBe(1);
  });

  it('does not let samples of a removed VM show up at the one that took its place', async () => {
    const { store, clock, fleet } = openStore();
    const [a, b, c] = [aVm('a'), aVm('b'), aVm('c')];
    const block = cpuBlock([a, b], 0.5);
    store.push(host1, inventory([aNode('n1')], [a, b]));
    store.push(host1, { kind: 'samples', block });
    await clock.pass(300);
    store.push(host1, {
      kind: 'changes',
      at: 0,
      changes: [
        { kind: 'vm-remove', id: a.id },
        { kind: 'vm-upsert', vm: c },
      ],
    });
    store.push(host1, { kind: 'samples', block: cpuBlock([c], 0.9) });
    store.push(host1, { kind: 'samples', block });
    await clock.pass(300);
    expect(fleet.samples.cpu(c.id)).toBeCloseTo(0.9);
  });

  it('says on the row of an endpoint how many of its events were too many', async () => {
    const { store, clock, fleet } = openStore();
    store.setEndpoint({ name: host1, platform: 'fake', address: '', phase: 'up', since: 0 });
    await clock.pass(50);
    const events = Array.from({ length: 3_000 }, (_, at) => ({ at, subject: undefined, text: `event ${at}` }));
    store.push(host1, { kind: 'events', events });
    await clock.pass(50);
    expect(fleet.events).toHaveLength(1_000);
    expect(fleet.events.at(-1)?.text).toBe('host1 sent more events than can be shown: 2000 were dropped');
    expect(fleet.endpoints.get(host1)?.droppedEvents).toBe(2_000);
    store.setEndpoint({ name: host1, platform: 'fake', address: '', phase: 'up', since: 0, staleSince: 9 });
    await clock.pass(50);
    expect(fleet.endpoints.get(host1)).toMatchObject({ staleSince: 9, droppedEvents: 2_000 });
    store.setEndpoint({ name: host1, platform: 'fake', address: '', phase: 'down', since: 60 });
    await clock.pass(50);
    expect(fleet.endpoints.get(host1)?.droppedEvents).toBeUndefined();
  });

  it.each([
    ['was removed', { kind: 'changes', at: 0, changes: [{ kind: 'node-remove', id: aNode('n2').id }] }],
    ['is missing in a new inventory', inventory([aNode('n1')], [])],
  ] as const)('keeps no samples of a node that %s before they landed', async (_how, feed) => {
    const { store, clock, fleet } = openStore();
    const node = aNode('n2');
    store.push(host1, inventory([aNode('n1'), node], []));
    await clock.pass(500);
    store.push(host1, { kind: 'node-samples', samples: [{ node: node.id, at: 0, cpu: 0.5, memory: 1 }] });
    store.push(host1, feed);
    await clock.pass(500);
    expect(fleet.nodeSamples.of(node.id)).toBeUndefined();
  });

  it('knows nothing of a machine from the one that had its id before', async () => {
    const { store, clock, fleet } = openStore();
    const web1 = aVm('web1');
    store.push(host1, inventory([aNode('n1')], [web1]));
    store.push(host1, { kind: 'samples', block: cpuBlock([web1], 0.5) });
    await clock.pass(500);
    expect(fleet.samples.cpu(web1.id)).toBe(0.5);
    const other = { ...web1, name: 'payroll', uuid: 'another' };
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: other }] });
    await clock.pass(500);
    expect(fleet.samples.cpu(web1.id)).toBeNaN();
  });
});
