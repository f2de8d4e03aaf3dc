import { describe, expect, it } from 'vitest';
import { openChoices } from '../../test/screens/light-choices.ts';
import type { InputEvent, Mouse } from '../terminal/keys.ts';
import { createDispatcher } from './dispatcher.ts';
import { keyNamed } from './keys.ts';
import { createPointer } from './program/pointer.ts';
import type { View } from './stage.ts';

describe('the mouse', () => {
  const at = (row: number, given: Partial<Mouse> = {}): Mouse =>
    ({ kind: 'mouse', action: 'press', button: 'left', column: 3, row, read: 5, ...given }) as Mouse;
  const point = (takes = true, size = { columns: 80, rows: 24 }) => {
    const light = openChoices({ size });
    const calls: string[] = [];
    const view = {
      id: 'fleet',
      hints: () => [
        { key: 'q', does: 'quit' },
        { key: 'up/down', does: 'move' },
      ],
      point: (event: Mouse, room: { columns: number; rows: number }) => {
        calls.push(`${event.action} ${event.column},${event.row} in ${room.columns}x${room.rows}`);
        return takes;
      },
      handlers: { 'view.up': () => void calls.push('up'), 'view.down': () => void calls.push('down') },
    } as unknown as View;
    const pointer = createPointer(
      light.stage,
      { current: view, show: () => {} },
      (key) => void calls.push(`key ${key.name} of read ${key.read}`),
    );
    const did = (event: Mouse) => {
      calls.length = 0;
      pointer(event);
      return calls.join(', ');
    };
    return { ...light, did };
  };

  it.each([
    [at(1), 'press 3,0 in 80x21'],
    [at(21), 'press 3,20 in 80x21'],
    [at(0), ''],
    [at(22), ''],
    [at(23), 'key q of read 5'],
    [at(23, { column: 10 }), ''],
    [at(23, { column: 70 }), ''],
    [at(23, { button: 'right' }), ''],
    [at(23, { action: 'release' }), 'release 3,22 in 80x21'],
    [at(0, { action: 'drag' }), 'drag 3,-1 in 80x21'],
    [at(0, { action: 'wheel-up' }), 'up, up, up'],
    [at(22, { action: 'wheel-down' }), 'down, down, down'],
    [at(5, { action: 'wheel-down' }), 'wheel-down 3,4 in 80x21'],
  ])('is for what lies under it: %o', (event, calls) => {
    expect(point().did(event)).toBe(calls);
  });

  it('scrolls a view that makes nothing of it, and leaves rows to a long message', () => {
    const { did, stage } = point(false);
    expect(did(at(5, { action: 'wheel-up' }))).toBe('wheel-up 3,4 in 80x21, up, up, up');
    const { version } = stage;
    did(at(5));
    expect(stage.version).toBe(version);
    const other = point();
    const before = other.stage.version;
    other.did(at(5));
    expect(other.stage.version).toBe(before + 1);
    other.stage.message.say('word '.repeat(30));
    expect(other.did(at(5))).toBe('press 3,4 in 80x20');
    expect(other.did(at(21))).toBe('');
  });

  it('reaches nothing behind a dialog but its keys and its list', () => {
    const { did, stage } = point();
    void stage.dialogs.confirm({ title: 'a', question: 'b' });
    expect([did(at(5)), did(at(23)), did(at(5, { action: 'wheel-up' })), did(at(5, { action: 'wheel-down' }))]).toEqual(
      ['', 'key y of read 5', 'key up of read 5', 'key down of read 5'],
    );
  });

  it('is not looked at on a screen that is too small, nor over a message in place of the keys', () => {
    expect(point(true, { columns: 39, rows: 24 }).did(at(5))).toBe('');
    expect(point(true, { columns: 40, rows: 7 }).did(at(5))).toBe('');
    const low = point(true, { columns: 40, rows: 8 });
    expect(low.did(at(6))).toBe('press 3,6 in 40x7');
    low.stage.message.say('no');
    expect(low.did(at(7))).toBe('');
  });
});

describe('what comes in', () => {
  const dispatch = (current: Partial<View> = {}) => {
    const light = openChoices();
    const calls: string[] = [];
    const view = { id: 'fleet', hints: () => [], handlers: {}, ...current } as unknown as View;
    const dispatcher = createDispatcher({
      stage: light.stage,
      state: light.state,
      views: { current: view, show: () => {} },
      command: (id) => void calls.push(id),
      run: ({ id }) => void calls.push(id),
    });
    const key = (name: string) => keyNamed(name, 1) as InputEvent;
    return { ...light, calls, dispatcher, key };
  };

  it('is a key for the topmost layer, else for the view, else a command', async () => {
    const { dispatcher, key, calls, stage, clock } = dispatch({ press: (name) => name === 'x' });
    dispatcher(key('j'));
    dispatcher(key('x'));
    expect(calls).toEqual(['view.down']);
    const answer = stage.dialogs.prompt({ title: 'a', lines: [] });
    for (const name of ['j', 'x', 'enter']) dispatcher(key(name));
    expect(await answer).toBe('jx');
    dispatcher(key('ctrl-c'));
    expect(calls.at(-1)).toBe('view.quit-now');
    stage.tour.show();
    stage.message.say('read');
    await clock.pass(700);
    const { version } = stage;
    dispatcher(key('j'));
    expect([stage.tour.shown, stage.message.current]).toEqual([false, undefined]);
    expect(stage.version).toBeGreaterThan(version);
  });

  it('is for the fleet only where that is seen', () => {
    const { dispatcher, key, calls, said, stage } = dispatch({ id: 'tasks' });
    dispatcher(key('a'));
    expect(calls).toEqual([]);
    expect([said(), stage.message.current?.tone]).toEqual([
      expect.stringMatching(/: go back to the fleet first; 1 leads there$/),
      'warning',
    ]);
    dispatcher(key('j'));
    expect(calls).toEqual(['view.down']);
  });

  it('is pasted text where something can be typed, and nothing elsewhere', async () => {
    const { dispatcher, stage, key, calls } = dispatch();
    dispatcher({ kind: 'paste', text: 'q' } as InputEvent);
    expect(calls).toEqual([]);
    const answer = stage.dialogs.prompt({ title: 'a', lines: [] });
    dispatcher({ kind: 'paste', text: 'pasted' } as InputEvent);
    dispatcher(key('enter'));
    expect(await answer).toBe('pasted');
  });

  it('is a click, after which the tour and what was read are gone', async () => {
    const pointed: string[] = [];
    const point = ({ action }: Mouse) => pointed.push(action) > 0;
    const { dispatcher, stage, clock } = dispatch({ point });
    const mouse = (action: string) =>
      dispatcher({ kind: 'mouse', action, button: 'left', row: 3, column: 3, read: 1 } as unknown as InputEvent);
    stage.tour.show();
    stage.message.say('read');
    await clock.pass(700);
    mouse('release');
    expect([stage.tour.shown, stage.message.current?.text]).toEqual([true, 'read']);
    mouse('press');
    expect([stage.tour.shown, stage.message.current]).toEqual([false, undefined]);
    expect(pointed).toEqual(['release', 'press']);
    dispatcher({ kind: 'focus' } as unknown as InputEvent);
  });
});
