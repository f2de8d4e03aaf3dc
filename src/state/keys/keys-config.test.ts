import { describe, expect, it } from 'vitest';
import { spellProblem } from '../config/problem.ts';
import { openYaml } from '../config/yaml-file.ts';
import { readKey } from './key-name.ts';
import { keyPresets } from './key-presets.ts';
import { readKeys } from './keys-config.ts';

const ACTIONS = ['vm.start', 'vm.stop', 'view.down', 'view.up', 'view.range', 'view.palette'];

async function read(text: string) {
  const { tree } = await openYaml('config.yaml', text);
  if (tree.kind !== 'map') throw new Error('not a map');
  const keys = readKeys('config.yaml', tree, ACTIONS);
  return { ...keys, told: keys.problems.map(spellProblem) };
}

describe('the keys of the configuration', () => {
  it.each(['', 'keys:\n', 'keys: {}\n', 'theme: dark\n'])('say nothing in %j', async (text) => {
    const { overrides, detach, told } = await read(text);
    expect([[...overrides], detach, told]).toEqual([[], undefined, []]);
  });

  it('are one or several for an action, each once, or none', async () => {
    const { overrides, detach, told, placeOf } = await read(
      'keys:\n  vm.start: [s, F5, s]\n  vm.stop: x\n  view.range: []\n  console.detach: ctrl-t\n',
    );
    expect([...overrides]).toEqual([
      ['vm.start', ['s', 'f5']],
      ['vm.stop', ['x']],
      ['view.range', []],
    ]);
    expect([detach, told]).toEqual(['ctrl-t', []]);
    expect(placeOf('vm.start', 'f5')).toEqual({ line: 2, column: 17 });
    expect([placeOf('vm.start', 'x'), placeOf('vm.stop', 's'), placeOf('vm.stop', 'x')]).toEqual([
      undefined,
      undefined,
      { line: 3, column: 12 },
    ]);
  });

  it.each<[string, readonly string[], readonly (string | undefined)[]]>([
    ['keys: x', ['config.yaml:1:7: keys: must be actions with keys, like "vm.start: [s, f5]"'], [undefined]],
    ['keys: [x]', ['config.yaml:1:7: keys: must be actions with keys, like "vm.start: [s, f5]"'], [undefined]],
    [
      'keys: { vm.strat: s }',
      ['config.yaml:1:9: keys: there is no action "vm.strat" (did you mean vm.start?)'],
      [undefined],
    ],
    [
      'keys: { presett: vim }',
      ['config.yaml:1:9: keys: there is no action "presett" (did you mean preset?)'],
      [undefined],
    ],
    [
      'keys: { console.detahc: ctrl-t }',
      ['config.yaml:1:9: keys: there is no action "console.detahc" (did you mean console.detach?)'],
      [undefined],
    ],
    [
      'keys: { vm.start: }',
      ['config.yaml:1:9: keys: vm.start needs a key, or a list of keys'],
      ['[] takes its keys away'],
    ],
    [
      'keys: { vm.start: { a: b } }',
      ['config.yaml:1:19: keys: vm.start needs a key, or a list of keys'],
      ['[] takes its keys away'],
    ],
    ['keys: { vm.start: gg }', ['config.yaml:1:19: keys: vm.start: there is no key "gg"'], [undefined]],
    [
      'keys: { vm.start: "s f5" }',
      ['config.yaml:1:19: keys: vm.start: there is no key "s f5"'],
      ['write several as [s, f5]'],
    ],
    [
      'keys: { vm.start: [[s]] }',
      ['config.yaml:1:20: keys: vm.start: a key is one word'],
      ['put quotes around ~ and around signs that YAML takes for its own'],
    ],
    ['keys: { preset: [vim] }', ['config.yaml:1:9: keys: preset must be one of vim, arrows, tmux-safe'], [undefined]],
    [
      'keys: { preset: vmi }',
      ['config.yaml:1:17: keys: there is no preset "vmi" (did you mean vim?): vim, arrows, tmux-safe'],
      [undefined],
    ],
    ...['x', 'ctrl-up', '[ctrl-t, ctrl-x]'].map((keys): [string, string[], string[]] => [
      `keys: { console.detach: ${keys} }`,
      ['config.yaml:1:25: keys: console.detach must be one key with ctrl, such as ctrl-] or ctrl-t'],
      ['all other keys are the guest’s'],
    ]),
  ])('%s is told with its place, and left out', async (text, told, fixes) => {
    const found = await read(text);
    expect(found.told).toEqual(told);
    expect(found.problems.map(({ fix }) => fix)).toEqual(fixes);
    expect(found.problems.every(({ severity, file }) => severity === 'error' && file === 'config.yaml')).toBe(true);
    expect([[...found.overrides], found.detach]).toEqual([[], undefined]);
    expect('fix' in (found.problems[0] ?? {})).toBe(fixes[0] !== undefined);
  });

  it('leave an action its own keys where none of them can be read, and has those that can', async () => {
    const { overrides, told } = await read('keys: { vm.start: [gg, s], vm.stop: [gg], console.detach: [] }');
    expect([...overrides]).toEqual([['vm.start', ['s']]]);
    expect(told).toHaveLength(2);
  });

  it('of a preset stand behind what the user wrote, wherever that stands', async () => {
    const { overrides, placeOf, told } = await read('keys:\n  view.down: n\n  preset: vim\n  view.range: []\n');
    expect(Object.fromEntries(overrides)).toMatchObject({
      'view.down': ['n'],
      'view.up': ['k', 'up', 'ctrl-p'],
      'view.range': [],
      'view.palette': [':'],
    });
    expect(placeOf('view.up', 'ctrl-p')).toEqual({ line: 3, column: 11 });
    expect(placeOf('view.down', 'j')).toBeUndefined();
    expect(told).toEqual([]);
  });
});

describe('presets', () => {
  const keysOf = (name: string) => keyPresets.find((one) => one.name === name)?.keys ?? {};

  it('have keys that a terminal sends, in the spelling that the keymap knows', () => {
    const keys = keyPresets.flatMap((preset) => Object.values(preset.keys).flat());
    expect(keys.filter((key) => !('key' in readKey(key)) || (readKey(key) as { key: string }).key !== key)).toEqual([]);
    expect(keys).not.toHaveLength(0);
  });

  it('move by arrows alone, and by no letter', () => {
    const {
      'view.palette': palette,
      'view.quit': quit,
      'view.filter': filter,
      'view.help': help,
      ...moving
    } = keysOf('arrows');
    expect(
      Object.values(moving)
        .flat()
        .filter((key) => key.length === 1),
    ).toEqual([]);
    expect([palette, quit, filter, help]).toEqual([
      ['f9', ':'],
      ['f10', 'q'],
      ['f3', '/'],
      ['f1', '?'],
    ]);
    expect(moving).toMatchObject({
      'view.down': ['down'],
      'view.up': ['up'],
      'view.half-down': ['shift-down'],
      'view.half-up': ['shift-up'],
      'view.first': ['home'],
      'view.last': ['end'],
      'view.expand': ['right'],
      'view.collapse': ['left'],
      'view.jump-back': ['alt-left', 'backspace'],
      'view.jump-forward': ['alt-right'],
    });
  });

  it('for tmux have nothing on its prefixes, and nothing with alt', () => {
    expect(keysOf('tmux-safe')).toEqual({ 'view.page-down': ['J', 'pgdn'], 'view.page-up': ['K', 'pgup'] });
  });

  it('of vim move by its letters too', () => {
    expect(keysOf('vim')['view.down']).toEqual(['j', 'down', 'ctrl-n', 'ctrl-j']);
  });
});
