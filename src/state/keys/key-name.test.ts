import { describe, expect, it } from 'vitest';
import { controlByte, readKey } from './key-name.ts';

describe('a key in the configuration', () => {
  it.each([
    ['j', 'j'],
    ['J', 'J'],
    ['shift-j', 'J'],
    [']', ']'],
    ['ä', 'ä'],
    ['-', '-'],
    ['ctrl--', undefined],
    [' ', 'space'],
    ['Enter', 'enter'],
    ['return', 'enter'],
    ['Escape', 'esc'],
    ['pageup', 'pgup'],
    ['F12', 'f12'],
    ['ctrl-d', 'ctrl-d'],
    ['Ctrl+D', 'ctrl-d'],
    ['^d', 'ctrl-d'],
    ['^', '^'],
    ['ctrl-]', 'ctrl-]'],
    ['ctrl-@', 'ctrl-space'],
    ['alt-ctrl-x', 'ctrl-alt-x'],
    ['shift-tab', 'shift-tab'],
    ['ctrl-shift-up', 'ctrl-shift-up'],
    ['alt-enter', 'alt-enter'],
  ])('%j is %j', (text, key) => expect(readKey(text)).toEqual(key === undefined ? expect.anything() : { key }));

  it.each([
    ['ctrl-i', "ctrl-i can't be told from tab"],
    ['ctrl-m', "ctrl-m can't be told from enter"],
    ['ctrl-[', "ctrl-[ can't be told from esc"],
    ['ctrl-h', "ctrl-h can't be told from backspace"],
    ['ctrl-/', "ctrl-/ can't be told from ctrl-_"],
    ['ctrl-1', 'terminals have no way to send ctrl-1'],
    ['ctrl-enter', 'terminals have no way to send ctrl-enter'],
    ['shift-space', 'terminals have no way to send shift-space'],
    ['ctrl-shift-a', 'terminals send ctrl-shift-a as ctrl-a'],
    ['shift-1', 'shift-1 depends on the keyboard: write the character that it types'],
    ['alt-[', "alt-[ can't be told from the beginning of another key"],
    ['f13', 'there is no key "f13" (did you mean f1?)'],
    ['gg', 'there is no key "gg"'],
    ['', 'there is no key ""'],
    ['\x1b[A', 'there is no key "\\u001b[A"'],
    ['\u202e', 'there is no key "\u202e"'],
  ])('%j is refused with its reason', (text, complaint) => expect(readKey(text)).toEqual({ complaint }));

  it('is a single byte where a console can be left with it', () => {
    expect(['ctrl-]', 'ctrl-a', 'ctrl-\\', 'ctrl-space'].map(controlByte)).toEqual([0x1d, 1, 0x1c, 0]);
    expect(['q', 'f5', 'alt-x', 'ctrl-up'].map(controlByte)).toEqual([undefined, undefined, undefined, undefined]);
  });
});
