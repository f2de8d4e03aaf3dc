import { describe, expect, it } from 'vitest';
import { openWithPool } from '../../../test/screens/light-fleet.ts';
import { settled } from '../../../test/screens/light-stage.tsx';
import type { ViewActionId } from '../../actions/view.ts';
import { createListCommands, isArranged } from './list-commands.ts';

describe('how the list is looked at', () => {
  const list = () => {
    const light = openWithPool();
    let changes = 0;
    const commands = createListCommands(light.stage, light.state, () => changes++);
    const run = (...ids: readonly ViewActionId[]) => {
      for (const id of ids) commands.handlers[id]?.();
      const { sort, arrangement } = light.state;
      return `${arrangement} ${sort ? `${sort.by.id}${sort.descending ? '↓' : '↑'}` : 'name'}: ${light.said()}`;
    };
    return { ...light, commands, run, changes: () => changes };
  };

  it('is sorted by the columns from left to right, and turned round', () => {
    const { run, changes } = list();
    expect(run('view.sort-next')).toBe('tree state↑: sorted by state, below each node');
    expect(run('view.sort-next')).toBe('tree cpus↓: sorted by cpus, below each node');
    expect(run('view.sort-previous', 'view.sort-previous')).toBe('tree name: sorted by name, below each node');
    expect(run('view.sort-previous')).toMatch(/^tree tag/);
    expect(run('view.sort-next', 'view.reverse')).toBe(
      'tree name↓: sorted by name, the other way round, below each node',
    );
    expect(run('view.reverse')).toBe('tree name: sorted by name, below each node');
    expect(run('view.flat', 'view.sort-next')).toBe('flat state↑: sorted by state');
    expect(changes()).toBe(10);
  });

  it('is arranged otherwise, and back with the same key', () => {
    const { run } = list();
    expect(run('view.fleet')).toBe('tree name: undefined');
    expect(run('view.flat')).toBe('flat name: all VMs in one list');
    expect(run('view.flat')).toBe('tree name: VMs below their nodes');
    expect(run('view.nodes')).toBe('nodes name: all nodes in one list; enter goes to their VMs');
    expect(run('view.sort-previous')).toMatch(/^nodes ip/);
    expect(run('view.sort-next', 'view.sort-next')).toMatch(/^nodes state/);
    expect(run('view.nodes')).toMatch(/^tree/);
    expect(run('view.flat', 'view.fleet')).toMatch(/^tree/);
  });

  it('is of the busiest, until that is taken back', () => {
    const { run, state } = list();
    run('view.sort-next');
    expect(isArranged(state, 'view.busiest')).toBe(false);
    expect(run('view.busiest')).toBe('flat cpu↓: sorted by cpu');
    expect((['view.busiest', 'view.flat', 'view.nodes'] as const).map((id) => isArranged(state, id))).toEqual([
      true,
      true,
      false,
    ]);
    expect(run('view.busiest')).toBe('tree state↑: sorted by state, below each node');
    expect(run('view.flat', 'view.busiest')).toMatch(/^flat cpu/);
    expect(run('view.busiest')).toBe('flat state↑: sorted by state');
    expect(run('view.busiest', 'view.flat')).toBe('tree state↑: VMs below their nodes');
    expect(run('view.nodes')).toMatch(/^nodes state/);
    expect(isArranged(state, 'view.nodes')).toBe(true);
  });

  it('is sorted by a title that is clicked', () => {
    const { commands, run } = list();
    commands.sortBy('trend');
    expect(run()).toMatch(/^tree cpu↓/);
    commands.sortBy('cpu');
    expect(run()).toMatch(/^tree cpu↑/);
    commands.sortBy('name');
    expect(run()).toMatch(/^tree name:/);
    commands.sortBy('name');
    expect(run()).toMatch(/^tree name↓/);
    commands.sortBy('nothing');
    expect(run()).toMatch(/^tree name↓/);
  });

  it('is sorted by one of a list that says how it is sorted now', async () => {
    const { run, drawn, press } = list();
    run('view.sort');
    expect(drawn().split('\n').slice(0, 5).join('\n')).toMatchInlineSnapshot(`
      "╭─ Sort by (1 of 36) ──────────────────────────────────────────────────────────╮
      │ ❯ name      ↑ its name                                                       │
      │   state       its state; sorted, the running ones come first                 │
      │   cpus        virtual CPUs that it has                                       │
      │   cpu         CPU load now, of its own virtual CPUs                          │"
    `);
    press('down', 'enter');
    await settled();
    expect(run()).toMatch(/^tree state↑/);
    run('view.sort');
    expect(drawn()).toMatch(/state +↑ /);
    press(...'state', 'enter');
    await settled();
    expect(run()).toMatch(/^tree state↓/);
    run('view.sort');
    expect(drawn()).toMatch(/state +↓ /);
    press('esc');
    await settled();
    expect(run()).toMatch(/^tree state↓/);
  });
});
