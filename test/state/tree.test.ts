import { describe, expect, it } from 'vitest';
import { endpointName, poolId, userPoolId } from '../../src/ids.ts';
import type { Inventory, Vm } from '../../src/platforms/contract.ts';
import type { EndpointStatus } from '../../src/state/fleet/fleet.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { createTree, rowKey, type Tree } from '../../src/state/query/tree.ts';
import { createTestClock } from '../clock.ts';
import { LARGE } from '../sizes.ts';
import { aNode, aVm, inventory } from './objects.ts';

const host1 = endpointName('host1');
const host2 = endpointName('host2');

function openTree() {
  const store = createStore(createTestClock());
  const tree = createTree(store.fleet);
  return { store, tree, fleet: store.fleet };
}

const endpoint = (name: typeof host1): EndpointStatus => ({
  name,
  platform: 'kvm',
  address: name,
  phase: 'up',
  since: 0,
});

/** The tree as a reader would see it: two blanks a level, the last part of the id. */
const drawn = (tree: Tree): readonly string[] =>
  Array.from({ length: tree.length }, (_, i) => {
    const row = tree.at(i);
    return row ? `${'  '.repeat(row.depth)}${row.kind} ${row.id}` : 'nothing';
  });

function push(store: ReturnType<typeof openTree>['store'], vms: readonly Vm[]) {
  store.setEndpoint(endpoint(host1));
  store.push(host1, inventory([aNode('n1')], vms));
  store.flush();
}

describe('the tree', () => {
  it('F-001 shows pools, nodes and VMs below each other', () => {
    const { store, tree } = openTree();
    const pool = userPoolId('Production');
    store.setGrouping({
      pools: [{ id: pool, name: 'Production', parent: undefined, readOnly: false, variables: {} }],
      notes: new Map(),
      placeOf: new Map([[host1, pool]]),
    });
    store.setEndpoint(endpoint(host2));
    push(store, [aVm('b'), aVm('a')]);
    expect(drawn(tree)).toEqual([
      'pool ~/Production',
      '  node host1/n1',
      '    vm host1/a',
      '    vm host1/b',
      'endpoint host2',
    ]);
  });

  it('nests what a platform calls a pool inside the pool of the user, and a VM without a node under it', () => {
    const { store, tree } = openTree();
    const mine = userPoolId('Cloud');
    const region = poolId(host1, 'eu');
    const all: Inventory = {
      pools: [{ id: region, name: 'eu', parent: undefined }],
      nodes: [aNode('zone-a', 'host1', region)],
      vms: [aVm('up', { node: 'zone-a' }), { ...aVm('off', { state: 'stopped' }), node: undefined, pool: region }],
    };
    store.setGrouping({
      pools: [{ id: mine, name: 'Cloud', parent: undefined, readOnly: false, variables: {} }],
      notes: new Map(),
      placeOf: new Map([[host1, mine]]),
    });
    store.push(host1, { kind: 'inventory', at: 0, inventory: all });
    store.flush();
    expect(drawn(tree)).toEqual([
      'pool ~/Cloud',
      '  pool host1/eu',
      '    node host1/zone-a',
      '      vm host1/up',
      '    vm host1/off',
    ]);
  });

  it('hides what is below a folded branch and finds the row again when it is unfolded', () => {
    const { store, tree } = openTree();
    push(store, [aVm('a'), aVm('b')]);
    const node = rowKey('node', 'host1/n1');
    expect(tree.indexOf(rowKey('vm', 'host1/b'))).toBe(2);
    tree.fold(node, true);
    expect(drawn(tree)).toEqual(['node host1/n1']);
    expect(tree.indexOf(rowKey('vm', 'host1/b'))).toBe(-1);
    tree.fold(node, false);
    expect(tree.indexOf(rowKey('vm', 'host1/b'))).toBe(2);
    expect(tree.parentKeyOf(rowKey('vm', 'host1/b'))).toBe(node);
  });

  it('shows only what a filter lets through, with the branches above it, also where they were folded', () => {
    const { store, tree } = openTree();
    store.push(host2, inventory([aNode('n2', 'host2')], [aVm('web', { endpoint: 'host2', node: 'n2' })]));
    push(store, [aVm('web1'), aVm('db')]);
    tree.fold(rowKey('node', 'host1/n1'), true);
    tree.want({ filter: { accepts: (vm) => vm.name === 'web1', live: false } });
    expect(drawn(tree)).toEqual(['node host1/n1', '  vm host1/web1']);
    expect(tree.indexOf(rowKey('vm', 'host1/web1'))).toBe(1);
    expect(tree.shownVms).toBe(1);
    tree.want({ filter: undefined });
    expect(drawn(tree)).toEqual(['node host1/n1', 'node host2/n2', '  vm host2/web']);
  });

  it('follows a filter on states as they change', () => {
    const { store, tree } = openTree();
    const a = aVm('a');
    push(store, [a, aVm('b')]);
    tree.want({ filter: { accepts: (vm) => vm.state === 'running', live: true } });
    expect(tree.shownVms).toBe(2);
    store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...a, state: 'stopped' } }] });
    store.flush();
    expect(tree.shownVms).toBe(1);
  });

  it('keeps the VM that the cursor is on in its place when a filter on states would take it away', () => {
    const { store, tree } = openTree();
    const [a, b, c] = [aVm('a'), aVm('b'), aVm('c')];
    push(store, [a, b, c]);
    const stop = (vm: Vm) => {
      store.push(host1, { kind: 'changes', at: 0, changes: [{ kind: 'vm-upsert', vm: { ...vm, state: 'stopped' } }] });
      store.flush();
    };
    tree.want({ filter: { accepts: (vm) => store.fleet.vms.get(vm.id)?.state === 'running', live: true } });
    expect(tree.indexOf(rowKey('vm', b.id))).toBe(2);
    tree.lookAt(rowKey('vm', b.id));
    stop(b);
    stop(a);
    expect(drawn(tree)).toEqual(['node host1/n1', '  vm host1/b', '  vm host1/c']);
    tree.lookAt(rowKey('vm', c.id));
    stop(a);
    expect(drawn(tree)).toEqual(['node host1/n1', '  vm host1/c']);
  });

  it('has very many VMs without making more rows than are looked at', () => {
    const { store, tree } = openTree();
    const vms = Array.from({ length: LARGE }, (_, i) => aVm(`vm${i}`));
    push(store, vms);
    expect(tree.length).toBe(LARGE + 1);
    expect(tree.at(LARGE)).toMatchObject({ kind: 'vm', id: `host1/vm${LARGE - 1}` });
    expect(tree.indexOf(rowKey('vm', 'host1/vm4321'))).toBe(4_322);
  });
});
