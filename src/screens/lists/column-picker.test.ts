import { describe, expect, it } from 'vitest';
import { openStage } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';
import { treeColumns } from '../fleet/tree-columns.ts';

describe('the columns', () => {
  const pick = () => {
    const light = openStage({ size: { columns: 80, rows: 14 } });
    light.stage.dialogs.columns(treeColumns(light.state));
    return { ...light, first: light.drawnPainted() };
  };

  it('are listed with how wide they are, those that are shown first', () => {
    const { first, stage } = pick();
    expect(painted(first).replace(/^\n+|\n+$/g, '')).toMatchInlineSnapshot(`
      " {border|╭─ }{title|Columns of the tree}{border| ──────────────────────────────────────────────────────╮}
       {border|│} {mark|✓} {cursor|state     } {dim| 11 wide}  {dim|its state; sorted, the running ones come first     } {border|│}
       {border|│} {mark|✓} cpus       {dim|  5 wide}  {dim|no room now; virtual CPUs that it has              } {border|│}
       {border|│} {mark|✓} cpu        {dim| 10 wide}  {dim|CPU load now, of its own virtual CPUs              } {border|│}
       {border|│} {mark|✓} trend      {dim| 11 wide}  {dim|no room now; CPU load of the last samples as a gra…} {border|│}
       {border|│} {mark|✓} mem        {dim|  8 wide}  {dim|memory in use now                                  } {border|│}
       {border|│} {mark|✓} memory     {dim|  6 wide}  {dim|memory that it has                                 } {border|│}
       {border|│} {mark|✓} disk       {dim|  7 wide}  {dim|no room now; bytes a second from and to its disks  } {border|│}
       {border|│} {mark|✓} net        {dim|  7 wide}  {dim|no room now; bytes a second from and to its networ…} {border|│}
       {border|│} {mark|✓} uptime     {dim|  7 wide}  {dim|no room now; time since it was powered on, where t…} {border|│}
       {border|│} {dim|  0 above, 27 below}                                                        {border|│}
       {border|╰────────────────────────────────────────────────────────────────────────────╯}"
    `);
    expect(stage.layers.top?.hints().map(({ key, does }) => `${key} ${does}`)).toEqual([
      'space show or hide',
      'J/K move',
      'left/right width',
      'd as usual',
      'esc close',
    ]);
  });

  it('take keys that were typed before they were drawn', () => {
    const light = openStage({ size: { columns: 80, rows: 14 } });
    light.stage.dialogs.columns(treeColumns(light.state));
    light.press('j', 'space');
    expect(light.state.columns.tree?.join(' ')).toBe('state cpu trend mem memory disk net uptime ip tag');
  });

  it('are shown, hidden, moved and widened', () => {
    const { press, state } = pick();
    const ids = () => state.columns.tree?.join(' ');
    press('j', 'space');
    expect(ids()).toBe('state cpu trend mem memory disk net uptime ip tag');
    press('space');
    expect(ids()).toBe('state cpus cpu trend mem memory disk net uptime ip tag');
    press('J');
    expect(ids()).toBe('state cpu cpus trend mem memory disk net uptime ip tag');
    press('k', 'K', 'up', 'K');
    expect(ids()).toBe('cpu state cpus trend mem memory disk net uptime ip tag');
    press('shift-down', 'down', 'shift-up');
    expect(ids()).toBe('state cpus cpu trend mem memory disk net uptime ip tag');
    press('right', '+', 'left');
    expect([...state.widths]).toEqual([['cpus', 6]]);
    press('-', '-', '-', '-', '-', '-');
    expect(state.widths.get('cpus')).toBe(3);
    press(...Array.from({ length: 70 }, () => '+'));
    expect(state.widths.get('cpus')).toBe(60);
    press('d');
    expect([ids(), state.widths.size]).toEqual([undefined, 0]);
  });

  it('that are hidden can be moved, which changes nothing yet', () => {
    const { press, state } = pick();
    press(...Array.from({ length: 11 }, () => 'j'), 'J');
    expect(state.columns.tree).toBeUndefined();
    press('space');
    expect(state.columns.tree?.slice(-2)).toEqual(['tag', expect.any(String)]);
  });

  it('of nodes are those that tell of nodes', () => {
    const light = openStage({ size: { columns: 80, rows: 40 } });
    light.state.arrange('nodes');
    light.stage.dialogs.columns(treeColumns(light.state));
    expect(light.drawn()).toContain('Columns of the nodes');
    expect(light.drawn()).toMatch(/trend.*endpoint/s);
    expect(light.drawn()).not.toMatch(/uptime|autostart/);
    const flat = openStage();
    flat.state.arrange('flat');
    flat.stage.dialogs.columns(treeColumns(flat.state));
    expect(flat.drawn()).toContain('Columns of the flat list');
  });

  it.each(['esc', 'enter', 'q'])('are left with %s', (key) => {
    const { press, stage } = pick();
    press('x');
    expect(stage.layers.all).toHaveLength(1);
    press(key);
    expect(stage.layers.top).toBeUndefined();
  });
});
