import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, poolId, userPoolId } from '../../src/ids.ts';
import type { Change, Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { readSort, type Sort } from '../../src/state/query/sort.ts';
import { createTree } from '../../src/state/query/tree.ts';
import { createTestClock } from '../clock.ts';
import { drawn } from './drawn-tree.ts';
import { aNode, aVm } from './objects.ts';

const [h1, h2, h3] = ['h1', 'h2', 'h3'].map((name) => endpointName(name)) as [
  ReturnType<typeof endpointName>,
  ReturnType<typeof endpointName>,
  ReturnType<typeof endpointName>,
];
const userPool = (name: string, parent?: string) => ({
  id: userPoolId(name),
  name,
  parent: parent === undefined ? undefined : userPoolId(parent),
  readOnly: false,
  variables: {},
});
const vmOf = (name: string, endpoint: string, node: string) => aVm(name, { endpoint, node });
const by = (text: string) => readSort(text) as Sort;

/** Mine with In in it, where h1 is; its node n2 is in Other. h1 has a pool p with q in it. h3 has no node. */
function openTree(folded?: Set<string>) {
  const store = createStore(createTestClock());
  const { fleet } = store;
  const [p, q] = [poolId(h1, 'p'), poolId(h1, 'q')];
  store.setGrouping({
    pools: [userPool('Other'), userPool('In', 'Mine'), userPool('Mine'), userPool('Empty', 'Gone')],
    notes: new Map(),
    placeOf: new Map<typeof h1 | ReturnType<typeof nodeId>, ReturnType<typeof userPoolId>>([
      [h1, userPoolId('In')],
      [nodeId(h1, 'n2'), userPoolId('Other')],
      [h3, userPoolId('Mine')],
    ]),
  });
  for (const name of [h3, h2, h1]) store.setEndpoint({ name, platform: 'kvm', address: '', phase: 'up', since: 0 });
  const inPool: Vm = { ...vmOf('v9', 'h1', ''), node: undefined, pool: q };
  store.push(h1, {
    kind: 'inventory',
    at: 0,
    inventory: {
      pools: [
        { id: q, name: 'q', parent: p },
        { id: p, name: 'p', parent: undefined },
      ],
      nodes: [aNode('n10', 'h1'), aNode('n9', 'h1'), aNode('n2', 'h1', p), aNode('n3', 'h1', q)],
      vms: [vmOf('v1', 'h1', 'n10'), vmOf('v2', 'h1', 'n2'), vmOf('v3', 'h1', 'n3'), vmOf('v4', 'h1', 'n3'), inPool],
    },
  });
  store.push(h2, {
    kind: 'inventory',
    at: 0,
    inventory: { pools: [], nodes: [aNode('n1', 'h2')], vms: [vmOf('w1', 'h2', 'n1')] },
  });
  store.flush();
  const change = (...changes: readonly Change[]) => {
    store.push(h1, { kind: 'changes', at: 0, changes });
    store.flush();
  };
  return { store, fleet, change, tree: createTree(fleet, folded) };
}

const ALL = [
  'pool ~/Empty',
  'pool ~/Mine',
  '  pool ~/In',
  '    pool h1/p',
  '      pool h1/q',
  '        node h1/n3',
  '          vm h1/v3',
  '          vm h1/v4',
  '        vm h1/v9',
  '    node h1/n9',
  '    node h1/n10',
  '      vm h1/v1',
  '  endpoint h3',
  'pool ~/Other',
  '  node h1/n2',
  '    vm h1/v2',
  'node h2/n1',
  '  vm h2/w1',
];

describe('the rows of the tree', () => {
  it('are nested: pools of the user first, then of platforms, nodes, endpoints without nodes, each in order of names', () => {
    const { tree } = openTree();
    expect(drawn(tree)).toEqual(ALL);
    expect(tree.shownVms).toBe(6);
    expect([tree.at(-1), tree.at(ALL.length)]).toEqual([undefined, undefined]);
  });

  it('of one branch are pools of the user, pools of platforms, nodes and endpoints, whatever their names', () => {
    const store = createStore(createTestClock());
    store.setGrouping({ pools: [userPool('z'), userPool('y')], notes: new Map(), placeOf: new Map() });
    store.setEndpoint({ name: h3, platform: 'kvm', address: '', phase: 'up', since: 0 });
    store.setEndpoint({ name: h2, platform: 'kvm', address: '', phase: 'up', since: 0 });
    const pools = ['x', 'w'].map((name) => ({ id: poolId(h1, name), name, parent: undefined }));
    const nodes = [aNode('v', 'h1'), aNode('a', 'h1')];
    store.push(h1, { kind: 'inventory', at: 0, inventory: { pools, nodes, vms: [] } });
    store.flush();
    expect(drawn(createTree(store.fleet))).toEqual([
      'pool ~/y',
      'pool ~/z',
      'pool h1/w',
      'pool h1/x',
      'node h1/a',
      'node h1/v',
      'endpoint h2',
      'endpoint h3',
    ]);
  });

  it.each(['at first', 'in one list'])('are known by what they hang under: %s', (how) => {
    const { tree } = openTree();
    if (how === 'in one list') tree.want({ flat: true });
    expect(tree.parentKeyOf('node h1/n3')).toBe('pool h1/q');
    expect(tree.parentKeyOf('vm h1/v9')).toBe('pool h1/q');
  });

  it('are awaited while a large fleet is looked at', () => {
    const store = createStore(createTestClock());
    const vms = Array.from({ length: 600 }, (_, at) => vmOf(`vm${at}`, 'h1', 'n1'));
    store.push(h1, { kind: 'inventory', at: 0, inventory: { pools: [], nodes: [aNode('n1', 'h1')], vms } });
    store.flush();
    const tree = createTree(store.fleet);
    expect([tree.isAwaited, tree.length]).toEqual([false, 601]);
    tree.want({ filter: { live: false, accepts: ({ name }) => name === 'vm7' } });
    expect([tree.isAwaited, tree.length]).toEqual([true, 601]);
    tree.sift();
    expect([tree.isAwaited, tree.length]).toEqual([false, 2]);
  });

  it('are each found in its place, with what it hangs under', () => {
    const { tree } = openTree();
    const rows = ALL.map((_, index) => tree.at(index));
    expect(rows.map((row) => tree.indexOf(row?.key ?? ''))).toEqual(rows.map((_, index) => index));
    const parents = rows.map((row) => tree.parentKeyOf(row?.key ?? ''));
    expect(parents).toEqual([
      undefined,
      undefined,
      'pool ~/Mine',
      'pool ~/In',
      'pool h1/p',
      'pool h1/q',
      'node h1/n3',
      'node h1/n3',
      'pool h1/q',
      'pool ~/In',
      'pool ~/In',
      'node h1/n10',
      'pool ~/Mine',
      undefined,
      'pool ~/Other',
      'node h1/n2',
      undefined,
      'node h2/n1',
    ]);
    for (const key of ['vm h1/gone', 'node h1/gone', 'below h1/n3', 'pool ~/Gone']) {
      expect([tree.indexOf(key), tree.parentKeyOf(key)]).toEqual([-1, undefined]);
    }
  });

  it('are folded away with all that is below them, whatever is folded inside', () => {
    const { tree } = openTree(new Set(['pool h1/q']));
    tree.fold('pool ~/In', true);
    tree.fold('pool ~/Other', true);
    expect(drawn(tree)).toEqual([
      'pool ~/Empty',
      'pool ~/Mine',
      '  + pool ~/In',
      '  endpoint h3',
      '+ pool ~/Other',
      'node h2/n1',
      '  vm h2/w1',
    ]);
    expect(tree.shownVms).toBe(6);
    expect(['pool h1/p', 'node h1/n2', 'vm h1/v2', 'vm h1/v9'].map(tree.indexOf)).toEqual([-1, -1, -1, -1]);
    expect([tree.isFolded('pool ~/In'), tree.isFolded('pool h1/q'), tree.isFolded('pool h1/p')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(tree.parentKeyOf('node h1/n2')).toBe('pool ~/Other');
    tree.fold('pool ~/In', false);
    expect(drawn(tree).slice(3, 7)).toEqual([
      '    pool h1/p',
      '      + pool h1/q',
      '    node h1/n9',
      '    node h1/n10',
    ]);
  });

  it('of VMs below a branch are reported, folded or not', () => {
    const { tree } = openTree();
    tree.fold('pool ~/Mine', true);
    expect(tree.vmsUnder('pool ~/Mine')).toEqual(['h1/v3', 'h1/v4', 'h1/v9', 'h1/v1']);
    expect(tree.vmsUnder('pool h1/q')).toEqual(['h1/v3', 'h1/v4', 'h1/v9']);
    expect(['pool ~/Empty', 'endpoint h3', 'node h1/gone'].map(tree.vmsUnder)).toEqual([[], [], []]);
    expect(tree.vmLists()).toEqual([['h1/v2'], ['h2/w1']]);
    tree.fold('pool ~/Mine', false);
    expect(tree.vmLists()).toEqual([['h1/v3', 'h1/v4'], ['h1/v9'], ['h1/v1'], ['h1/v2'], ['h2/w1']]);
  });

  it('follow what comes, goes and moves', () => {
    const { tree, change, store } = openTree();
    expect(tree.length).toBe(ALL.length);
    change({ kind: 'vm-upsert', vm: vmOf('v2', 'h1', 'n9') }, { kind: 'node-remove', id: nodeId(h1, 'n2') });
    expect(drawn(tree).slice(9, 14)).toEqual([
      '    node h1/n9',
      '      vm h1/v2',
      '    node h1/n10',
      '      vm h1/v1',
      '  endpoint h3',
    ]);
    store.removeEndpoint(h1);
    store.flush();
    expect(drawn(tree)).toEqual([
      'pool ~/Empty',
      'pool ~/Mine',
      '  pool ~/In',
      '  endpoint h3',
      'pool ~/Other',
      'node h2/n1',
      '  vm h2/w1',
    ]);
  });
});

describe('rows that are filtered', () => {
  const named = (...names: readonly string[]) => ({ live: false, accepts: ({ name }: Vm) => names.includes(name) });

  it('leave out branches without a match, open those that were folded, and are as they were afterwards', () => {
    const { tree } = openTree(new Set(['pool ~/Mine', 'node h1/n3']));
    tree.want({ filter: named('v4', 'w1') });
    expect(drawn(tree)).toEqual([
      'pool ~/Mine',
      '  pool ~/In',
      '    pool h1/p',
      '      pool h1/q',
      '        node h1/n3',
      '          vm h1/v4',
      'node h2/n1',
      '  vm h2/w1',
    ]);
    expect(tree.shownVms).toBe(2);
    expect(['vm h1/v4', 'vm h1/v3', 'pool ~/Empty', 'vm h2/w1', 'node h1/n10'].map(tree.indexOf)).toEqual([
      5, -1, -1, 7, -1,
    ]);
    expect([tree.vmsUnder('pool ~/Mine'), tree.vmLists()]).toEqual([['h1/v4'], [['h1/v4'], ['h2/w1']]]);
    tree.want({ filter: named() });
    expect([drawn(tree), tree.shownVms]).toEqual([[], 0]);
    tree.want({ filter: undefined });
    expect(drawn(tree)).toEqual(['pool ~/Empty', '+ pool ~/Mine', ...ALL.slice(13)]);
  });

  it('are one list when that is wanted', () => {
    const { tree } = openTree();
    tree.want({ flat: true, filter: named('v4', 'w1', 'v1') });
    expect(drawn(tree)).toEqual(['vm h1/v1', 'vm h1/v4', 'vm h2/w1']);
    expect(tree.vmLists()).toEqual([['h1/v1', 'h1/v4', 'h2/w1']]);
    expect(['vm h2/w1', 'vm h1/v4', 'vm h1/v1', 'vm h1/v2'].map(tree.indexOf)).toEqual([2, 1, 0, -1]);
    tree.want({ filter: named() });
    expect([tree.length, tree.at(0), tree.indexOf('vm h1/v1')]).toEqual([0, undefined, -1]);
  });

  it('of nodes alone have those with a match, with their VMs', () => {
    const { tree } = openTree();
    tree.want({ nodes: true, sort: by('name:desc') });
    expect(drawn(tree)).toEqual(['+ node h1/n10', '+ node h1/n9', '+ node h1/n3', '+ node h1/n2', '+ node h2/n1']);
    expect(['node h1/n3', 'pool ~/Mine', 'vm h1/v3'].map(tree.indexOf)).toEqual([2, -1, -1]);
    expect(tree.parentKeyOf('node h1/n3')).toBe('pool h1/q');
    expect([tree.shownVms, tree.vmLists()]).toEqual([5, [['h1/v1'], [], ['h1/v3', 'h1/v4'], ['h1/v2'], ['h2/w1']]]);
    tree.want({ filter: named('v4', 'w1') });
    expect([drawn(tree), tree.shownVms]).toEqual([['+ node h1/n3', '+ node h2/n1'], 2]);
  });
});
