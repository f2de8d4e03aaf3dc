import { describe, expect, it } from 'vitest';
import { configWith, openChoices, themeNamed } from '../../test/screens/light-choices.ts';
import { isUp, settled } from '../../test/screens/light-stage.tsx';
import { look, painted } from '../../test/screens/painted.ts';
import type { Services } from '../actions/services.ts';
import { followChoices } from './follow-choices.ts';
import { keepChoice } from './keep-choice.ts';
import { setMouse, switchMouse } from './mouse.ts';
import { askToQuit } from './program/quit.ts';
import type { Stage } from './stage.ts';
import { openThemePicker } from './themes/theme-picker.tsx';

describe('the stage', () => {
  it('tells who listens of each change, and counts them', () => {
    const { stage } = openChoices();
    let drawn = 0;
    const stop = stage.subscribe(() => drawn++);
    const { version } = stage;
    stage.changed();
    stage.wear(themeNamed('other'));
    expect([drawn, stage.version, stage.look.theme.name, stage.look.glyphs]).toEqual([
      2,
      version + 2,
      'other',
      look.glyphs,
    ]);
    stop();
    stage.changed();
    expect([drawn, stage.mouse, stage.keeping]).toEqual([2, false, 0]);
  });
});

describe('a choice that is kept', () => {
  it.each([
    [{}, 'it is on', 'good'],
    [{ run: { demo: true } }, 'it is on, until this demo ends', 'good'],
    [
      { changeConfig: () => Promise.reject(new Error('the disk is full')) },
      'it is on, for this run only: the disk is full',
      'warning',
    ],
  ])('is told with how long: %o', async (options, words, colour) => {
    const { stage, said, tone, changes } = openChoices(options);
    const kept = keepChoice(stage, 'mouse', 'on', 'it is on');
    expect(stage.keeping).toBe(1);
    await kept;
    expect([stage.keeping, said(), tone(), changes]).toEqual([
      0,
      words,
      colour,
      [{ kind: 'set', path: ['mouse'], value: 'on' }],
    ]);
  });

  it('is the mouse', async () => {
    const { stage, mice, changes, said } = openChoices();
    switchMouse(stage);
    await settled();
    expect([stage.mouse, mice, changes.at(-1), said()]).toEqual([
      true,
      [true],
      { kind: 'set', path: ['mouse'], value: 'on' },
      'the mouse is on; shift selects text',
    ]);
    switchMouse(stage);
    await settled();
    expect([stage.mouse, mice, changes.at(-1), said()]).toEqual([
      false,
      [true, false],
      { kind: 'set', path: ['mouse'], value: 'off' },
      'the mouse is off; the terminal selects text with it',
    ]);
  });
});

describe('another program that changes the configuration', () => {
  const follow = () => {
    const light = openChoices();
    const stop = followChoices(light.stage);
    const land = async (text: string) => {
      light.config.now = await configWith(text);
      light.store.setEndpoint(isUp());
      light.store.flush();
    };
    return { ...light, stop, land };
  };

  it('has its theme worn', async () => {
    const { land, loads, stage, said, stop } = follow();
    await land('theme: light\n');
    expect(loads.map(({ name }) => name)).toEqual(['light']);
    loads[0]?.resolve();
    await settled();
    expect(stage.look.theme.name).toBe('light');
    await land('theme: light\nmouse: off\n');
    expect(loads).toHaveLength(1);
    await land('theme: broken\n');
    loads[1]?.reject(new Error('no such theme'));
    await settled();
    expect([stage.look.theme.name, said()]).toEqual(['light', 'no such theme']);
    stop();
    await land('theme: dark\n');
    expect(loads).toHaveLength(2);
  });

  it('has its mouse taken, but nothing while a choice of here is being written', async () => {
    const { land, mice, stage } = follow();
    setMouse(stage, true);
    await land('mouse: off\n');
    await land('mouse: on\n');
    // The file said off before, and what it says now is what is so already.
    expect(mice).toEqual([true]);
    stage.keeping = 1;
    await land('mouse: off\n');
    expect(mice).toEqual([true]);
    stage.keeping = 0;
    await land('mouse: off\n');
    expect(mice).toEqual([true, false]);
    await land('mouse: on\n');
    expect(mice).toEqual([true, false, true]);
  });
});

describe('the themes', () => {
  const pick = async (options = {}) => {
    const light = openChoices(options);
    await openThemePicker(light.stage);
    return light;
  };

  it('are worn while the cursor is on them, and taken off again', async () => {
    const { drawnPainted, press, loads, stage } = await pick();
    expect(painted(drawnPainted()).replace(/^\n+|\n+$/g, '')).toMatchInlineSnapshot(`
      "                     {border|╭─ }{title|Theme}{border| ────────────────────────────╮}
                           {border|│}  dark                              {border|│}
                           {border|│} {cursor| words                            } {border|│}
                           {border|│}  light                             {border|│}
                           {border|╰────────────────────────────────────╯}"
    `);
    press('down');
    loads[0]?.resolve();
    await settled();
    expect(stage.look.theme.name).toBe('light');
    press('j', 'k', 'up');
    expect(loads.map(({ name }) => name)).toEqual(['light', 'dark', 'light', 'words']);
    press('esc');
    expect([stage.look.theme.name, stage.layers.top]).toEqual(['words', undefined]);
    loads[1]?.resolve();
    await settled();
    expect(stage.look.theme.name).toBe('words');
  });

  it('are kept with enter, as soon as they are there', async () => {
    const { press, loads, stage, changes, said } = await pick();
    press('down', 'enter');
    await settled();
    expect([changes, stage.layers.all.length]).toEqual([[], 1]);
    loads[0]?.resolve();
    await settled();
    expect([changes, stage.layers.top, said()]).toEqual([
      [{ kind: 'set', path: ['theme'], value: 'light' }],
      undefined,
      'the theme is light',
    ]);
  });

  it('that can not be read are not kept', async () => {
    const { press, loads, stage, changes, drawnPainted } = await pick();
    press('down');
    loads[0]?.reject(new Error('it is broken'));
    await settled();
    expect(painted(drawnPainted())).toContain('{danger|it is broken}');
    press('enter');
    await settled();
    expect([changes, stage.layers.all.length]).toEqual([[], 1]);
    press('down');
    expect(painted(drawnPainted())).not.toContain('it is broken');
    press('q');
    expect(stage.layers.top).toBeUndefined();
    expect((await pick()).stage.layers.top?.hints()).toEqual([
      { key: 'up/down', does: 'see' },
      { key: 'enter', does: 'keep' },
      { key: 'esc', does: 'as it was' },
    ]);
  });

  it('that come too late are not worn, and their troubles not told', async () => {
    const { press, loads, stage, drawn } = await pick();
    press('down', 'down');
    loads[0]?.resolve();
    await settled();
    expect(stage.look.theme.name).toBe('words');
    press('down');
    loads[1]?.reject(new Error('too late'));
    await settled();
    expect(drawn()).not.toContain('too late');
  });

  it('begin with the first where the one that is worn is none of them', async () => {
    const { press, loads } = await pick({ themes: ['a', 'b'] });
    press('down');
    expect(loads[0]?.name).toBe('b');
  });
});

describe('leaving', () => {
  it.each([
    [0, undefined],
    [1, 'A task is running. Quit anyway?'],
    [3, '3 tasks are running. Quit anyway?'],
  ])('asks while %i tasks run', async (running, question) => {
    const { stage, drawn, press } = openChoices({ services: { tasks: { running } as unknown as Services['tasks'] } });
    let quits = 0;
    const quit = () => void quits++;
    const done = askToQuit({ ...stage, dialogs: stage.dialogs, quit } as Stage);
    if (question !== undefined) {
      expect(drawn()).toContain(question);
      expect(drawn()).toContain('The platforms finish what was sent');
      press('n');
      await done;
      expect(quits).toBe(0);
      const again = askToQuit({ ...stage, dialogs: stage.dialogs, quit } as Stage);
      drawn();
      press('y');
      await again;
    }
    await done;
    expect(quits).toBe(1);
  });
});
