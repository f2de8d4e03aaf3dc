import { describe, expect, it } from 'vitest';
import { host1, openStage } from '../../../test/screens/light-stage.tsx';
import { openTwoNodes } from '../../../test/screens/two-nodes.ts';
import { drawn } from '../../../test/state/drawn-tree.ts';
import { aNode, aVm, inventory, vmsOn } from '../../../test/state/objects.ts';
import { sortBy } from '../../state/query/sort.ts';
import { vmColumn } from '../../state/query/vm-columns.ts';
import type { Template } from '../../state/templates/template.ts';

describe('what the fleet screen is looked at by', () => {
  const cpu = () => {
    const column = vmColumn('cpu');
    if (!column) throw new Error('cpu');
    return sortBy(column);
  };
  const byName = (descending: boolean) => ({
    by: vmColumn('name') as NonNullable<ReturnType<typeof vmColumn>>,
    descending,
  });

  it('has its cursor back when the filter is gone, unless another row was chosen', () => {
    const { state, at, view } = openTwoNodes();
    view.step(4);
    state.setFilter('name:n2-*');
    expect(at()).not.toBe('n1-3');
    state.setFilter('name:n2-1');
    state.setFilter('');
    expect(at()).toBe('n1-3');
    state.setFilter('name:n2-*');
    view.toIndex(2);
    state.setFilter('');
    expect(at()).toBe('n2-1');
  });

  describe('by a filter over the template library', () => {
    const templateOf = (name: string) => ({ group: 'Common', name }) as Template;
    const withLibrary = () => {
      const light = openStage();
      const templates = [templateOf('linux-cloud'), templateOf('web-server')];
      light.store.setLibrary({ groups: ['Common', 'Web farm'], templates, problems: [] });
      light.store.flush();
      return { ...light, rows: () => drawn(light.state.tree) };
    };

    it('finds templates and groups by their names, unfolded, below the VMs that it finds', () => {
      const { state, rows } = withLibrary();
      expect(rows().at(-1)).toBe('+ library templates');
      state.setFilter('web');
      expect(rows()).toEqual([
        'node host1/n1',
        '  vm host1/web1',
        'library templates',
        '  group Common',
        '    template Common/web-server',
        '  group Web farm',
      ]);
      expect(state.matches()).toBe(2);
      state.setFilter('name:linux*');
      expect(rows().slice(-1)).toEqual(['    template Common/linux-cloud']);
      state.setFilter('common !linux');
      expect(rows().slice(-1)).toEqual(['    template Common/web-server']);
    });

    it('goes to the first template where no VM matches, and stays there without the filter', () => {
      const { state, rows } = withLibrary();
      state.setFilter('linux');
      state.toMatch('chosen');
      expect([state.matches(), state.view.current()?.id]).toEqual([1, 'Common/linux-cloud']);
      state.setFilter('');
      expect([rows().includes('library templates'), state.view.current()?.id]).toEqual([true, 'Common/linux-cloud']);
    });

    it('leaves it out where what is asked is what only VMs have, and in a flat list', () => {
      const { state, rows } = withLibrary();
      state.setFilter('web state:running');
      expect(rows()).toEqual(['node host1/n1', '  vm host1/web1']);
      state.arrange('flat');
      state.setFilter('web');
      expect([rows(), state.matches()]).toEqual([['vm host1/web1'], 1]);
    });
  });

  it('puts the cursor on the row that it was on, where the filter lets it through', () => {
    const { state, at, view } = openTwoNodes();
    view.step(4);
    state.setFilter('name:n*');
    state.toMatch('chosen');
    expect(at()).toBe('n1-3');
    view.toIndex(2);
    state.toMatch('chosen');
    expect(at()).toBe('n1-1');
    state.setFilter('');
    view.toIndex(0);
    state.toMatch('chosen');
    expect(at()).toBe('n1');
  });

  it('keeps what does not pass the filter any more while it is looked at, and does not count it', () => {
    const { state, at, store, nodes, vms } = openTwoNodes();
    state.setFilter('name:n1-2 state:running');
    state.toMatch('chosen');
    expect([at(), state.matches(), state.kept()]).toEqual(['n1-2', 1, undefined]);
    store.push(host1, inventory(nodes, vms.with(2, aVm('n1-2', { state: 'stopped' }))));
    store.flush();
    expect([at(), state.matches(), state.kept()?.key]).toEqual(['n1-2', 0, 'vm host1/n1-2']);
  });

  it('remembers what was looked for', () => {
    const { state } = openTwoNodes();
    expect(state.sought).toBeUndefined();
    state.setFilter('name:n1');
    state.setFilter('stat:');
    state.setFilter('');
    expect(state.sought?.text).toBe('name:n1');
  });

  it('is sorted, by name only where that is not how it is anyway', () => {
    const { state } = openTwoNodes();
    state.setSort(byName(false));
    expect(state.sort).toBeUndefined();
    state.setSort(byName(true));
    expect(state.sort?.by.id).toBe('name');
    state.setSort(cpu());
    expect(state.sort?.by.id).toBe('cpu');
  });

  it('begins with the first row of a list that is sorted or arranged otherwise, not of a tree', () => {
    const { state, at, view } = openTwoNodes();
    view.step(4);
    state.setSort(byName(true));
    expect(at()).toBe('n1-3');
    state.arrange('flat');
    expect(at()).toBe('n1-3');
    state.setSort(undefined);
    expect(at()).toBe('n1-0');
    state.arrange('tree');
    view.toKey('node host1/n2');
    state.arrange('flat');
    expect(at()).toBe('n1-0');
  });

  it('begins in the tree, with a list of nodes at the first of them', () => {
    const { state, at } = openTwoNodes();
    expect([state.pane, state.detailsShown, state.arrangement]).toEqual(['tree', true, 'tree']);
    state.arrange('nodes');
    state.view.toKey('node host1/n2');
    state.arrange('nodes');
    expect(at()).toBe('n2');
  });

  it('leads from a VM to its node, and from a node to itself', () => {
    const { state, at, view } = openTwoNodes();
    view.toKey('vm host1/n2-1');
    state.arrange('nodes');
    expect(at()).toBe('n2');
    state.arrange('tree');
    view.toKey('node host1/n2');
    state.arrange('nodes');
    expect(at()).toBe('n2');
  });

  it('shows a row in the tree, unless the list has such rows', () => {
    const { state, at } = openTwoNodes();
    state.arrange('flat');
    state.reveal('vm host1/n2-1');
    expect([state.arrangement, at()]).toEqual(['flat', 'n2-1']);
    state.reveal('node host1/n1');
    expect([state.arrangement, at()]).toEqual(['tree', 'n1']);
    state.arrange('nodes');
    state.reveal('node host1/n2');
    expect([state.arrangement, at()]).toEqual(['nodes', 'n2']);
    state.reveal('vm host1/n2-1');
    expect(state.arrangement).toBe('tree');
  });

  it('knows what is still there, shown or not', () => {
    const { state } = openTwoNodes();
    state.setFilter('name:n1-0');
    const keys = ['vm host1/n2-1', 'vm host1/gone', 'node host1/n2', 'node host1/gone', 'endpoint host1'];
    expect(keys.map(state.isThere)).toEqual([true, false, true, false, false]);
  });

  it('is for the marked ones, else for the row, else for all below it', () => {
    const { state, view } = openTwoNodes();
    expect([state.targets(), state.below().length]).toEqual([[], 5]);
    view.toIndex(1);
    expect([state.targets(), state.below()]).toEqual([['host1/n1-0'], []]);
    view.toggleMark();
    view.toIndex(6);
    expect([state.targets(), state.below()]).toEqual([['host1/n1-0'], []]);
  });

  it('wants samples of the VMs that are seen and of those that are marked', () => {
    const { state, view } = openTwoNodes();
    state.drew(view.window(4).rows);
    expect(state.interest()).toEqual(['host1/n1-0', 'host1/n1-1', 'host1/n1-2']);
    view.toIndex(9);
    view.toggleMark();
    expect(state.interest()).toEqual(['host1/n1-0', 'host1/n1-1', 'host1/n1-2', 'host1/n2-2']);
    state.drewDetails(7);
    expect(state.detailRows).toBe(7);
  });

  it('wants samples of no more than a hundred marked ones', () => {
    const { state } = openStage({ nodes: [aNode('n1')], vms: vmsOn('n1', 150) });
    state.view.markShown();
    expect(state.interest()).toHaveLength(100);
  });

  it('can be kept and taken again as a whole', () => {
    const { state } = openTwoNodes();
    state.setFilter('name:n1*');
    state.setSort(cpu());
    state.columns.tree = ['ip', 'nothing', 'tag'];
    const { filter, sort, flat, columns } = state.settings();
    expect([filter, sort?.by.id, flat, columns?.map(({ id }) => id)]).toEqual([
      'name:n1*',
      'cpu',
      false,
      ['ip', 'tag'],
    ]);
    state.take({
      filter: '',
      sort: undefined,
      flat: true,
      nodes: false,
      columns: ['name', 'net'].flatMap((id) => vmColumn(id) ?? []),
    });
    expect([state.arrangement, state.filterText, state.sort, state.columns.flat]).toEqual([
      'flat',
      '',
      undefined,
      ['net'],
    ]);
    expect(state.settings().flat).toBe(true);
    state.take({ filter: '', sort: undefined, flat: false, nodes: false, columns: undefined }, 'nodes');
    expect([state.arrangement, state.columns.nodes]).toEqual(['nodes', undefined]);
    expect(state.columnChoice()).toMatchObject({ arrangement: 'nodes', ids: undefined, sort: undefined });
  });
});
