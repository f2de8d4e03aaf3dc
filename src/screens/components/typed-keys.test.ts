import { describe, expect, it } from 'vitest';
import { LONGEST_LINE } from '../../terminal/typed-line.ts';
import { keyNamed } from '../keys.ts';
import { caretView, edited, selectedInput, type TextInput, textInput, typed } from './text-input.ts';

/** The line with a bar where the caret is. */
const shown = ({ text, at }: TextInput): string => {
  const characters = [...text];
  return `${characters.slice(0, at).join('')}|${characters.slice(at).join('')}`;
};
const line = (text: string): TextInput => ({ text: text.replace('|', ''), at: [...text].indexOf('|') });
const pressed = (input: TextInput, ...names: readonly string[]): TextInput | undefined => {
  let now: TextInput | undefined = input;
  for (const name of names) {
    const key = keyNamed(name);
    now = now && key && edited(now, key);
  }
  return now;
};

describe('a key in a line', () => {
  it.each([
    ['ab|c', 'x', 'abx|c'],
    ['ab|c', 'left', 'a|bc'],
    ['ab|c', 'ctrl-b', 'a|bc'],
    ['|abc', 'left', '|abc'],
    ['ab|c', 'right', 'abc|'],
    ['ab|c', 'ctrl-f', 'abc|'],
    ['abc|', 'right', 'abc|'],
    ['ab|c', 'home', '|abc'],
    ['ab|c', 'ctrl-a', '|abc'],
    ['a|bc', 'end', 'abc|'],
    ['a|bc', 'ctrl-e', 'abc|'],
    ['ab|c', 'backspace', 'a|c'],
    ['|abc', 'backspace', '|abc'],
    ['a|bc', 'delete', 'a|c'],
    ['abc|', 'delete', 'abc|'],
    ['ab|c', 'ctrl-u', '|c'],
    ['ab|c', 'ctrl-k', 'ab|'],
    ['one two  |x', 'ctrl-w', 'one |x'],
    ['one two|x', 'ctrl-w', 'one |x'],
    ['  |x', 'ctrl-w', '|x'],
    ['漢字|a', 'backspace', '漢|a'],
    ['漢|字a', 'delete', '漢|a'],
    ['漢字|a', 'left', '漢|字a'],
    ['漢字|', 'space', '漢字 |'],
  ])('%j, %s: %j', (before, key, expected) => {
    const next = pressed(line(before), key);
    expect(next && shown(next)).toBe(expected);
  });

  it.each(['f5', 'enter', 'up', 'ctrl-x', 'alt-b'])('that is none of a line is reported: %s', (key) => {
    expect(pressed(textInput('abc'), key)).toBeUndefined();
  });

  it.each([
    ['backspace', '|'],
    ['delete', '|'],
    ['ctrl-w', '|'],
    ['x', 'x|'],
    ['left', 'ab|c'],
    ['end', 'abc|'],
    ['home', '|abc'],
    ['ctrl-u', '|'],
    ['ctrl-k', 'abc|'],
  ])('on a text that is selected: %s gives %j', (key, expected) => {
    const next = pressed(selectedInput('abc'), key);
    expect(next && [shown(next), next.selected ?? false]).toEqual([expected, false]);
  });
});

describe('a text that is put in', () => {
  it('is cleaned, and stands where the caret is', () => {
    expect(shown(typed(line('a|b'), 'x\ny'))).toBe('ax y|b');
    expect(shown(typed(selectedInput('abc'), 'x\ny'))).toBe('x y|');
    expect(selectedInput('').selected).toBe(false);
  });

  it('may just be as long as there is room', () => {
    const most = typed(textInput('ab'), 'x'.repeat(LONGEST_LINE - 2));
    expect([most.text.length, most.refused]).toEqual([LONGEST_LINE, undefined]);
    const more = typed(textInput('ab'), 'x'.repeat(LONGEST_LINE - 1));
    expect([more.text, more.at, more.refused]).toEqual(['ab', 2, expect.stringContaining('too long')]);
  });
});

describe('the part of a line around the caret', () => {
  it.each([
    ['abcdef|', 4, ['def', ' ', '']],
    ['abc|', 4, ['abc', ' ', '']],
    ['abc|def', 4, ['abc', 'd', '']],
    ['a|bcdef', 4, ['a', 'b', 'cd']],
    ['|abc', 9, ['', 'a', 'bc']],
    ['漢漢|漢漢', 6, ['漢漢', '漢', '']],
    ['漢|漢漢', 6, ['漢', '漢', '漢']],
    ['漢漢|', 1, ['', ' ', '']],
  ])('%j in %i columns', (text, columns, pieces) => {
    expect(caretView(line(text), columns)).toEqual(pieces);
  });
});
