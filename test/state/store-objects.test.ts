import { describe, expect, it } from 'vitest';
import { endpointName, poolId } from '../../src/ids.ts';
import type { PlatformTask, Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createTestClock } from '../clock.ts';
import { aNode, aVm, cpuBlock, inventory } from './objects.ts';

const host1 = endpointName('host1');
const host2 = endpointName('host2');

function openStore() {
  const store = createStore(createTestClock());
  const upsert = (...vms: readonly Vm[]) =>
    store.push(host1, { kind: 'changes', at: 0, changes: vms.map((vm) => ({ kind: 'vm-upsert', vm })) });
  return { store, fleet: store.fleet, upsert };
}

describe('names', () => {
  it('are known of what is there, and of the thousand VMs that went last', () => {
    const { store, fleet } = openStore();
    const vms = Array.from({ length: 1_002 }, (_, at) => aVm(`vm${at}`));
    store.push(host1, inventory([aNode('n1')], vms));
    store.flush();
    expect([fleet.nameOf(aVm('vm7').id), fleet.nameOf(aNode('n1').id), fleet.nameOf(aVm('x').id)]).toEqual([
      'vm7',
      'n1',
      undefined,
    ]);
    for (const { id } of vms) store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id }] });
    store.flush();
    expect(['vm0', 'vm1', 'vm2', 'vm1001'].map((name) => fleet.nameOf(aVm(name).id))).toEqual([
      undefined,
      undefined,
      'vm2',
      'vm1001',
    ]);
  });

  it('of a machine whose id another one has now is the one of the other', () => {
    const { store, fleet, upsert } = openStore();
    upsert(aVm('old', { native: '1', uuid: 'u' }));
    store.flush();
    upsert(aVm('new', { native: '1', uuid: 'v' }));
    store.flush();
    expect(fleet.nameOf(aVm('', { native: '1' }).id)).toBe('new');
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: aVm('', { native: '1' }).id }] });
    store.flush();
    expect(fleet.nameOf(aVm('', { native: '1' }).id)).toBe('new');
  });
});

describe('samples', () => {
  it.each([
    ['running', 'stopped', false],
    ['running', 'paused', true],
    ['paused', 'stopped', false],
    ['stopping', 'stopped', false],
    ['paused', 'suspended', false],
    ['running', 'crashed', true],
  ] as const)('of a VM that was %s and is %s are kept: %s', (before, after, kept) => {
    const { store, fleet, upsert } = openStore();
    upsert(aVm('a', { state: before }));
    store.push(host1, { kind: 'samples', block: cpuBlock([aVm('a')], 0.5) });
    store.flush();
    upsert(aVm('a', { state: after }));
    store.flush();
    expect(fleet.samples.cpu(aVm('a').id)).toBe(kept ? 0.5 : Number.NaN);
  });

  it('of a VM or a node that went are forgotten', () => {
    const { store, fleet, upsert } = openStore();
    const node = aNode('n1').id;
    upsert(aVm('a'));
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'node-upsert', node: aNode('n1') }] });
    store.push(host1, { kind: 'samples', block: cpuBlock([aVm('a')], 0.5) });
    store.push(host1, { kind: 'node-samples', samples: [{ node, at: 0, cpu: 1, memory: 1 }] });
    store.flush();
    store.push(host1, {
      kind: 'changes',
      at: 0,
      changes: [
        { kind: 'vm-remove', id: aVm('a').id },
        { kind: 'node-remove', id: node },
      ],
    });
    store.flush();
    expect([fleet.samples.cpu(aVm('a').id), fleet.nodeSamples.of(node)]).toEqual([Number.NaN, undefined]);
  });
});

describe('tasks of platforms', () => {
  const task = (name: string, text = name): PlatformTask => ({
    task: name,
    subject: undefined,
    state: 'running',
    share: 0,
    text,
  });

  it('are the newest word of each, by endpoint, the newest thousand', () => {
    const { store, fleet } = openStore();
    store.push(host1, { kind: 'tasks', tasks: [task('t0', 'old'), task('t1')] });
    store.push(host2, { kind: 'tasks', tasks: [task('t0', 'theirs')] });
    store.flush();
    store.push(host1, {
      kind: 'tasks',
      tasks: [task('t0', 'new'), ...Array.from({ length: 997 }, (_, at) => task(`u${at}`))],
    });
    store.flush();
    const of = (endpoint: typeof host1, name: string) => fleet.platformTasks.of(endpoint, name)?.text;
    expect([of(host1, 't0'), of(host1, 't1'), of(host2, 't0')]).toEqual(['new', 't1', 'theirs']);
    store.push(host1, { kind: 'tasks', tasks: [task('v')] });
    store.flush();
    expect([of(host1, 't1'), of(host2, 't0'), of(host1, 't0'), of(host1, 'v')]).toEqual([
      undefined,
      'theirs',
      'new',
      'v',
    ]);
    store.removeEndpoint(host1);
    store.flush();
    expect([of(host1, 't0'), of(host2, 't0')]).toEqual([undefined, 'theirs']);
  });
});

describe('counts below a node', () => {
  it('follow VMs as they come, move, change and go, and those on no node are below their pool', () => {
    const { store, fleet, upsert } = openStore();
    const [n1, n2, pool] = [aNode('n1').id, aNode('n2').id, poolId(host1, 'p')];
    const none = { total: 0, running: 0, paused: 0, crashed: 0, off: 0, troubled: 0 };
    expect(fleet.counts(n1)).toEqual(none);
    upsert(aVm('a'), aVm('b', { state: 'crashed' }), aVm('c', { state: 'error' }), {
      ...aVm('d'),
      node: undefined,
      pool,
    });
    upsert({ ...aVm('e'), node: undefined });
    store.flush();
    expect(fleet.counts(n1)).toEqual({ ...none, total: 3, running: 1, crashed: 1, troubled: 2 });
    expect(fleet.counts(pool)).toEqual({ ...none, total: 1, running: 1 });
    expect([
      fleet.vmsBelow(pool),
      fleet.placeAmongSiblings(aVm('e').id),
      fleet.placeAmongSiblings(aVm('x').id),
    ]).toEqual([['host1/d'], -1, -1]);
    upsert(aVm('b', { node: 'n2', state: 'paused' }), aVm('e', { node: 'n2' }));
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: aVm('c').id }] });
    store.flush();
    expect([fleet.counts(n1), fleet.counts(n2)]).toEqual([
      { ...none, total: 1, running: 1 },
      { ...none, total: 2, running: 1, paused: 1 },
    ]);
    expect([fleet.vmsBelow(n1), fleet.vmsBelow(n2)]).toEqual([['host1/a'], ['host1/b', 'host1/e']]);
  });

  it('are of one machine once, whichever endpoint shows it', () => {
    const { store, fleet } = openStore();
    const seen = (endpoint: string, state: 'running' | 'paused' = 'running') =>
      aVm('web', { endpoint, node: 'same', uuid: 'u', state });
    for (const endpoint of ['host1', 'host2', 'host3'])
      store.push(endpointName(endpoint), inventory([aNode('same', endpoint)], [seen(endpoint)]));
    store.flush();
    expect([...fleet.vms.keys()]).toEqual(['host1/web']);
    // A word about a row that is not shown changes nothing that is shown.
    const { shape } = fleet;
    store.push(host2, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: seen('host2', 'paused') }] });
    store.flush();
    expect([[...fleet.vms.keys()], fleet.shape - shape]).toEqual([['host1/web'], 0]);
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-remove', id: seen('host1').id }] });
    store.flush();
    expect([[...fleet.vms.keys()].length, fleet.counts(aNode('same', 'host1').id).total]).toEqual([1, 0]);
    const [shown] = fleet.vms.keys();
    const [later, last] = shown?.startsWith('host2') ? ['host2', 'host3'] : ['host3', 'host2'];
    store.removeEndpoint(endpointName(later));
    store.flush();
    expect([...fleet.vms.keys()]).toEqual([`${last}/web`]);
    for (const endpoint of ['host2', 'host3']) store.removeEndpoint(endpointName(endpoint));
    store.flush();
    expect(fleet.vms.size).toBe(0);
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: seen('host1') }] });
    store.flush();
    expect([...fleet.vms.keys()]).toEqual(['host1/web']);
  });
});
