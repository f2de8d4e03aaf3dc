import { Box } from 'ink';
import { render } from 'ink-testing-library';
import { describe, expect, it } from 'vitest';
import { host1, type LightOptions, openStage } from '../../../test/screens/light-stage.tsx';
import { painted, plain } from '../../../test/screens/painted.ts';
import { aNode, aVm, inventory } from '../../../test/state/objects.ts';
import type { Mouse } from '../../terminal/keys.ts';
import { createCutKeeper } from '../fleet/cut-names.ts';
import { keyNamed } from '../keys.ts';
import { Root } from '../root.tsx';
import { TourPanel } from '../tour/tour-panel.tsx';
import { createProgram } from './program.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));
const named = (node: string, count: number) => Array.from({ length: count }, (_, at) => aVm(`${node}-${at}`, { node }));

/** The program over two nodes: n1, n1-0 … n1-4, n2, n2-0 … n2-2. */
function open(options: LightOptions = {}) {
  const connection = { vm: { info: () => new Promise(() => {}) }, node: {}, console: {}, whyNot: {} } as never;
  const light = openStage({
    nodes: [aNode('n1'), aNode('n2')],
    vms: [...named('n1', 5), ...named('n2', 3)],
    connection,
    ...options,
  });
  const program = createProgram(light.stage, light.state);
  const { state, stage } = light;
  const draw = () => {
    const { rows, columns } = light.size;
    return program.views.current.lines({ columns, rows: rows - 3 });
  };
  draw();
  const input = (...keys: readonly string[]) => {
    for (const name of keys) {
      const key = keyNamed(name, 5);
      if (!key) throw new Error(name);
      program.onInput(key);
    }
  };
  const mouse = (action: Mouse['action'], column: number, row: number, button = 'left') =>
    program.onInput({ kind: 'mouse', action, button, column, row, read: 5 } as unknown as Mouse);
  const at = () => state.view.current()?.key.replace(/^\w+ host1\//, '');
  return {
    ...light,
    stage,
    program,
    input,
    mouse,
    at,
    draw,
    text: () => plain(draw()),
    view: () => program.views.current.id,
  };
}

describe('the fleet', () => {
  it('is a tree with its details, drawn as the room is', () => {
    const { draw, text, size, input } = open();
    expect(text()).toMatchInlineSnapshot(`
      "    NAME↑                 STATE              CPU  MEM USE MEMORY IP
        ▾ n1 (host1)            ■ 5/5                -        -    64G 10.0.0.1
            n1-0                ● running            -        -   1.0G -
            n1-1                ● running            -        -   1.0G -
            n1-2                ● running            -        -   1.0G -
            n1-3                ● running            -        -   1.0G -
            n1-4                ● running            -        -   1.0G -
        ▾ n2 (host1)            ■ 3/3                -        -    64G 10.0.0.1
            n2-0                ● running            -        -   1.0G -
            n2-1                ● running            -        -   1.0G -
            n2-2                ● running            -        -   1.0G -


      ─ n1 (host1) ───────────────────────────────────────────── Overview VMs Events ─
       State        ■ up                       Address      10.0.0.1
       CPU                    - of 8 CPUs      Version      test
       Memory                 - - of 64G       More         nothing more is known
       VMs          5: 5 running
       Others       0 paused, 0 crashed, 0
                    off
      "
    `);
    expect(draw()).toHaveLength(21);
    expect(painted(draw()[1] ?? '')).toMatch(/\{cursor\|n1 \(host1\) /);
    input('tab');
    expect(painted(draw()[1] ?? '')).toMatch(/\{resting\|n1 \(host1\) /);
    Object.assign(size, { columns: 170, rows: 12 });
    expect(painted(draw()[2] ?? '')).toMatch(/^.{20,}\{border\|│\}/);
    expect(text().split('\n')).toHaveLength(9);
  });

  it.each<[readonly string[], string | undefined]>([
    [['j'], 'n1-0'],
    [['j', 'j', 'k'], 'n1-0'],
    [['G'], 'n2-2'],
    [['G', 'g'], 'n1'],
    [['ctrl-d'], 'n2'],
    [['G', 'ctrl-u'], 'n1-2'],
    [['pgdn'], 'n2-2'],
    [['G', 'pgup'], 'n1'],
    [['l'], 'n1-0'],
    [['j', 'h'], 'n1'],
  ])('is gone through with %j', (keys, row) => {
    const { input, at } = open();
    input(...keys);
    expect(at()).toBe(row);
  });

  it('folds a branch, and opens the details of a VM', () => {
    const { input, state } = open();
    input('enter');
    expect(state.tree.length).toBe(5);
    input('l');
    expect(state.tree.length).toBe(10);
    input('j', 'enter');
    expect(state.pane).toBe('details');
    input('esc');
    expect(state.pane).toBe('tree');
  });

  it('hands the keys to the details, which have tabs', async () => {
    const { input, state, text, at, clock } = open({ size: { columns: 60, rows: 16 } });
    input('j');
    await clock.pass(200);
    input('tab', 'j', 'j');
    expect([state.pane, at()]).toEqual(['details', 'n1-0']);
    expect(text()).toContain('2 above');
    input('l');
    expect(text()).toContain('loading…');
    input('h');
    expect(text()).toContain('State');
    input('[');
    expect(text()).toContain('this platform keeps no console log');
    input(']', 'tab');
    expect(state.pane).toBe('tree');
    input('i');
    expect([state.detailsShown, text().includes('Overview')]).toEqual([false, false]);
    input('i', 'tab', 'i');
    expect([state.detailsShown, state.pane]).toEqual([false, 'tree']);
  });

  it('is marked, and goes back layer by layer', () => {
    const { input, state, said } = open();
    input('j', 'space', '*');
    expect([state.view.marks.size, said()]).toEqual([7, undefined]);
    input('M');
    expect([state.view.marks.size, said()]).toEqual([8, '8 VMs are marked']);
    input('esc');
    expect(state.view.marks.size).toBe(0);
    state.setFilter('name:n1-0');
    input('M');
    expect(said()).toBe('1 VM is marked');
    input('esc');
    expect([state.view.marks.size, state.filterText]).toEqual([0, 'name:n1-0']);
    input('esc');
    expect(state.filterText).toBe('');
    input('esc');
    expect(said()).toBe('nothing is open or marked here; h goes up');
  });

  it('is marked from here to there', () => {
    const { input, state, said } = open();
    input('j', 'v');
    expect(said()).toBe('a range starts here: go to its other end and press the key again');
    input('j', 'v');
    expect([state.view.marks.size, said()]).toEqual([2, '2 marked']);
    input('esc', 'v', 'esc');
    expect(state.view.rangeOpen).toBe(false);
  });

  it('says why there is nothing to mark', () => {
    const { input, said, stage } = open({ vms: [], nodes: [] });
    for (const key of ['space', 'M', 'v']) {
      stage.message.say('');
      input(key);
      expect([said(), stage.message.current?.tone]).toEqual([expect.stringMatching(/^nothing to mark: /), 'warning']);
    }
  });

  it('of nodes leads to the VMs of one', () => {
    const { input, state, at, text } = open();
    state.view.toKey('node host1/n2');
    input('h');
    expect(state.tree.length).toBe(7);
    input('2');
    expect([state.arrangement, at()]).toEqual(['nodes', 'n2']);
    expect(text()).not.toContain('n1-0');
    input('enter');
    expect([state.arrangement, at(), state.tree.length]).toEqual(['tree', 'n2', 10]);
  });

  it.each([
    ['a filter that lets nothing through', (light: ReturnType<typeof open>) => light.state.setFilter('name:nothing')],
    ['a list without VMs', (light: ReturnType<typeof open>) => light.state.arrange('flat'), { vms: [], nodes: [] }],
    ['a list without nodes', (light: ReturnType<typeof open>) => light.state.arrange('nodes'), { vms: [], nodes: [] }],
    ['nothing yet', ({ store }: ReturnType<typeof open>) => store.removeEndpoint(host1), { vms: [], nodes: [] }],
    [
      'endpoints that have not answered',
      ({ store }: ReturnType<typeof open>) => store.removeEndpoint(host1),
      { vms: [], nodes: [], services: { config: () => ({ endpoints: new Map([['a', {}]]), file: {} }) as never } },
    ],
    [
      'a configuration that can not be used',
      ({ store }: ReturnType<typeof open>) => store.removeEndpoint(host1),
      {
        vms: [],
        nodes: [],
        services: { problems: () => [{ severity: 'error', file: 'config.yaml', message: 'no YAML' }] as never },
      },
    ],
  ] as const)('that is empty says why: %s', (what, prepare, options: LightOptions = {}) => {
    const light = open(options);
    prepare(light);
    light.store.flush();
    expect(EMPTY[what]).toBe(
      light
        .text()
        .split('\n')
        .slice(2, 6)
        .map((line) => line.trim())
        .filter(Boolean)
        .join(' | '),
    );
  });
});

const EMPTY: Readonly<Record<string, string>> = {
  'a filter that lets nothing through':
    'No VM matches name:nothing. | name: compares the whole text: name:*nothing* finds parts of it. | esc clears the filter.',
  'a list without VMs': 'No VMs yet. | f shows the endpoints, and what keeps them.',
  'a list without nodes': 'No nodes yet. | 2 shows the endpoints, and what keeps them.',
  'nothing yet': 'Nothing here yet. | Press a to add an endpoint: a libvirt host, for example.',
  'endpoints that have not answered': 'Connecting…',
  'a configuration that can not be used':
    "The configuration can't be used. | config.yaml: no YAML | Fix the file: drover reloads it and will not overwrite it.",
};

describe('the mouse over the fleet', () => {
  it('goes to a row, opens it with two clicks, marks it with the right button', async () => {
    const { mouse, at, state, clock } = open();
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
    const { mouse, state } = open();
    mouse('press', column, 2);
    expect(state.tree.length).toBe(length);
  });

  it('sorts by a title', () => {
    const { mouse, state } = open();
    mouse('press', 5, 1);
    expect([state.sort?.by.id, state.sort?.descending]).toEqual(['name', true]);
    mouse('press', 5, 1, 'right');
    expect(state.sort?.descending).toBe(true);
    mouse('press', 26, 1);
    expect(state.sort?.by.id).toBe('state');
  });

  it('scrolls what is under it', () => {
    const { mouse, state, draw, text, at } = open({ vms: named('n1', 30), size: { columns: 60, rows: 24 } });
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
    const { mouse, state, text, draw } = open();
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
    const { mouse, state, draw, size } = open();
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
    const { mouse, state, draw, size } = open({ size: { columns: 170, rows: 20 } });
    const [, tabs = ''] = plain(draw()).split('\n');
    mouse('press', tabs.indexOf('VMs', 60), 2);
    expect([state.pane, plain(draw()).includes('n1-4'), size.columns]).toEqual(['details', true, 170]);
    mouse('press', 20, 3);
    mouse('wheel-down', 150, 9);
    expect(state.view.window(16).first).toBe(0);
  });
});

describe('where one has been', () => {
  it('is gone back and forward through, with view, filter and order', () => {
    const { input, at, view, said, state } = open();
    input('{');
    expect(said()).toBe('there is no place before this one to go back to');
    input('G', '7');
    expect(view()).toBe('tasks');
    input('{');
    expect([view(), at()]).toEqual(['fleet', 'n2-2']);
    input('{');
    expect(at()).toBe('n1');
    input('{');
    expect(said()).toBe('there is no place before this one to go back to');
    input('}', '}');
    expect(view()).toBe('tasks');
    input('}');
    expect(said()).toBe('there is no place to go forward to: that is where you came back from');
    input('{', 'f');
    expect(state.arrangement).toBe('flat');
    input('{');
    expect([state.arrangement, at()]).toEqual(['tree', 'n2-2']);
  });

  it('leaves out what is gone, and what is the same', () => {
    const { input, at, store, said } = open();
    input('G', 'g', 'G', 'k', 'G');
    store.push(host1, inventory([aNode('n1'), aNode('n2')], named('n1', 5)));
    store.flush();
    input('{');
    expect([at(), said()]).toEqual(['n1', undefined]);
  });
});

describe('the program', () => {
  it('filters while it is typed, and goes to a match', async () => {
    const { input, at, said, state } = open();
    input('/', ...'name:n2*');
    await settled();
    expect(state.matches()).toBe(3);
    input('enter');
    expect([at(), said()]).toEqual(['n2-0', undefined]);
    input('/', 'ctrl-u', ...'state:runing', 'enter');
    await settled();
    expect(said()).toContain('not understood in the filter: there is no state runing');
  });

  it('goes from an event to its row', async () => {
    const { input, at, view, store, program, clock } = open();
    store.push(host1, { kind: 'events', events: [{ at: 0, subject: aVm('n2-1').id, text: 'Started' }] });
    store.flush();
    input('8');
    program.views.current.lines({ columns: 80, rows: 20 });
    input('enter');
    await clock.pass(200);
    expect([view(), at()]).toEqual(['fleet', 'n2-1']);
    input('{');
    expect(view()).toBe('events');
  });

  it('opens its palette, its help and its other layers', async () => {
    const { input, stage, drawn, at } = open();
    for (const [key, text] of [
      [':', 'Commands'],
      ['?', 'Keys'],
      ['!', 'Configuration'],
    ] as const) {
      input(key);
      expect(drawn()).toContain(`─ ${text}`);
      input('esc');
      expect(stage.layers.top).toBeUndefined();
    }
    input(':', ...'view.last', 'enter');
    expect(at()).toBe('n2-2');
    input('ctrl-t');
    await settled();
    expect([stage.layers.all.length, stage.mouse]).toEqual([stage.layers.all.length, false]);
  });

  it('listens to nothing any more when it is closed', async () => {
    const { program, stage, store, clock } = open();
    program.close();
    const { version } = stage;
    store.push(host1, inventory([], []));
    store.flush();
    await clock.pass(5_000);
    expect(stage.version).toBe(version);
  });
});

describe('the whole screen', () => {
  const screen = (
    size: { columns: number; rows: number },
    prepare: (light: ReturnType<typeof open>) => void = () => {},
  ) => {
    const light = open({ size });
    prepare(light);
    const { lastFrame, unmount } = render(<Root stage={light.stage} state={light.state} views={light.program.views} />);
    const frame = lastFrame() ?? '';
    unmount();
    return plain(frame).split('\n');
  };

  it('has header, view and keys, and its message above them', () => {
    const lines = screen({ columns: 80, rows: 20 });
    expect([lines.length, lines[0], lines[1]?.trim().split(' ')[0]]).toEqual([
      20,
      ' drover  1/1 endpoint  8/8 VMs running',
      'NAME↑',
    ]);
    expect(lines.at(-1)).toMatch(/q quit$/);
    const told = screen({ columns: 80, rows: 20 }, ({ stage }) => stage.message.say('word '.repeat(20)));
    expect(told.slice(-3, -1).map((line) => line.trim().split(' ')[0])).toEqual(['word', 'word']);
    expect(told).toHaveLength(20);
  });

  it('has its header below where it is short', () => {
    const lines = screen({ columns: 80, rows: 10 });
    expect([lines.length, lines[0]?.trim().split(' ')[0], lines.at(-2)]).toEqual([
      10,
      'NAME↑',
      ' drover  1/1 endpoint  8/8 VMs running',
    ]);
  });

  it.each([
    [40, 8, 'NAME↑'],
    [39, 8, 'drover needs at least 40x8: make the'],
    [40, 7, 'drover needs at least 40x8: make the'],
    [20, 3, 'drover needs at'],
    [20, 2, '40x8 needed'],
    [6, 1, '40x8'],
  ])('of %ix%i begins with %s', (columns, rows, text) => {
    const lines = screen({ columns, rows });
    expect(lines[0]?.trim().startsWith(text)).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(rows);
  });

  it('has layers and the tour over it, above the details', () => {
    const lines = screen({ columns: 80, rows: 24 }, ({ stage }) => {
      stage.tour.show();
      void stage.dialogs.confirm({ title: 'Quit', question: 'Quit?' });
    });
    expect(lines.findIndex((line) => line.includes('Five keys'))).toBe(7);
    expect(lines.some((line) => line.includes('─ Quit ─'))).toBe(true);
  });

  it('follows what changes', async () => {
    const light = open();
    const { lastFrame, unmount } = render(<Root stage={light.stage} state={light.state} views={light.program.views} />);
    light.stage.message.say('said now');
    await settled();
    expect(lastFrame()).toContain('said now');
    light.store.push(host1, inventory([aNode('n1')], [aVm('new-one')]));
    light.store.flush();
    await settled();
    expect(lastFrame()).toContain('new-one');
    unmount();
  });
});

describe('the tour', () => {
  const tour = (columns: number, rows: number, below: number) => {
    const { stage } = openStage();
    const { lastFrame, unmount } = render(
      <Box width={columns} height={rows}>
        <TourPanel stage={stage} room={{ columns, rows }} below={below} />
      </Box>,
    );
    const frame = painted(lastFrame() ?? '');
    unmount();
    return frame;
  };

  it('stands in the corner', () => {
    expect(tour(80, 14, 2)).toMatchInlineSnapshot(`
      "



                    {border|╭─}{title| Five keys to begin with; any key closes this }{border|─────────────────╮}
                    {border|│} {key|j k l h  } move, unfold and fold; the arrows do too             {border|│}
                    {border|│} {key|/        } find: a name, cpu>80, state:running                  {border|│}
                    {border|│} {key|enter    } all about the VM; its verbs are at the bottom        {border|│}
                    {border|│} {key|:        } every command by name, and why it can’t run now      {border|│}
                    {border|│} {key|? q      } all keys; leave                                      {border|│}
                    {border|╰────────────────────────────────────────────────────────────────╯}


      "
    `);
    expect(
      tour(44, 11, 9)
        .split('\n')
        .map((line) => line.replace(/\{\w+\||\}/g, ''))
        .slice(0, 4)
        .join('\n'),
    ).toMatchInlineSnapshot(`
      "

      ╭─ Five keys to begin with; any key close…╮
      │ j k l h   move, unfold and fold; the ar… │"
    `);
    expect(tour(80, 10, 0).trim()).toBe('');
  });
});

it('names are cut anew only when others are shown', () => {
  const keep = createCutKeeper();
  const one = keep([{ name: 'a-rather-long-name', room: 8 }]);
  expect(keep([{ name: 'a-rather-long-name', room: 8 }])).toBe(one);
  expect(one.of('a-rather-long-name', 8)).toBe('a-ra…ame');
  const other = keep([{ name: 'another-long-name', room: 8 }]);
  expect(other).not.toBe(one);
});
