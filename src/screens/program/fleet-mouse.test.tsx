import { describe, expect, it } from 'vitest';
import { openProgram } from '../../../test/screens/light-program.ts';
import { plain } from '../../../test/screens/painted.ts';
import { vmsOn } from '../../../test/state/objects.ts';

describe('the mouse over the fleet', () => {
  it('goes to a row, opens it with two clicks, marks it with the right button', async () => {
    const { mouse, at, state, clock } = openProgram();
    mouse('press', 20, 3);
    expect([at(), state.pane]).toEqual(['n1-0', 'tree']);
    await clock.pass(399);
    mouse('press', 20, 3);
    expect(state.pane).toBe('details');
    mouse('press', 20, 3);
    expect(state.pane).toBe('tree');
    await clock.pass(400);
    mouse('press', 20, 3);
    expect(state.pane).toBe('tree');
    mouse('press', 20, 4);
    mouse('press', 20, 5, 'right');
    expect([...state.view.marks.keys()]).toEqual(['host1/n1-2']);
    mouse('press', 20, 13);
    expect(at()).toBe('n1-3');
  });

  it.each([
    [1, 10],
    [2, 5],
    [3, 5],
    [4, 10],
  ])('folds a branch by its sign, in column %i', (column, length) => {
    const { mouse, state } = openProgram();
    mouse('press', column, 2);
    expect(state.tree.length).toBe(length);
  });

  it('sorts by a title', () => {
    const { mouse, state } = openProgram();
    mouse('press', 5, 1);
    expect([state.sort?.by.id, state.sort?.descending]).toEqual(['name', true]);
    mouse('press', 5, 1, 'right');
    expect(state.sort?.descending).toBe(true);
    mouse('press', 26, 1);
    expect(state.sort?.by.id).toBe('state');
  });

  it('scrolls what is under it', () => {
    const { mouse, state, draw, text, at } = openProgram({ vms: vmsOn('n1', 30), size: { columns: 60, rows: 24 } });
    mouse('wheel-down', 20, 3);
    draw();
    expect(at()).toBe('n1-2');
    mouse('wheel-up', 20, 3);
    draw();
    expect([at(), state.view.window(12).first]).toEqual(['n1-2', 0]);
    mouse('wheel-down', 20, 18);
    expect(text()).toMatch(/\d above/);
    mouse('wheel-up', 20, 18);
    expect(text()).not.toContain('above');
    expect(at()).toBe('n1-2');
  });

  it('turns to a tab, and hands the keys to the details', () => {
    const { mouse, state, text, draw } = openProgram();
    const column = plain(draw()[13] ?? '').indexOf('VMs');
    mouse('press', column - 1, 14);
    expect(text()).toContain('State');
    mouse('release', column - 1, 14);
    mouse('press', column, 14);
    expect([state.pane, text().includes('n1-4')]).toEqual(['details', true]);
    mouse('press', 20, 3);
    mouse('press', column + 3, 14);
    mouse('release', column + 3, 14);
    mouse('press', 20, 17);
    expect(state.pane).toBe('details');
  });

  it('drags the line between the panes', () => {
    const { mouse, state, draw, size } = openProgram();
    mouse('drag', 2, 10);
    expect(state.split).toEqual({});
    mouse('press', 2, 14);
    mouse('drag', 2, 11);
    expect(state.split).toEqual({ below: 11 });
    mouse('release', 2, 11);
    mouse('drag', 2, 12);
    expect(state.split).toEqual({ below: 11 });
    Object.assign(size, { columns: 170, rows: 20 });
    draw();
    const at = plain(draw()[3] ?? '').indexOf('│');
    mouse('press', at, 6);
    mouse('drag', at - 10, 6);
    expect(state.split).toEqual({ below: 11, right: 170 - at + 9 });
    mouse('release', at - 10, 6);
    mouse('press', at - 10, 6, 'right');
    mouse('drag', at, 6);
    expect(state.split.right).toBe(170 - at + 9);
  });

  it('finds the tabs of details on the right', () => {
    const { mouse, state, draw, size } = openProgram({ size: { columns: 170, rows: 20 } });
    const [, tabs = ''] = plain(draw()).split('\n');
    mouse('press', tabs.indexOf('VMs', 60), 2);
    expect([state.pane, plain(draw()).includes('n1-4'), size.columns]).toEqual(['details', true, 170]);
    mouse('press', 20, 3);
    mouse('wheel-down', 150, 9);
    expect(state.view.window(16).first).toBe(0);
  });
});
