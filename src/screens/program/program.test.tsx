import { describe, expect, it } from 'vitest';
import { openProgram } from '../../../test/screens/light-program.ts';
import { host1, settled } from '../../../test/screens/light-stage.tsx';
import { aNode, aVm, inventory, vmsOn } from '../../../test/state/objects.ts';
import { createCutKeeper } from '../fleet/cut-names.ts';

describe('where one has been', () => {
  it('is gone back and forward through, with view, filter and order', () => {
    const { input, at, view, said, state } = openProgram();
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
    const { input, at, store, said } = openProgram();
    input('G', 'g', 'G', 'k', 'G');
    store.push(host1, inventory([aNode('n1'), aNode('n2')], vmsOn('n1', 5)));
    store.flush();
    input('{');
    expect([at(), said()]).toEqual(['n1', undefined]);
  });
});

describe('the program', () => {
  it('filters while it is typed, and goes to a match', async () => {
    const { input, at, said, state } = openProgram();
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
    const { input, at, view, store, program, clock } = openProgram();
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
    const { input, stage, drawn, at, view } = openProgram();
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
    expect(stage.layers.all).toHaveLength(1);
    input('esc', 'L');
    expect(view()).toBe('wire-log');
  });

  it('listens to nothing any more when it is closed', async () => {
    const { program, stage, store, clock } = openProgram();
    await program.close();
    const { version } = stage;
    store.push(host1, inventory([], []));
    store.flush();
    await clock.pass(5_000);
    expect(stage.version).toBe(version);
  });
});

it('names are cut again only when others are shown', () => {
  const keep = createCutKeeper();
  const one = keep([{ name: 'a-rather-long-name', room: 8 }]);
  expect(keep([{ name: 'a-rather-long-name', room: 8 }])).toBe(one);
  expect(one.of('a-rather-long-name', 8)).toBe('a-ra…ame');
  const other = keep([{ name: 'another-long-name', room: 8 }]);
  expect(other).not.toBe(one);
});
