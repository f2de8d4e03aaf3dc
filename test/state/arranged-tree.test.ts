import { describe, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { readSort, type Sort } from '../../src/state/query/sort.ts';
import { createTree, rowKey, type Tree } from '../../src/state/query/tree.ts';
import { createTestClock } from '../clock.ts';
import { LARGE } from '../sizes.ts';
import { aNode, aVm, cpuBlock, inventory } from './objects.ts';

const host1 = endpointName('host1');
const byCpu = readSort('cpu') as Sort;

/** VMs on two nodes; a load of 0.5 is 50. */
function openTree(loads: Readonly<Record<string, number>>) {
  const store = createStore(createTestClock());
  const vms = Object.keys(loads).map((name) => aVm(name, { node: name < 'm' ? 'n1' : 'n2' }));
  store.push(host1, inventory([aNode('n1'), aNode('n2')], vms));
  store.flush();
  const tree = createTree(store.fleet);
  const load = (news: Readonly<Record<string, number>>) => {
    for (const vm of vms) {
      const cpu = news[vm.name];
      if (cpu !== undefined) store.push(host1, { kind: 'samples', block: cpuBlock([vm], cpu / 100) });
    }
    store.flush();
  };
  load(loads);
  return { store, tree, vms, load };
}

const shown = (tree: Tree): readonly string[] =>
  Array.from({ length: tree.length }, (_, at) => tree.at(at)?.id.replace('host1/', '') ?? 'nothing');

const keyOf = (name: string) => rowKey('vm', `host1/${name}`);

describe('a sorted tree', () => {
  it('has the VMs below each node in order, and the nodes where they were', () => {
    const { tree } = openTree({ a: 10, b: 90, x: 20, y: 80 });
    tree.want({ sort: byCpu });
    expect(shown(tree)).toEqual(['n1', 'b', 'a', 'n2', 'y', 'x']);
    tree.want({ sort: undefined });
    expect(shown(tree)).toEqual(['n1', 'a', 'b', 'n2', 'x', 'y']);
  });

  it('keeps what is folded folded', () => {
    const { tree } = openTree({ a: 10, b: 90, x: 20 });
    tree.fold(rowKey('node', 'host1/n1'), true);
    tree.want({ sort: byCpu });
    expect(shown(tree)).toEqual(['n1', 'n2', 'x']);
  });

  it('is not sorted by new samples, but when it is sorted again', () => {
    const { tree, load } = openTree({ a: 10, b: 90, c: 50 });
    tree.want({ sort: byCpu });
    expect(shown(tree)).toEqual(['n1', 'b', 'c', 'a', 'n2']);
    load({ a: 100 });
    expect(shown(tree)).toEqual(['n1', 'b', 'c', 'a', 'n2']);
    tree.resort();
    expect(shown(tree)).toEqual(['n1', 'a', 'b', 'c', 'n2']);
  });

  it('leaves the row that is looked at where it is, and puts it in its place once another is looked at', () => {
    const { tree, load } = openTree({ a: 10, b: 90, c: 50 });
    tree.want({ sort: byCpu });
    expect(tree.indexOf(keyOf('b'))).toBe(1);
    tree.lookAt(keyOf('b'));
    load({ b: 1, a: 100 });
    tree.resort();
    expect(shown(tree)).toEqual(['n1', 'b', 'a', 'c', 'n2']);
    tree.lookAt(keyOf('c'));
    load({ b: 2 });
    tree.resort();
    expect(shown(tree)).toEqual(['n1', 'a', 'b', 'c', 'n2']);
  });

  it('keeps a row that is looked at and passes the filter no more', () => {
    const { tree, load, store } = openTree({ a: 10, b: 90, c: 80 });
    const accepts = (vm: Vm) => store.fleet.samples.cpu(vm.id) > 0.5;
    tree.want({ sort: byCpu, flat: true, filter: { live: true, accepts } });
    expect(shown(tree)).toEqual(['b', 'c']);
    tree.lookAt(keyOf('b'));
    load({ b: 5, a: 60 });
    tree.resort();
    expect(shown(tree)).toEqual(['b', 'c', 'a']);
    tree.lookAt(keyOf('c'));
    load({ a: 61 });
    tree.resort();
    expect(shown(tree)).toEqual(['a', 'c']);
  });
});

describe('a flat list', () => {
  it('has every VM in one list by name, and none of the branches', () => {
    const { tree } = openTree({ x: 1, b: 2, a10: 3, a9: 4 });
    tree.want({ flat: true });
    expect(shown(tree)).toEqual(['a9', 'a10', 'b', 'x']);
    expect(tree.at(0)?.depth).toBe(0);
    expect(tree.shownVms).toBe(4);
    expect(tree.indexOf(rowKey('node', 'host1/n1'))).toBe(-1);
  });

  it('has those that are equal in the order of their names, whatever they hang under', () => {
    const { tree } = openTree({ z: 1, a: 2, b: 3 });
    tree.want({ flat: true, sort: readSort('cpus') as Sort });
    expect(shown(tree)).toEqual(['a', 'b', 'z']);
    tree.want({ sort: readSort('node:desc') as Sort });
    expect(shown(tree)).toEqual(['z', 'a', 'b']);
  });

  it('still knows what hangs under what', () => {
    const { tree } = openTree({ a: 1 });
    tree.want({ flat: true });
    expect(tree.parentKeyOf(keyOf('a'))).toBe(rowKey('node', 'host1/n1'));
  });

  it('follows VMs that come and go', () => {
    const { store, tree } = openTree({ a: 1, c: 2 });
    tree.want({ flat: true });
    const changes = [
      { kind: 'vm-upsert', vm: aVm('b') },
      { kind: 'vm-remove', id: aVm('a').id },
    ] as const;
    store.push(host1, { kind: 'changes', at: 0, changes });
    store.flush();
    expect(shown(tree)).toEqual(['b', 'c']);
  });

  it('finds the place of a row again without looking at all the others', () => {
    const store = createStore(createTestClock());
    const vms = Array.from({ length: LARGE }, (_, i) => aVm(`vm${i}`));
    store.push(host1, inventory([aNode('n1')], vms));
    store.flush();
    const tree = createTree(store.fleet);
    tree.want({ flat: true, sort: readSort('name:desc') as Sort });
    let steps = 0;
    while (tree.sift() !== undefined) steps++;
    expect(steps).toBeGreaterThan(LARGE / 1_024);
    expect(tree.at(0)?.id).toBe(`host1/vm${LARGE - 1}`);
    for (const at of [0, 1, LARGE / 2, LARGE / 2 + 1, LARGE / 2 + 40, LARGE - 1]) {
      expect(tree.indexOf(tree.at(at)?.key ?? '')).toBe(at);
    }
  });
});

describe('the nodes alone', () => {
  it('are in the order of their figures, with their VMs folded away, and those without a match are left out', () => {
    const { tree } = openTree({ a: 10, b: 90, x: 50 });
    tree.want({ nodes: true });
    expect(shown(tree)).toEqual(['n1', 'n2']);
    tree.want({ nodes: true, sort: readSort('name:desc') as Sort });
    expect(shown(tree)).toEqual(['n2', 'n1']);
    expect(tree.vmLists().map((ids) => ids.length)).toEqual([1, 2]);
    tree.want({ filter: { live: false, accepts: ({ name }) => name === 'x' } });
    expect(shown(tree)).toEqual(['n2']);
    expect(tree.shownVms).toBe(1);
    tree.want({ nodes: false, filter: undefined, sort: undefined });
    expect(shown(tree)).toEqual(['n1', 'a', 'b', 'n2', 'x']);
  });
});
