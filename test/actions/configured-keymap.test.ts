import { describe, expect, it } from 'vitest';
import { configuredKeymap } from '../../src/actions/configured-keymap.ts';
import { actions } from '../../src/actions/index.ts';
import { createKeymap } from '../../src/actions/keymap.ts';
import { emptyMap } from '../../src/state/config/located.ts';
import { spellProblem } from '../../src/state/config/problem.ts';
import { openYaml } from '../../src/state/config/yaml-file.ts';
import { keyPresets } from '../../src/state/keys/key-presets.ts';

async function configured(text: string) {
  const { tree } = await openYaml('config.yaml', text);
  const { keymap, detachKey, menuKey, problems } = configuredKeymap(
    actions,
    'config.yaml',
    tree.kind === 'map' ? tree : emptyMap,
  );
  return { keymap, detachKey, menuKey, told: problems.map(spellProblem), fixes: problems.map(({ fix }) => fix) };
}

const keys = (...lines: readonly string[]) => `keys:\n${lines.map((line) => `  ${line}\n`).join('')}`;

describe('keys of the configuration', () => {
  it('open the menu of a console with another key than ctrl-\\, but not with the one that detaches', async () => {
    expect((await configured(keys('console.menu: ctrl-b'))).menuKey).toBe('ctrl-b');
    expect((await configured(keys('console.menu: ctrl-t', 'console.detach: ctrl-t'))).menuKey).toBe('ctrl-\\');
    expect((await configured(keys('console.menu: x'))).told).toEqual([
      'config.yaml:2:17: keys: console.menu must be one key with ctrl, such as ctrl-] or ctrl-t',
    ]);
  });

  it('take the place of an action’s own', async () => {
    const { keymap, told } = await configured(keys('vm.start: [f5, F7]', "view.previous-tab: '|'", 'view.range: []'));
    expect(told).toEqual([]);
    expect(keymap.keysOf('vm.start')).toEqual(['f5', 'f7']);
    expect(keymap.keysOf('view.previous-tab')).toEqual(['|']);
    expect(keymap.keysOf('view.range')).toEqual([]);
    expect(keymap.actionsOf('s').filter(({ noun }) => noun === 'vm')).toEqual([]);
  });

  it('can move hjkl elsewhere and leave a console with another key than ctrl-]', async () => {
    const { keymap, detachKey, told } = await configured(
      keys(
        'view.down: n',
        'view.up: e',
        'view.collapse: [left]',
        'view.expand: [right]',
        'vm.edit: []',
        'view.find-next: []',
        'pool.set: []',
        'network.edit: []',
        'template.edit: []',
        'console.detach: ^t',
      ),
    );
    expect(told).toEqual([]);
    expect(keymap.actionsOf('n').map(({ id }) => id)).toEqual(['view.down']);
    expect(['h', 'j', 'k', 'l'].flatMap((key) => keymap.actionsOf(key))).toEqual([]);
    expect(detachKey).toBe('ctrl-t');
  });

  it('are the defaults without the section', async () => {
    const { keymap, detachKey, told } = await configured('endpoints: {}\n');
    expect(told).toEqual([]);
    expect(detachKey).toBe('ctrl-]');
    expect(keymap.keysOf('vm.start')).toEqual(['s']);
  });

  it('are told with line and column where they clash', async () => {
    const { keymap, told, fixes } = await configured(keys('vm.start: f5', 'vm.restart: [R, f5]'));
    expect(told).toEqual(['config.yaml:3:19: keys: vm.restart: f5 is taken by vm.start']);
    expect(fixes).toEqual(['give vm.start another key, or none: vm.start: []']);
    expect(keymap.keysOf('vm.restart')).toEqual(['R']);
  });

  it('are told where they take the key of an action that is not in the file', async () => {
    const { told } = await configured(keys('vm.start: q', 'vm.stop: j'));
    expect(told).toEqual([
      'config.yaml:2:13: keys: vm.start takes q from view.quit, which keeps no key',
      'config.yaml:3:12: keys: vm.stop takes j from view.down, which keeps down',
    ]);
  });

  it('are told where no terminal can send them, where the action or the preset is not there', async () => {
    const { told } = await configured(keys('vm.start: [ctrl-i, s]', 'vm.strat: x', 'preset: vi'));
    expect(told).toEqual([
      "config.yaml:2:14: keys: vm.start: ctrl-i can't be told from tab",
      'config.yaml:3:3: keys: there is no action "vm.strat" (did you mean vm.start?)',
      'config.yaml:4:11: keys: there is no preset "vi" (did you mean vim?): vim, arrows, tmux-safe',
    ]);
  });

  it('say what a line means that is no key', async () => {
    const { told, keymap } = await configured(
      keys('vm.start: s f5', 'vm.stop:', 'vm.pause: {p: x}', 'vm.kill: [~]', 'console.detach: q'),
    );
    expect(told).toEqual([
      'config.yaml:2:13: keys: vm.start: there is no key "s f5"',
      'config.yaml:3:3: keys: vm.stop needs a key, or a list of keys',
      'config.yaml:4:13: keys: vm.pause needs a key, or a list of keys',
      'config.yaml:5:13: keys: vm.kill: a key is one word',
      'config.yaml:6:19: keys: console.detach must be one key with ctrl, such as ctrl-] or ctrl-t',
    ]);
    expect(['vm.start', 'vm.stop', 'vm.pause', 'vm.kill'].flatMap((id) => keymap.keysOf(id))).toEqual([
      's',
      'S',
      'p',
      'D',
    ]);
  });

  it('says that a list is no section', async () => {
    const { told } = await configured('keys: [s, f5]\n');
    expect(told).toEqual(['config.yaml:1:7: keys: must be actions with keys, like "vm.start: [s, f5]"']);
  });

  it.each([[['view.quit: []', 'view.quit-now: []']], [['view.quit: []', 'view.quit-now: []', 'vm.stop: ctrl-c']]])(
    'always leaves a way out of %j',
    async (lines) => {
      const { keymap, told } = await configured(keys(...lines));
      expect(keymap.actionsOf('ctrl-c').map(({ id }) => id)).toEqual(['view.quit-now']);
      expect(told).toContain('config.yaml:1:1: keys: no key was left to quit with, so ctrl-c still does');
    },
  );
});

describe('presets', () => {
  it.each(keyPresets)('$name knows its actions and has no clash', ({ keys: preset }) => {
    expect(createKeymap(actions, new Map(Object.entries(preset))).problems).toEqual([]);
  });

  it('moves with arrows alone', async () => {
    const { keymap, told } = await configured(keys('preset: arrows'));
    expect(told).toEqual([]);
    const moves = ['view.down', 'view.up', 'view.first', 'view.last', 'view.expand', 'view.collapse'];
    expect(moves.map((id) => keymap.keysOf(id))).toEqual([['down'], ['up'], ['home'], ['end'], ['right'], ['left']]);
  });

  it('keeps the prefixes of tmux and screen free', async () => {
    const { keymap } = await configured(keys('preset: tmux-safe'));
    expect(['ctrl-a', 'ctrl-b'].flatMap((key) => keymap.actionsOf(key))).toEqual([]);
  });

  it('give way to what the file says itself', async () => {
    const { keymap, told } = await configured(keys('preset: arrows', 'view.quit: [Q]', 'vm.start: f9'));
    expect(keymap.keysOf('view.quit')).toEqual(['Q']);
    expect(keymap.keysOf('vm.start')).toEqual(['f9']);
    expect(told).toEqual(['config.yaml:2:11: keys: view.palette: f9 is taken by vm.start']);
  });
});
