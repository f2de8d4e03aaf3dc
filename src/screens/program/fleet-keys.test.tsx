import { describe, expect, it } from 'vitest';
import { openProgram } from '../../../test/screens/light-program.ts';
import { host1, type LightOptions } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';

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

describe('the fleet', () => {
  it('is a tree with its details, drawn as the room is', () => {
    const { draw, text, size, input } = openProgram();
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


      ─ n1 (host1) ──────────────────────────────────── Overview VMs Events Hardware ─
       State        ■ up                       VM networks  in -  out -
       CPU                    - of 8 CPUs      VM CPU                 - on 10 vCPUs
       Memory                 - of 64G         VM memory    ▌·····   8% 5.0G given
       VMs          5: 5 running               Address      10.0.0.1
       Others       0 paused, 0 crashed, 0     Version      test
                    off                        More         nothing more is known
       VM disks     read -  write -"
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
    const { input, at } = openProgram();
    input(...keys);
    expect(at()).toBe(row);
  });

  it('folds a branch, and opens the details of a VM', () => {
    const { input, state } = openProgram();
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
    const { input, state, text, at, clock } = openProgram({ size: { columns: 60, rows: 16 } });
    input('j');
    await clock.pass(200);
    input('tab', 'j', 'j');
    expect([state.pane, at()]).toEqual(['details', 'n1-0']);
    expect(text()).toContain('2 above');
    input('l');
    expect(text()).toContain('loading…');
    input('h');
    expect(text()).toContain('State');
    input('[', '[', '[');
    expect(text()).toContain('this platform keeps no console log');
    input(']', ']', ']', 'tab');
    expect(state.pane).toBe('tree');
    input('i');
    expect([state.detailsShown, text().includes('Overview')]).toEqual([false, false]);
    input('i', 'tab', 'i');
    expect([state.detailsShown, state.pane]).toEqual([false, 'tree']);
  });

  it('is marked, and goes back layer by layer', () => {
    const { input, state, said } = openProgram();
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
    const { input, state, said } = openProgram();
    input('j', 'v');
    expect(said()).toBe('a range starts here: go to its other end and press the key again');
    input('j', 'v');
    expect([state.view.marks.size, said()]).toEqual([2, '2 marked']);
    input('esc', 'v', 'esc');
    expect(state.view.isRangeOpen()).toBe(false);
  });

  it('says why there is nothing to mark', () => {
    const { input, said, stage } = openProgram({ vms: [], nodes: [] });
    for (const key of ['space', 'M', 'v']) {
      stage.message.say('');
      input(key);
      expect([said(), stage.message.current?.tone]).toEqual([expect.stringMatching(/^nothing to mark: /), 'warning']);
    }
  });

  it('of nodes leads to the VMs of one', () => {
    const { input, state, at, text } = openProgram();
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
    [
      'a filter that lets nothing through',
      (light: ReturnType<typeof openProgram>) => light.state.setFilter('name:nothing'),
    ],
    [
      'a list without VMs',
      (light: ReturnType<typeof openProgram>) => light.state.arrange('flat'),
      { vms: [], nodes: [] },
    ],
    [
      'a list without nodes',
      (light: ReturnType<typeof openProgram>) => light.state.arrange('nodes'),
      { vms: [], nodes: [] },
    ],
    ['nothing yet', ({ store }: ReturnType<typeof openProgram>) => store.removeEndpoint(host1), { vms: [], nodes: [] }],
    [
      'endpoints that have not answered',
      ({ store }: ReturnType<typeof openProgram>) => store.removeEndpoint(host1),
      { vms: [], nodes: [], services: { config: () => ({ endpoints: new Map([['a', {}]]), file: {} }) as never } },
    ],
    [
      'a configuration that can not be used',
      ({ store }: ReturnType<typeof openProgram>) => store.removeEndpoint(host1),
      {
        vms: [],
        nodes: [],
        services: { problems: () => [{ severity: 'error', file: 'config.yaml', message: 'no YAML' }] as never },
      },
    ],
  ] as const)('that is empty says why: %s', (what, prepare, options: LightOptions = {}) => {
    const light = openProgram(options);
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
