import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { host1, isUp, type LightOptions, openStage } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';
import { aNode, aVm } from '../../../test/state/objects.ts';
import type { Services } from '../../actions/services.ts';
import type { ViewActionId } from '../../actions/view.ts';
import { poolId, userPoolId } from '../../ids.ts';
import { interpret } from '../../state/config/interpret.ts';
import { openYaml } from '../../state/config/yaml-file.ts';
import { copyCommands } from './copy.ts';
import { exportShown } from './export.ts';
import { createFind } from './find.ts';
import { goTo } from './go-to.ts';
import { createListCommands, isArranged } from './list-commands.ts';
import { openSavedViews } from './saved-views.ts';
import { createSifting } from './sifting.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const vms = [
  aVm('web1', { ips: ['10.0.0.1', '10.0.0.2'], tags: ['\u202eprod'] }),
  aVm('web2', { ips: ['10.0.0.3'] }),
  aVm('db1', { state: 'stopped' }),
];
const pool = { id: poolId(host1, 'p1'), name: 'Frankfurt', parent: undefined };

function open(options: LightOptions = {}) {
  const light = openStage({ nodes: [], vms: [], ...options });
  const nodes = options.nodes ?? [{ ...aNode('n1'), pool: pool.id }];
  light.store.push(host1, { kind: 'inventory', at: 0, inventory: { pools: [pool], nodes, vms: options.vms ?? vms } });
  light.store.flush();
  const to = (key: string) => light.state.view.toKey(key);
  return { ...light, to, tone: () => light.stage.message.current?.tone };
}

describe('copying', () => {
  const copy = (options: LightOptions = {}) => {
    const light = open(options);
    const commands = copyCommands(light.stage, light.state);
    const run = async (id: ViewActionId) => {
      commands[id]?.();
      await settled();
    };
    const mark = (...names: readonly string[]) => {
      for (const name of names) {
        light.to(`vm host1/${name}`);
        light.state.view.toggleMark();
      }
    };
    return { ...light, run, mark };
  };

  it.each([
    ['vm host1/web1', 'web1'],
    ['node host1/n1', 'n1'],
    ['pool host1/p1', 'Frankfurt'],
    ['pool ~/mine', 'Mine'],
    ['endpoint host1', 'host1'],
  ])('of the row %s is its name: %s', async (key, name) => {
    const { store, to, run, copied, said } = copy(key.startsWith('endpoint') ? { nodes: [], vms: [] } : {});
    store.setGrouping({
      pools: [{ id: userPoolId('mine'), name: 'Mine', parent: undefined, readOnly: false, variables: {} }],
      placeOf: new Map(),
    });
    if (key.startsWith('endpoint'))
      store.push(host1, { kind: 'inventory', at: 0, inventory: { pools: [], nodes: [], vms: [] } });
    store.flush();
    expect(to(key)).toBe(true);
    await run('view.copy');
    expect([copied, said()]).toEqual([[name], `${name} was sent to the clipboard`]);
  });

  it('of the marked ones is one name a line', async () => {
    const { run, mark, copied, said } = copy();
    mark('db1');
    await run('view.copy');
    mark('web1');
    await run('view.copy');
    expect([copied, said()]).toEqual([['db1', 'db1\nweb1'], 'the names of 2 VMs were sent to the clipboard']);
  });

  it('says what may stop it, what is too much, and that there is nothing', async () => {
    const doubtful = copy({ terminal: { copy: () => 'tmux may not take it' } });
    await doubtful.run('view.copy');
    expect(doubtful.said()).toBe('Frankfurt was sent to the clipboard; tmux may not take it');
    const much = copy({ vms: [aVm('x'.repeat(80_000))] });
    much.to(`vm host1/${'x'.repeat(80_000)}`);
    await much.run('view.copy');
    expect([much.copied, much.said(), much.tone()]).toEqual([
      [],
      expect.stringMatching(/^78K is more than terminals take \(.*\): ctrl-e writes a file$/),
      'warning',
    ]);
    const none = copy();
    none.state.setFilter('name:nothing');
    for (const id of ['view.copy', 'view.copy-ip', 'view.copy-json'] as const) {
      none.stage.message.say('');
      await none.run(id);
      expect([none.said(), none.tone()]).toEqual(['there is no row to copy', 'warning']);
    }
  });

  it('of a long name tells its beginning', async () => {
    const { run, to, said } = copy({ vms: [aVm('y'.repeat(50))] });
    to(`vm host1/${'y'.repeat(50)}`);
    await run('view.copy');
    expect(said()).toBe(`${'y'.repeat(39)}… was sent to the clipboard`);
  });

  it('of an address asks which of several', async () => {
    const { run, to, copied, said, drawn, press, tone } = copy();
    to('vm host1/web2');
    await run('view.copy-ip');
    expect([copied.at(-1), said()]).toEqual(['10.0.0.3', '10.0.0.3 was sent to the clipboard']);
    to('vm host1/web1');
    await run('view.copy-ip');
    expect(drawn()).toContain('Copy which address?');
    press('down', 'enter');
    await settled();
    expect(copied.at(-1)).toBe('10.0.0.2');
    await run('view.copy-ip');
    press('esc');
    await settled();
    expect(copied).toHaveLength(2);
    to('vm host1/db1');
    await run('view.copy-ip');
    expect([said(), tone()]).toEqual(['no address of db1 is known; it is stopped', 'warning']);
    to('node host1/n1');
    await run('view.copy-ip');
    expect(copied.at(-1)).toBe('10.0.0.1');
    to('pool host1/p1');
    await run('view.copy-ip');
    expect([said(), tone()]).toEqual(['go to a VM or a node first: this row has no address', 'warning']);
  });

  it('of addresses of several tells of how many none is known', async () => {
    const { run, mark, copied, said, tone, state } = copy({ vms: [...vms, aVm('db2')] });
    mark('web1', 'web2', 'db1');
    await run('view.copy-ip');
    expect([copied.at(-1), said()]).toEqual([
      '10.0.0.1\n10.0.0.3',
      'the addresses of 2 VMs (of 1 none is known) were sent to the clipboard',
    ]);
    mark('db1');
    await run('view.copy-ip');
    expect(said()).toBe('the addresses of 2 VMs were sent to the clipboard');
    state.view.clearMarks();
    mark('db1', 'db2');
    await run('view.copy-ip');
    expect([said(), tone()]).toEqual(['no address of the marked VMs is known', 'warning']);
    state.view.clearMarks();
    mark('db2');
    await run('view.copy-ip');
    expect(said()).toBe('no address of db2 is known');
  });

  it('of JSON is as the command line prints it, with nothing that a terminal could take for more', async () => {
    const { run, to, copied, said, mark } = copy();
    const last = () => JSON.parse(copied.at(-1) ?? '');
    to('vm host1/web1');
    await run('view.copy-json');
    expect(last()).toMatchObject({ name: 'web1', tags: ['\u202eprod'] });
    expect(copied.at(-1)).toContain('\\u202eprod');
    expect(copied.at(-1)).toContain('\n  "');
    expect(said()).toBe('the JSON of web1 was sent to the clipboard');
    to('node host1/n1');
    await run('view.copy-json');
    expect([last().name, said()]).toEqual(['n1', 'the JSON of n1 was sent to the clipboard']);
    to('pool host1/p1');
    await run('view.copy-json');
    expect([last().name, said()]).toEqual(['Frankfurt', 'the JSON of Frankfurt was sent to the clipboard']);
    mark('web1', 'db1');
    await run('view.copy-json');
    expect([last().length, said()]).toEqual([2, 'the JSON of 2 VMs was sent to the clipboard']);
    mark('web1');
    to('node host1/n1');
    await run('view.copy-json');
    expect([last().name, said()]).toEqual(['db1', 'the JSON of db1 was sent to the clipboard']);
  });
});

describe('going to something that was told of', () => {
  it.each([
    ['host1/web2', 'vm host1/web2'],
    ['host1/n1', 'node host1/n1'],
  ])('%s puts the cursor there', (id, key) => {
    const { stage, state } = open();
    state.pane = 'details';
    expect(goTo(stage, state, id, 'x')).toBe(true);
    expect([state.view.current()?.key, state.pane]).toEqual([key, 'tree']);
  });

  it('takes a filter away that hides it, and only such', () => {
    const { stage, state, said } = open();
    state.setFilter('name:web*');
    expect(goTo(stage, state, 'host1/web2', 'web2')).toBe(true);
    expect([state.filterText, said()]).toEqual(['name:web*', undefined]);
    expect(goTo(stage, state, 'host1/n1', 'n1')).toBe(true);
    expect(state.filterText).toBe('name:web*');
    expect(goTo(stage, state, 'host1/db1', 'db1')).toBe(true);
    expect([state.filterText, said(), state.view.current()?.key]).toEqual([
      '',
      'without the filter, which hid db1',
      'vm host1/db1',
    ]);
    state.setFilter('name:nothing');
    expect(goTo(stage, state, 'host1/n1', 'n1')).toBe(true);
    expect(state.filterText).toBe('');
  });

  it('says when it is gone', () => {
    const { stage, state, said, tone } = open();
    expect(goTo(stage, state, 'host1/gone', 'old')).toBe(false);
    expect([said(), tone()]).toEqual(['old is not there any more', 'warning']);
    expect(goTo(stage, state, 'host1', 'host1')).toBe(true);
  });
});

describe('going from match to match', () => {
  const find = () => {
    const light = open();
    let moved = 0;
    const by = createFind(light.stage, light.state, () => moved++);
    return { ...light, by, moved: () => moved, at: () => light.state.view.current()?.key };
  };

  it('needs something to look for', () => {
    const { by, said, tone } = find();
    by(1);
    expect([said(), tone()]).toEqual(['/ first: it says what to look for, and n goes from match to match', 'warning']);
  });

  it('goes on through the whole tree when the filter is gone, and round', () => {
    const { by, said, state, at, moved } = find();
    state.setFilter('name:web*');
    state.setFilter('');
    state.view.toIndex(0);
    by(1);
    expect([at(), said(), moved()]).toEqual(['vm host1/web1', 'name:web*: the next one', 1]);
    by(1);
    by(1);
    expect([at(), said()]).toEqual(['vm host1/web1', 'name:web*: on from the top']);
    by(-1);
    expect([at(), said()]).toEqual(['vm host1/web2', 'name:web*: on from the bottom']);
    by(-1);
    expect([at(), said()]).toEqual(['vm host1/web1', 'name:web*: the one before']);
  });

  it('says nothing where the filter shows the matches anyway, and that there is none', () => {
    const { by, said, state, at, tone, moved } = find();
    state.setFilter('name:web*');
    state.view.toIndex(0);
    by(1);
    expect([at(), said()]).toEqual(['vm host1/web1', undefined]);
    state.setFilter('name:nothing-of-this-name-is-in-the-whole-fleet');
    state.setFilter('');
    const before = moved();
    by(1);
    expect([said(), tone(), moved()]).toEqual([
      'no VM matches name:nothing-of-this-name-is-in-the-who…',
      'warning',
      before,
    ]);
  });
});

describe('how the list is looked at', () => {
  const list = () => {
    const light = open();
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
      "╭─ Sort by (1 of 25) ──────────────────────────────────────────────────────────╮
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

describe('the columns', () => {
  const pick = () => {
    const light = openStage({ size: { columns: 80, rows: 14 } });
    light.stage.dialogs.columns(light.state);
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
       {border|│} {dim|  0 above, 16 below}                                                        {border|│}
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
    light.stage.dialogs.columns(light.state);
    expect(light.drawn()).toContain('Columns of the nodes');
    expect(light.drawn()).toMatch(/trend[^]*endpoint/);
    expect(light.drawn()).not.toMatch(/uptime|autostart/);
    const flat = openStage();
    flat.state.arrange('flat');
    flat.stage.dialogs.columns(flat.state);
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

describe('exporting', () => {
  const start = async (prepare: (light: ReturnType<typeof open>) => void = () => {}) => {
    const directory = await mkdtemp(join(tmpdir(), 'drover-export-'));
    const light = open();
    prepare(light);
    const done = exportShown(light.stage, light.state);
    await settled();
    const path = join(directory, 'vms.csv');
    const type = (text: string) => {
      light.press('ctrl-a', 'ctrl-k', ...[...text].map((letter) => (letter === ' ' ? 'space' : letter)), 'enter');
    };
    return { ...light, done, path, type, close: () => rm(directory, { recursive: true }) };
  };

  it('writes what is shown, with the columns of this view', async () => {
    const { drawn, done, path, type, said, tone, close } = await start(({ state }) => state.setFilter('name:web*'));
    expect(drawn()).toContain('Export 2 VMs');
    expect(drawn()).toContain('name, state, cpus, cpu, mem, memory, disk, net, uptime, ip,');
    expect(drawn()).toContain('vms.csv');
    type(path);
    await done;
    expect([said(), tone()]).toEqual([`2 VMs were written to ${path}`, 'good']);
    expect((await readFile(path, 'utf8')).split('\n')[1]).toMatch(/^host1\/web1,web1,running,2,/);
    await close();
  });

  it('writes the marked ones, also those that are not shown, and asks before it writes over a file', async () => {
    const { drawn, done, path, type, said, press, close, stage, state, clock } = await start(({ state, to }) => {
      to('vm host1/db1');
      state.view.toggleMark();
      state.setFilter('name:web*');
    });
    expect(drawn()).toContain('Export 1 VM ');
    await writeFile(path, 'old');
    type(path);
    while (!stage.layers.top) await settled();
    expect(drawn()).toContain('is there already. Write over');
    await clock.pass(500);
    press('y');
    await done;
    expect([said(), await readFile(path, 'utf8')]).toEqual([
      `1 VM was written to ${path}`,
      expect.stringContaining('db1'),
    ]);
    const again = exportShown(stage, state);
    await settled();
    type(path);
    while (!stage.layers.top) await settled();
    drawn();
    await clock.pass(500);
    press('n');
    await again;
    expect(said()).toBe('nothing was written');
    await close();
  });

  it('says that there is nothing, and writes nothing when it is given up', async () => {
    const none = await start(({ state }) => state.setFilter('name:nothing'));
    await none.done;
    expect([none.said(), none.tone()]).toEqual(['there is no VM to export', 'warning']);
    await none.close();
    const other = await start();
    other.press('esc');
    await other.done;
    expect(other.said()).toBeUndefined();
    await other.close();
  });
});

describe('saved views', () => {
  const start = async (text: string, options: { readonly written?: boolean; readonly demo?: boolean } = {}) => {
    const { config } = interpret('config.yaml', (await openYaml('config.yaml', text)).tree, new Map());
    const changes: unknown[] = [];
    const changeConfig = async (change: unknown) => {
      changes.push(change);
      return options.written ?? true;
    };
    const services = { config: () => config, changeConfig } as unknown as Partial<Services>;
    const light = open({ services, run: { demo: options.demo ?? false }, size: { columns: 80, rows: 30 } });
    let changed = 0;
    const begin = () => {
      const done = openSavedViews(light.stage, light.state, () => changed++);
      return settled().then(() => ({ done }));
    };
    return { ...light, begin, changes, changed: () => changed };
  };
  const MINE = 'views:\n  mine: { filter: "name:web*", sort: cpu, flat: true }\n';

  it('are taken, with what they are', async () => {
    const { begin, drawn, press, said, state, changed } = await start(MINE);
    const { done } = await begin();
    expect(drawn()).toMatchInlineSnapshot(`
      "      ╭─ Views ──────────────────────────────────────────────────────────╮
            │ ❯ mine: name:web*, by cpu, all in one list                       │
            │   busiest: by cpu, all in one list                               │
            │   most-memory: by mem, all in one list                           │
            │   running: state:running, by name, all in one list               │
            │   stopped: state:stopped, by name, all in one list               │
            │   in-trouble: trouble:*, by name, all in one list                │
            │   Save this one: the whole tree                                  │
            │   Delete one …                                                   │
            ╰──────────────────────────────────────────────────────────────────╯"
    `);
    press('enter');
    await done;
    expect([state.filterText, state.sort?.by.id, state.arrangement, changed()]).toEqual([
      'name:web*',
      'cpu',
      'flat',
      1,
    ]);
    expect(said()).toMatch(/^the view mine: /);
  });

  it.each([
    [{}, 'saved as other', 'good'],
    [{ demo: true }, 'kept as other until this demo ends; nothing of a demo is saved', 'warning'],
    [{ written: false }, 'nothing is written in this run', 'warning'],
  ])('are saved under a name: %o', async (options, words, colour) => {
    const { begin, press, said, tone, changes, drawn } = await start('', options);
    const { done } = await begin();
    expect(drawn()).not.toContain('Delete one');
    press(...'Save', 'enter');
    await settled();
    expect(drawn()).toContain('Its name:');
    press(...'other', 'enter');
    await done;
    expect(changes).toMatchObject([{ kind: 'view-save', name: 'other' }]);
    expect([said(), tone()]).toEqual([words, colour]);
  });

  it('are written over only after a question', async () => {
    const { begin, press, changes, drawn } = await start(MINE);
    for (const answer of ['n', 'y']) {
      const { done } = await begin();
      press(...'Save', 'enter');
      await settled();
      press(...'mine', 'enter');
      await settled();
      expect(drawn()).toContain('There is a view mine already.');
      press(answer);
      await done;
      expect(changes).toHaveLength(answer === 'y' ? 1 : 0);
    }
  });

  it('are deleted after a question', async () => {
    const { begin, press, said, tone, changes, drawn } = await start(MINE);
    for (const answer of ['n', 'y']) {
      const { done } = await begin();
      press(...'Delete', 'enter');
      await settled();
      expect(drawn()).toContain('Delete a view');
      press('enter');
      await settled();
      expect(drawn()).toContain('Delete the view mine?');
      press(answer);
      await done;
    }
    expect(changes).toEqual([{ kind: 'view-remove', name: 'mine' }]);
    expect([said(), tone()]).toEqual(['the view mine is deleted', 'good']);
  });

  it('are not deleted in a run that writes nothing, or when it is given up', async () => {
    const { begin, press, said, tone, drawn } = await start(MINE, { written: false });
    const first = await begin();
    press(...'Delete', 'enter');
    await settled();
    press('esc');
    await first.done;
    expect(said()).toBeUndefined();
    const { done } = await begin();
    press(...'Delete', 'enter');
    await settled();
    press('enter');
    await settled();
    drawn();
    press('y');
    await done;
    expect([said(), tone()]).toEqual(['nothing is written in this run', 'warning']);
  });
});

describe('a sorting that changes by itself', () => {
  const tree = () => {
    const calls: string[] = [];
    const steps: (number | undefined)[] = [];
    const fake = {
      shownVms: 0,
      sift: () => {
        calls.push('sift');
        return steps.shift();
      },
      resort: () => void calls.push('resort'),
    };
    const { clock } = open();
    let drawn = 0;
    const sifting = createSifting(fake as never, clock, () => drawn++);
    const done = () => calls.splice(0).join(' ');
    return { fake, steps, clock, sifting, done, drawn: () => drawn };
  };

  it('is done at once, and then every three seconds', async () => {
    const { sifting, done, clock, drawn } = tree();
    sifting.wake();
    expect(done()).toBe('resort sift');
    await clock.pass(2_999);
    sifting.wake();
    expect(done()).toBe('sift');
    await clock.pass(1);
    sifting.wake();
    expect([done(), drawn()]).toEqual(['resort sift', 0]);
  });

  it('is done less often for many VMs', async () => {
    const { sifting, done, clock, fake } = tree();
    fake.shownVms = 20_000;
    sifting.wake();
    done();
    await clock.pass(3_999);
    sifting.wake();
    expect(done()).toBe('sift');
    await clock.pass(1);
    sifting.wake();
    expect(done()).toBe('resort sift');
  });

  it('goes on in steps, is drawn when it is done, and ends when it is told', async () => {
    const { sifting, done, clock, steps, drawn } = tree();
    steps.push(10, 10);
    sifting.wake();
    sifting.wake();
    expect(done()).toBe('resort sift');
    await clock.pass(10);
    expect([done(), drawn()]).toEqual(['sift', 0]);
    await clock.pass(10);
    expect([done(), drawn()]).toEqual(['sift', 1]);
    await clock.pass(100);
    expect(done()).toBe('');
    steps.push(10);
    sifting.wake();
    done();
    sifting.stop();
    await clock.pass(100);
    expect(done()).toBe('');
  });
});
