import { describe, expect, it } from 'vitest';
import { type LightOptions, openStage, settled } from '../../../test/screens/light-stage.tsx';
import { painted } from '../../../test/screens/painted.ts';
import { aNode, aVm } from '../../../test/state/objects.ts';
import type { Action } from '../../actions/action.ts';
import type { Problem } from '../../state/config/problem.ts';
import type { FilterProblem } from '../../state/query/compile-query.ts';
import { openHelp } from './help.tsx';
import { openPalette } from './palette.tsx';
import { openProblems } from './problems.tsx';
import { ranked } from './rank.ts';

const rank = (typed: string, ...words: readonly string[]) =>
  ranked(words, typed, (word) => [word, `a ${word}`.slice(2)]);

describe('what fits what was typed', () => {
  it.each<[string, readonly string[], readonly string[]]>([
    ['', ['b', 'a'], ['b', 'a']],
    ['  ', ['b', 'a'], ['b', 'a']],
    ['a', ['ba', 'ab', 'a', 'x', 'c-a', 'b a', 'd.a'], ['a', 'ab', 'c-a', 'b a', 'd.a', 'ba']],
    ['VMSTA', ['vm.stop', 'vm.start', 'vm.restart'], ['vm.start', 'vm.restart']],
    ['vst', ['vm.stop', 'v.st', 'xxvmst'], ['v.st', 'vm.stop', 'xxvmst']],
    ['stop', ['vm.stop', 'stop', 'stopped', 'xstop'], ['stop', 'stopped', 'vm.stop', 'xstop']],
    ['aa', ['a', 'ba-a', 'aba'], ['aba', 'ba-a']],
    ['v-m', ['vm', 'v', 'mv'], ['vm']],
  ])('%j of %j comes best first', (typed, words, found) => {
    expect(rank(typed, ...words)).toEqual(found);
  });
});

describe('the palette', () => {
  const open = (options: LightOptions = {}) => {
    const light = openStage({ size: { columns: 90, rows: 14 }, ...options });
    const run: string[] = [];
    openPalette(light.stage, {
      whyNot: ({ id }) =>
        id === 'vm.stop'
          ? 'it is stopped already, and it can not be stopped once more in any way that would make sense'
          : undefined,
      run: (action) => void run.push(action.id),
    });
    return { ...light, run };
  };

  it('lists what is found, with why it can not run now', () => {
    const { press, drawnPainted } = open();
    press(...'vm.st');
    expect(painted(drawnPainted()).replace(/^\n+|\n+$/g, '')).toMatchInlineSnapshot(`
      " {border|╭─ }{title|Commands (1 of 12)}{border| ─────────────────────────────────────────────────────────────────╮}
       {border|│} {input|vm.st}{cursor| }{input|                                                                              } {border|│}
       {border|│}                                                                                      {border|│}
       {border|│} {cursor|vm.start                } {key|s        } Power a VM on, or resume one that is paused.      {border|│}
       {border|│} {dim|vm.stop                 } {key|S        } {dim|it is stopped already, and it can not be stopped…} {border|│}
       {border|│} {text|vm.edit                 } {key|e        } Change memory, virtual CPUs and the other settin… {border|│}
       {border|│} {text|vm.restart              } {key|R        } Ask the guest to reboot; with force, reset it.    {border|│}
       {border|│} {text|vm.history              } {key|         } The load of a VM in the past: as its platform ha… {border|│}
       {border|│} {dim|Power a VM on, or resume one that is paused.}                                         {border|│}
       {border|│} {dim|}                                                                                     {border|│}
       {border|╰──────────────────────────────────────────────────────────────────────────────────────╯}"
    `);
    press('down');
    expect(painted(drawnPainted())).toMatch(/\{cursor\|vm\.stop +\}/);
    press('x', 'x');
    expect(painted(drawnPainted())).toContain('{dim|no action has such a name}');
  });

  it('goes round, and says which of how many', () => {
    const { press, drawn } = open();
    const place = () => /Commands \((\d+) of \d+\)/.exec(drawn())?.[1];
    expect(place()).toBe('1');
    press('down', 'down');
    expect(place()).toBe('3');
    press('up', 'up', 'up');
    expect(Number(place())).toBeGreaterThan(50);
    press('down');
    expect(place()).toBe('1');
  });

  it('lists sixteen on a tall screen', () => {
    const { drawn } = open({ size: { columns: 90, rows: 40 } });
    expect(drawn().split('\n')).toHaveLength(2 + 2 + 16 + 2);
  });

  it('completes, runs and is closed', () => {
    const { press, drawn, run, stage } = open();
    press(...'vmsta', 'tab');
    expect(drawn()).toContain('vm.start');
    expect(run).toEqual([]);
    press('enter');
    expect([run, stage.layers.top]).toEqual([['vm.start'], undefined]);
    const other = open();
    other.press(...'zzz', 'tab', 'enter');
    expect([other.run, other.stage.layers.all.length]).toEqual([[], 1]);
    other.press('esc');
    expect(other.stage.layers.top).toBeUndefined();
  });

  it('begins with the best again when something else is typed, and keeps its place when the caret moves', () => {
    const { press, run } = open();
    press(...'vm.st', 'down', 'left', 'right', 'enter');
    expect(run).toEqual(['vm.stop']);
    const other = open();
    other.press(...'vm', 'down', ...'.st');
    other.stage.layers.top?.paste?.('art');
    other.press('enter');
    expect(other.run).toEqual(['vm.start']);
  });

  it('is drawn again with each key, and says them', () => {
    const { press, stage } = open();
    const { version } = stage;
    press('down', 'x');
    expect(stage.version).toBe(version + 2);
    expect(stage.layers.top?.hints()).toEqual([
      { key: 'up/down', does: 'choose' },
      { key: 'tab', does: 'complete' },
      { key: 'enter', does: 'run' },
      { key: 'esc', does: 'close' },
    ]);
  });
});

describe('the help', () => {
  const open = (
    size = { columns: 80, rows: 14 },
    isForHere: (action: Action) => boolean | 'all below' = ({ noun }) => noun === 'node',
  ) => {
    const light = openStage({ size });
    openHelp(light.stage, isForHere);
    return light;
  };

  it('lists the keys of here, and all with the same key', () => {
    const { drawn, press, stage } = open();
    expect(drawn()).toMatchInlineSnapshot(`
      "╭─ Keys ───────────────────────────────────────────────────────────────────────╮
      │ Nodes                                                                        │
      │ o            Shell              Open a login shell on the node; ctrl-]       │
      │                                 detaches.                                    │
      │ $            Run command        Run a shell command on nodes; how it ended   │
      │                                 and what it wrote last is in the tasks.      │
      │ b            Files              Go through the files of a node; edit,        │
      │                                 receive and send them.                       │
      │ m            Move to pool       Put a node, or an endpoint with all its      │
      │                                 nodes, into a pool.                          │
      │ ;            Note               Write what people should know of a node; an  │
      │                                 empty text takes the note away.              │
      ╰──────────────────────────────────────────────────────────────────────────────╯"
    `);
    expect(stage.layers.top?.hints()[0]).toEqual({ key: '?', does: 'all keys' });
    press('?');
    expect(drawn().split('\n').slice(0, 3).join('\n')).toMatchInlineSnapshot(`
      "╭─ All keys: lines 1-11 of 346 ────────────────────────────────────────────────╮
      │ VMs                                                                          │
      │ a            Create VM          Make a VM from an image, or an empty one.    │"
    `);
    expect(stage.layers.top?.hints()).toEqual([
      { key: '?', does: 'this view only' },
      { key: 'j/k g/G', does: 'scroll' },
      { key: 'esc', does: 'close' },
    ]);
    press('G');
    expect(drawn()).toContain('Quit at once');
    press('?', '?', 'G', 'g', 'pgdn', 'k', 'j', 'j');
    expect(drawn().split('\n')[0]).toMatch(/All keys: lines 13-23/);
  });

  it('says what a key does below it where it is narrow, and what is for all VMs', () => {
    const { drawnPainted } = open({ columns: 63, rows: 10 }, ({ id }) => id === 'vm.stop' && 'all below');
    expect(painted(drawnPainted()).replace(/^\n+|\n+$/g, '')).toMatchInlineSnapshot(`
      "{border|╭─ }{title|Keys}{border| ──────────────────────────────────────────────────────╮}
      {border|│} {header|All VMs below this row, after a list of them was shown}      {border|│}
      {border|│} {key|S           } Shut down                                      {border|│}
      {border|│}   {dim|Ask the guest to power off; with force, cut its power.}    {border|│}
      {border|╰─────────────────────────────────────────────────────────────╯}"
    `);
    expect(open({ columns: 64, rows: 10 }, ({ id }) => id === 'vm.stop').drawn()).toMatchInlineSnapshot(`
      "╭─ Keys ───────────────────────────────────────────────────────╮
      │ VMs                                                          │
      │ S            Shut down          Ask the guest to power off;  │
      │                                 with force, cut its power.   │
      ╰──────────────────────────────────────────────────────────────╯"
    `);
  });

  it('says of all verbs of VMs that they are for all below, where one of them is', () => {
    const { drawn } = open({ columns: 80, rows: 12 }, ({ id }) => (id === 'vm.stop' ? 'all below' : id === 'vm.start'));
    expect(drawn()).toContain('All VMs below this row');
    expect(drawn()).toContain('Start ');
  });

  it.each(['esc', 'q', 'enter'])('is closed with %s', (key) => {
    const { press, stage } = open();
    press('x');
    expect(stage.layers.all).toHaveLength(1);
    press(key);
    expect(stage.layers.top).toBeUndefined();
  });
});

describe('what is wrong', () => {
  const open = (count: number) => {
    const problems = Array.from({ length: count }, (_, at) => ({
      severity: 'error',
      message: `${'wrong '.repeat(16)}${at}`,
      file: 'config.yaml',
      at: { line: 3, column: 5 },
      ...(at === 0 && { fix: 'see drover endpoint trust db1' }),
    }));
    const light = openStage({
      services: { problems: () => problems as unknown as readonly Problem[] },
      size: { columns: 90, rows: 11 },
    });
    openProblems(light.stage);
    return light;
  };

  it('is reported with what to do, and scrolled', () => {
    const { drawnPainted, press, drawn, stage } = open(6);
    expect(painted(drawnPainted()).replace(/^\n+|\n+$/g, '')).toMatchInlineSnapshot(`
      "{border|╭─ }{title|Configuration: lines 1-8 of 13}{border| ───────────────────────────────────────────────────────╮}
      {border|│} • config.yaml:3:5: wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong   {border|│}
      {border|│}   wrong wrong wrong wrong wrong 0                                                      {border|│}
      {border|│} {dim|  see press T (Trust host key) on db1}                                                  {border|│}
      {border|│} • config.yaml:3:5: wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong   {border|│}
      {border|│}   wrong wrong wrong wrong wrong 1                                                      {border|│}
      {border|│} • config.yaml:3:5: wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong   {border|│}
      {border|│}   wrong wrong wrong wrong wrong 2                                                      {border|│}
      {border|│} • config.yaml:3:5: wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong wrong   {border|│}
      {border|╰────────────────────────────────────────────────────────────────────────────────────────╯}"
    `);
    const { version } = stage;
    press('j', 'j', 'k');
    expect(stage.version).toBe(version + 3);
    expect(drawn()).toContain('Configuration: lines 2-9 of 13');
    press('G');
    expect(drawn()).toContain('Configuration: lines 6-13 of 13');
    press('pgup', 'G', 'g');
    expect(drawn()).toContain('Configuration: lines 1-8 of 13');
  });

  it.each(['esc', 'q', 'enter'])('is closed with %s', (key) => {
    const { press, stage, drawn } = open(0);
    expect(drawn()).toContain('Nothing is wrong with the configuration.');
    expect(stage.layers.top?.hints()).toEqual([
      { key: 'j/k g/G', does: 'scroll' },
      { key: 'esc', does: 'close' },
    ]);
    press(key);
    expect(stage.layers.top).toBeUndefined();
  });
});

describe('the line of the filter', () => {
  const open = (start = '', problem?: FilterProblem) => {
    const light = openStage({
      nodes: [aNode('n1')],
      vms: [aVm('web1', { tags: ['prod'] }), aVm('db1', { state: 'stopped' })],
      size: { columns: 60, rows: 10 },
    });
    const applied: string[] = [];
    const kept: string[] = [];
    light.stage.dialogs.filter({
      start,
      apply(text) {
        applied.push(text);
        return text.includes('?') ? (problem ?? { at: 3, message: 'not understood' }) : undefined;
      },
      keep: () => void kept.push('kept'),
    });
    return {
      ...light,
      applied,
      kept,
      line: () =>
        painted(light.drawnPainted())
          .split('\n')
          .filter((one) => one.trim() !== '')
          .join('\n'),
    };
  };

  it('is applied with each read of the keyboard, once', async () => {
    const { press, applied, line, kept, stage } = open('web');
    expect(applied).toEqual(['web']);
    expect(line()).toMatch(/^\{key\| \/ \}\{input\|web\}\{cursor\| \}/);
    press('1', '2');
    await settled();
    expect(applied).toEqual(['web', 'web12']);
    press('left');
    await settled();
    expect(applied).toHaveLength(2);
    press('backspace', 'enter');
    expect([applied.at(-1), kept, stage.layers.top]).toEqual(['web2', ['kept'], undefined]);
  });

  it('is taken away with esc', () => {
    const { press, applied, kept, stage } = open('web');
    press('esc');
    expect([applied.at(-1), kept, stage.layers.top]).toEqual(['', [], undefined]);
  });

  it('points at what it does not understand', async () => {
    const { press, line, stage } = open();
    press('w', '?');
    await settled();
    expect(line().split('\n')[0]).toMatch(/^\{warning\| {6}\^ not understood +\}$/);
    expect(
      stage.layers.top
        ?.hints()
        .map(({ key, does }) => `${key} ${does}`)
        .slice(0, 4),
    ).toEqual(['tab complete', 'up/down choose', 'enter keep', 'esc clear']);
  });

  it.each([
    ['sta', 'state:', false],
    ['state:sto', 'state:stopp', true],
    ['state:stopp', 'state:stopp', true],
    ['tag:p', 'tag:prod', false],
    ['web1 sta', 'web1 state:', false],
    ['zzz', 'zzz', false],
  ])('goes on with tab: %s', (text, completed, several) => {
    const { press, line } = open();
    press(...[...text].map((letter) => (letter === ' ' ? 'space' : letter)), 'tab');
    const [first = '', second = ''] = line().split('\n');
    expect(several ? second : first).toContain(`{input|${completed}}`);
    expect(first.startsWith('{dim| / ')).toBe(several);
  });

  it('takes what is pasted', async () => {
    const { stage, applied } = open();
    stage.layers.top?.paste?.('name:web1');
    await settled();
    expect(applied.at(-1)).toBe('name:web1');
  });
});
