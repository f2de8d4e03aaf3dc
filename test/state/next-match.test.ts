import { describe, expect, it } from 'vitest';
import { endpointName, type VmId } from '../../src/ids.ts';
import { createStore } from '../../src/state/fleet/store.ts';
import { nextMatch } from '../../src/state/query/next-match.ts';
import { createTree, rowKey } from '../../src/state/query/tree.ts';
import { createTestClock } from '../clock.ts';
import { LARGE } from '../sizes.ts';
import { aNode, aVm, inventory } from './objects.ts';

function openTree(names: readonly string[]) {
  const store = createStore(createTestClock());
  const vms = names.map((name) => aVm(name, { node: name < 'm' ? 'n1' : 'n2' }));
  store.push(endpointName('host1'), inventory([aNode('n1'), aNode('n2')], vms));
  store.flush();
  const tree = createTree(store.fleet);
  const id = (name: string) => aVm(name).id;
  const find = (from: string, by: 1 | -1, wanted: readonly string[]) => {
    const ids = new Set<VmId>(wanted.map(id));
    const search = nextMatch(tree, tree.indexOf(from), by, (one) => ids.has(one));
    let steps = 1;
    for (let result = search.next(); ; result = search.next(), steps++) {
      if (result.done) return { found: result.value?.key, round: result.value?.round, steps };
    }
  };
  return {
    tree,
    find,
    vm: (name: string) => rowKey('vm', id(name)),
    node: (name: string) => rowKey('node', `host1/${name}`),
  };
}

describe('the next match', () => {
  it('is the next one down, or up, and goes round the ends', () => {
    const { find, vm } = openTree(['a', 'b', 'x', 'y']);
    expect(find(vm('a'), 1, ['a', 'x'])).toMatchObject({ found: vm('x'), round: false });
    expect(find(vm('x'), 1, ['a', 'x'])).toMatchObject({ found: vm('a'), round: true });
    expect(find(vm('a'), -1, ['a', 'x'])).toMatchObject({ found: vm('x'), round: true });
    expect(find(vm('x'), 1, ['x'])).toMatchObject({ found: vm('x'), round: true });
    expect(find(vm('x'), 1, [])).toMatchObject({ found: undefined });
  });

  it('is looked for in what is folded, in the order of the rows', () => {
    const { tree, find, vm, node } = openTree(['a', 'b', 'x', 'y']);
    tree.fold(node('n1'), true);
    expect(find(node('n1'), 1, ['a', 'b'])).toMatchObject({ found: vm('a'), round: false });
    expect(find(vm('x'), -1, ['a', 'b'])).toMatchObject({ found: vm('b'), round: false });
    expect(find(node('n1'), -1, ['a', 'b', 'y'])).toMatchObject({ found: vm('y'), round: true });
    expect(find(vm('y'), 1, ['a', 'b'])).toMatchObject({ found: vm('a'), round: true });
    expect(find(vm('x'), -1, ['y'])).toMatchObject({ found: vm('y'), round: true });
  });

  it('lets keys in between when there are very many', () => {
    const names = Array.from({ length: LARGE }, (_, at) => `a${at}`);
    const { find, vm } = openTree(names);
    expect(find(vm('a0'), 1, []).steps).toBeGreaterThan((LARGE / 1_000) * 0.9);
  });
});
