import { describe, expect, it } from 'vitest';
import { host1, openStage } from '../../../test/screens/light-stage.tsx';
import { openTwoNodes } from '../../../test/screens/two-nodes.ts';
import { aVm, inventory } from '../../../test/state/objects.ts';
import { compileFilter } from '../../state/query/filter.ts';

const window = ({ view }: ReturnType<typeof openTwoNodes>, height: number) => {
  const { first, rows } = view.window(height);
  return `${first}+${rows.length}`;
};

describe('the cursor', () => {
  it('stops at the ends', () => {
    const { view, at } = openTwoNodes();
    expect(at()).toBe('n1');
    view.step(3);
    expect(at()).toBe('n1-2');
    view.step(-2);
    expect(at()).toBe('n1-0');
    view.step(-5);
    expect(at()).toBe('n1');
    view.step(Number.POSITIVE_INFINITY);
    expect(at()).toBe('n2-2');
    view.toIndex(-3);
    expect(at()).toBe('n1');
  });

  it('keeps its place on the screen while rows come and go above it', () => {
    const opened = openTwoNodes();
    const { view, at, store, nodes, vms } = opened;
    view.step(7);
    expect([at(), window(opened, 4)]).toEqual(['n2-0', '4+4']);
    store.push(host1, inventory(nodes, [...vms, aVm('n1-5')]));
    store.flush();
    expect([at(), window(opened, 4)]).toEqual(['n2-0', '5+4']);
    store.push(host1, inventory(nodes, vms.slice(3)));
    store.flush();
    expect([at(), window(opened, 4)]).toEqual(['n2-0', '1+4']);
  });

  it('follows a VM that has moved, unless another row was chosen meanwhile', () => {
    for (const chooses of [false, true]) {
      const { view, at, store, nodes, vms } = openTwoNodes();
      const [vm] = vms;
      if (!vm) throw new Error('there is no VM');
      const there = { ...aVm('n2-9', { node: 'n2', uuid: vm.uuid }) };
      view.step(1);
      expect(at()).toBe(vm.name);
      store.push(host1, inventory(nodes, [...vms.slice(1), there]));
      store.flush();
      expect(at()).toBe('n1-1');
      if (chooses) view.step(1);
      const moved = { kind: 'vm-moved', from: vm.id, to: there.id } as const;
      store.push(host1, { kind: 'changes', at: 0, changes: [moved] });
      store.flush();
      expect(at()).toBe(chooses ? 'n1-2' : 'n2-9');
    }
  });

  it('goes to the row that comes into the place of its own', () => {
    const { view, at, store, nodes, vms } = openTwoNodes();
    const choices = view.choices();
    view.step(9);
    store.push(host1, inventory(nodes, vms.slice(0, -2)));
    store.flush();
    expect(at()).toBe('n2-0');
    expect(view.choices()).toBe(choices + 1);
  });

  it('is taken along by the window that is scrolled, only as far as it must', () => {
    const opened = openTwoNodes();
    const { view, at } = opened;
    view.step(2);
    expect(window(opened, 4)).toBe('0+4');
    view.scroll(1, 4);
    expect([at(), window(opened, 4)]).toEqual(['n1-1', '1+4']);
    view.scroll(3, 4);
    expect([at(), window(opened, 4)]).toEqual(['n1-3', '4+4']);
    view.scroll(50, 4);
    expect([at(), window(opened, 4)]).toEqual(['n2', '6+4']);
    view.scroll(-4, 4);
    expect([at(), window(opened, 4)]).toEqual(['n1-4', '2+4']);
    view.scroll(-50, 4);
    expect([at(), window(opened, 4)]).toEqual(['n1-2', '0+4']);
    view.scroll(1, 40);
    expect(at()).toBe('n1-2');
  });

  it('is kept in a window of any height', () => {
    const opened = openTwoNodes();
    const { view } = opened;
    view.step(9);
    expect(['3', '5', '10', '20'].map((height) => window(opened, Number(height)))).toEqual([
      '7+3',
      '5+5',
      '0+10',
      '0+10',
    ]);
    view.step(-3);
    expect(window(opened, 3)).toBe('4+3');
    view.step(-3);
    expect(window(opened, 3)).toBe('3+3');
  });

  it('goes to a key that is there', () => {
    const { view, at } = openTwoNodes();
    expect(view.toKey('vm host1/n1-3')).toBe(true);
    expect(at()).toBe('n1-3');
    expect(view.toKey('vm host1/gone')).toBe(false);
    expect(at()).toBe('n1-3');
  });

  it('goes to the first row of a list that is asked for', () => {
    const { view, at } = openTwoNodes();
    view.step(5);
    const choices = view.choices();
    view.toTop();
    expect(at()).toBe('n1');
    expect(view.choices()).toBe(choices + 1);
  });
});

describe('a branch', () => {
  it('is folded, and left by the keys to the left and to the right', () => {
    const { view, at, state } = openTwoNodes();
    view.step(3);
    view.collapse();
    expect(at()).toBe('n1');
    view.collapse();
    expect(state.tree.length).toBe(5);
    view.collapse();
    expect([at(), state.tree.length]).toEqual(['n1', 5]);
    view.expand();
    expect([at(), state.tree.length]).toEqual(['n1', 10]);
    view.expand();
    expect(at()).toBe('n1-0');
    view.expand();
    expect(at()).toBe('n1-0');
    view.toggle();
    expect(state.tree.length).toBe(10);
    view.step(-1);
    view.toggle();
    expect(state.tree.length).toBe(5);
    view.toggle();
    expect(state.tree.length).toBe(10);
  });

  it('gives way to what is to be seen in it', () => {
    const { view, at, state } = openTwoNodes();
    view.collapse();
    const choices = view.choices();
    view.reveal('vm host1/n1-2');
    expect([at(), state.tree.length]).toEqual(['n1-2', 10]);
    expect(view.choices()).toBe(choices + 1);
  });
});

describe('a match of the filter', () => {
  const filtered = (text: string) => {
    const opened = openTwoNodes();
    opened.state.tree.want({ filter: compileFilter(text, opened.store.fleet).filter });
    return opened;
  };

  it('is the first VM, unless the preferred one is there', () => {
    const { view, at } = filtered('name:n1-*');
    view.toMatch(undefined, 'chosen');
    expect(at()).toBe('n1-0');
    view.toMatch('vm host1/n1-3', 'chosen');
    expect(at()).toBe('n1-3');
    view.toMatch('vm host1/n2-1', 'chosen');
    expect(at()).toBe('n1-0');
    view.toMatch('node host1/n1', 'chosen');
    expect(at()).toBe('n1-0');
  });

  it('that is there already is no new choice of a row, and none leaves the cursor alone', () => {
    const opened = filtered('name:n1-*');
    opened.view.toMatch('vm host1/n1-4', 'chosen');
    expect(window(opened, 3)).toBe('3+3');
    opened.view.toMatch('vm host1/n1-4', 'chosen');
    expect(window(opened, 3)).toBe('3+3');
    opened.view.toMatch('vm host1/n1-3', 'chosen');
    expect(window(opened, 3)).toBe('2+3');
    const none = filtered('name:nothing');
    none.view.toMatch(undefined, 'chosen');
    expect(none.at()).toBeUndefined();
  });
});

describe('marks of the tree', () => {
  it('are of the VM, which is left, or of all below a branch', () => {
    const { view, at, marked } = openTwoNodes();
    view.toggleMark();
    expect([marked(), at()]).toEqual(['n1-0 n1-1 n1-2 n1-3 n1-4', 'n1']);
    view.step(2);
    view.toggleMark();
    expect([marked(), at()]).toEqual(['n1-0 n1-2 n1-3 n1-4', 'n1-2']);
    view.toIndex(0);
    view.toggleMark();
    expect(marked()).toBe('n1-0 n1-2 n1-3 n1-4 n1-1');
    view.toggleMark();
    expect(marked()).toBe('');
  });

  it('are of all that is shown', () => {
    const { view, marked } = openTwoNodes();
    view.toIndex(7);
    view.toggleMark();
    view.invertMarks();
    expect(marked()).toBe('n1-0 n1-1 n1-2 n1-3 n1-4 n2-1 n2-2');
    view.markShown();
    expect(view.marks.size).toBe(8);
    const before = view.markings();
    view.clearMarks();
    expect([view.marks.size, view.markings() > before]).toEqual([0, true]);
  });

  it.each([
    [2, 4, 'n1-1 n1-2 n1-3'],
    [8, 5, 'n1-4 n2-0 n2-1'],
    [3, 3, 'n1-2'],
  ])('are of a range from row %i to row %i', (from, to, names) => {
    const { view, marked } = openTwoNodes();
    view.toIndex(from);
    expect([view.isRangeOpen(), view.range(), view.isRangeOpen()]).toEqual([false, true, true]);
    view.toIndex(to);
    expect([view.range(), view.isRangeOpen(), marked()]).toEqual([false, false, names]);
  });

  it('of a range are forgotten with the others, or when its beginning is gone', () => {
    const { view, store, nodes, vms, marked } = openTwoNodes();
    view.toIndex(1);
    view.range();
    view.clearMarks();
    expect(view.isRangeOpen()).toBe(false);
    view.range();
    store.push(host1, inventory(nodes, vms.slice(1)));
    store.flush();
    expect(view.range()).toBe(true);
    expect(marked()).toBe('');
  });

  it('are of nothing where there is nothing', () => {
    const { state } = openStage({ nodes: [], vms: [] });
    const markings = state.view.markings();
    state.view.toggleMark();
    expect(state.view.markings()).toBe(markings);
  });
});
