import { describe, expect, it } from 'vitest';
import { actions } from '../../src/actions/index.ts';
import { createKeymap } from '../../src/actions/keymap.ts';

describe('the keymap', () => {
  it('has no clash and no unreachable key among the defaults', () => {
    expect(createKeymap(actions).problems).toEqual([]);
  });

  it('keeps ctrl-a, ctrl-b of tmux and screen and flow control free of anything that destroys', () => {
    const dangerous = actions.filter(({ danger }) => danger !== 'none').flatMap(({ keys }) => keys);
    expect(dangerous.filter((key) => key.startsWith('ctrl-'))).toEqual([]);
  });

  it('gives an action the keys of the configuration in place of its own', () => {
    const { keymap } = createKeymap(actions, new Map([['vm.start', ['f5']]]));
    expect(keymap.keysOf('vm.start')).toEqual(['f5']);
    expect(keymap.actionsOf('s').filter(({ noun }) => noun === 'vm')).toEqual([]);
  });

  it('gives a key to the action that the configuration names, and tells who loses it', () => {
    const { keymap, problems } = createKeymap(actions, new Map([['vm.pause', ['s']]]));
    expect(keymap.actionsOf('s').map(({ id }) => id)).toEqual([
      'vm.pause',
      'network.start',
      'storage.start',
      'volume.snapshot',
      'template.script',
    ]);
    expect(problems).toEqual([
      { actionId: 'vm.start', key: 's', holder: 'vm.pause', message: 's is taken by vm.pause' },
    ]);
  });

  it('keeps the first of two that the configuration gives the same key', () => {
    const given = new Map([
      ['vm.pause', ['f5']],
      ['vm.start', ['f5']],
    ]);
    const { keymap, problems } = createKeymap(actions, given);
    expect(keymap.actionsOf('f5').map(({ id }) => id)).toEqual(['vm.pause']);
    expect(problems).toMatchObject([{ actionId: 'vm.start', message: 'f5 is taken by vm.pause' }]);
  });

  it('puts the action that is declared first in front where two share a key', () => {
    const { keymap } = createKeymap(actions, new Map([['vm.resume', ['p']]]));
    const ofVms = keymap.actionsOf('p').filter(({ noun }) => noun === 'vm');
    expect(ofVms.map(({ id }) => id)).toEqual(['vm.pause', 'vm.resume']);
  });

  it('tells of a key that no terminal can send, and of an action that is not there', () => {
    const { problems } = createKeymap(
      actions,
      new Map([
        ['vm.start', ['ctrl-i']],
        ['vm.strat', ['x']],
      ]),
    );
    expect(problems.map(({ message }) => message)).toEqual([
      "ctrl-i can't be told from tab",
      'there is no action vm.strat',
    ]);
  });

  it('F-004 every action says what it is called and what it does, in one sentence', () => {
    for (const { id, title, help } of actions) {
      expect(id).toMatch(/^[a-z]+\.[a-z-]+$/);
      expect(title).toMatch(/^[A-Z][^.]*$/);
      expect(help).toMatch(/^[A-Z].*[^.]\.$/);
    }
    expect(new Set(actions.map(({ id }) => id)).size).toBe(actions.length);
  });
});
