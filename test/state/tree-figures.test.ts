import { describe, expect, it } from 'vitest';
import { endpointName, nodeId, type VmId } from '../../src/ids.ts';
import type { Vm } from '../../src/platforms/contract.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { readSort, type Sort } from '../../src/state/query/sort.ts';
import { createTree, rowKey } from '../../src/state/query/tree.ts';
import { createTestClock } from '../clock.ts';
import { drawn } from './drawn-tree.ts';
import { aNode, aVm, cpuBlock } from './objects.ts';

const h1 = endpointName('h1');
const vmOf = (name: string, endpoint: string, node: string) => aVm(name, { endpoint, node });
const by = (text: string) => readSort(text) as Sort;

describe('rows in the order of their metrics', () => {
  function openLoads(loads: Readonly<Record<string, number>>) {
    const store = createStore(createTestClock());
    const names = Object.keys(loads);
    const vms = new Map(names.map((name) => [name, vmOf(name, 'h1', 'n1')]));
    store.setEndpoint({ name: h1, platform: 'kvm', address: '', phase: 'up', since: 0 });
    store.push(h1, {
      kind: 'inventory',
      at: 0,
      inventory: { pools: [], nodes: [aNode('n1', 'h1')], vms: [...vms.values()] },
    });
    const load = (news: Readonly<Record<string, number>>) => {
      for (const [name, cpu] of Object.entries(news))
        store.push(h1, { kind: 'samples', block: cpuBlock([vms.get(name) as Vm], cpu / 100) });
      store.flush();
    };
    load(loads);
    const tree = createTree(store.fleet);
    const shown = () =>
      drawn(tree)
        .flatMap((row) => (row.includes('vm ') ? [row.slice(row.indexOf('/') + 1)] : []))
        .join('');
    const look = (name: string) => tree.lookAt(rowKey('vm', `h1/${name}`));
    const above = (percent: number) => ({
      live: true,
      accepts: ({ id }: { readonly id: VmId }) => store.fleet.samples.cpu(id) * 100 > percent,
    });
    const rename = (name: string, to: string) => {
      store.push(h1, {
        kind: 'changes',
        at: 0,
        changes: [{ kind: 'vm-upsert', vm: { ...(vms.get(name) as Vm), name: to } }],
      });
      store.flush();
    };
    return { store, tree, load, shown, look, above, rename };
  }

  it.each([false, true])('keep the one that is looked at in its place (one list: %s)', (flat) => {
    const { tree, load, shown, look } = openLoads({ a: 50, b: 40, c: 30, d: 20, e: 10 });
    tree.want({ sort: by('cpu'), flat });
    expect(shown()).toBe('abcde');
    look('b');
    load({ b: 1 });
    tree.resort();
    expect(shown()).toBe('abcde');
    load({ e: 99, b: 2 });
    tree.resort();
    expect(shown()).toBe('ebacd');
    load({ b: 100 });
    tree.resort();
    expect(shown()).toBe('ebacd');
    look('a');
    load({ b: 101 });
    tree.resort();
    expect(shown()).toBe('beacd');
  });

  it('put the one that is looked at in its place when something else is wanted', () => {
    const { tree, load, shown, look } = openLoads({ a: 50, b: 40, c: 30 });
    tree.want({ sort: by('cpu') });
    expect(shown()).toBe('abc');
    look('a');
    load({ a: 1 });
    tree.want({ sort: by('cpu') });
    expect(shown()).toBe('bca');
  });

  // In one list there is no place by name among siblings: it stays in its line.
  it.each([
    [false, 'bcd'],
    [true, 'cbd'],
  ])('keep the one that is looked at when it does not pass any more (one list: %s)', (flat, left) => {
    const { tree, load, shown, look, above } = openLoads({ a: 50, b: 50, c: 50, d: 5 });
    tree.want({ filter: above(10), flat });
    expect(shown()).toBe('abc');
    look('b');
    load({ b: 1, d: 60 });
    tree.resort();
    tree.sift();
    expect(shown()).toBe('abcd');
    load({ a: 1 });
    expect(shown()).toBe(left);
    look('c');
    load({ b: 2 });
    expect(shown()).toBe('cd');
  });

  it('let it go when the filter does not look at metrics', () => {
    const { tree, shown, look, rename } = openLoads({ a: 50, b: 50 });
    tree.want({ filter: { live: false, accepts: ({ name }) => name !== 'x' } });
    expect(shown()).toBe('ab');
    look('b');
    rename('b', 'x');
    expect(shown()).toBe('a');
  });

  it('move it by its name, where names are the order', () => {
    const { tree, shown, look, rename, above } = openLoads({ a: 50, b: 50, c: 50 });
    tree.want({ filter: above(10) });
    expect(shown()).toBe('abc');
    look('a');
    rename('a', 'z');
    expect(shown()).toBe('bca');
  });

  it('sort nodes again when that is asked for', () => {
    const store = createStore(createTestClock());
    store.push(h1, {
      kind: 'inventory',
      at: 0,
      inventory: { pools: [], nodes: [aNode('a', 'h1'), aNode('b', 'h1')], vms: [] },
    });
    const load = (a: number, b: number) => {
      const samples = [
        { node: nodeId(h1, 'a'), at: 0, cpu: a, memory: 1 },
        { node: nodeId(h1, 'b'), at: 0, cpu: b, memory: 1 },
      ];
      store.push(h1, { kind: 'node-samples', samples });
      store.flush();
    };
    load(0.1, 0.2);
    const tree = createTree(store.fleet);
    tree.want({ nodes: true, sort: by('cpu') });
    expect(drawn(tree)).toEqual(['+ node h1/b', '+ node h1/a']);
    load(0.3, 0.2);
    expect(drawn(tree)).toEqual(['+ node h1/b', '+ node h1/a']);
    tree.resort();
    expect(drawn(tree)).toEqual(['+ node h1/a', '+ node h1/b']);
  });
});
