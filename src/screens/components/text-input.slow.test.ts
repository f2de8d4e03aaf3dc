import { describe, expect, it } from 'vitest';
import { LONGEST_LINE } from '../../terminal/typed-line.ts';
import { clusters, width } from '../../terminal/width.ts';
import { keyNamed } from '../keys.ts';
import { caretView, edited, selectedInput, type TextInput, textInput, typed } from './text-input.ts';

const press = (input: TextInput, ...names: readonly string[]): TextInput =>
  names.reduce((now, name) => {
    const key = keyNamed(name) ?? keyNamed('x');
    // A character of several code points has no name in the keymap, but is typed all the same.
    const typedKey = key && (keyNamed(name) ? key : { ...key, name, text: name });
    return (typedKey && edited(now, typedKey)) ?? now;
  }, input);

/** The same keys on a list of characters, as slow and as simple as can be. */
function model(characters: readonly string[], at: number, name: string): readonly [readonly string[], number] {
  const before = characters.slice(0, at);
  const after = characters.slice(at);
  switch (name) {
    case 'left':
      return [characters, Math.max(0, at - 1)];
    case 'right':
      return [characters, Math.min(characters.length, at + 1)];
    case 'home':
      return [characters, 0];
    case 'end':
      return [characters, characters.length];
    case 'backspace':
      return [[...before.slice(0, -1), ...after], Math.max(0, at - 1)];
    case 'delete':
      return [[...before, ...after.slice(1)], at];
    case 'ctrl-u':
      return [after, 0];
    case 'ctrl-k':
      return [before, at];
    case 'ctrl-w': {
      const kept = [...clusters(before.join('').replace(/\S+\s*$/, ''))];
      return [[...kept, ...after], kept.length];
    }
    case 'space':
      return [[...before, ' ', ...after], at + 1];
    default:
      return [[...before, name, ...after], at + 1];
  }
}

const MOVES = ['left', 'right', 'home', 'end', 'backspace', 'delete', 'ctrl-u', 'ctrl-k', 'ctrl-w', 'left', 'left'];
const LETTERS = ['a', 'B', 'ä', 'space', '漢', '😀', '👨‍👩‍👧', 'z', 'x', 'y'];

describe('a line that is typed', () => {
  it('is what a list of characters would be after the same keys', () => {
    let seed = 5;
    const roll = (below: number) => {
      seed = (seed * 1103515245 + 12345) % 2 ** 31;
      return seed % below;
    };
    for (let round = 0; round < 25; round++) {
      let input = textInput();
      let expected: readonly [readonly string[], number] = [[], 0];
      for (let step = 0; step < 60; step++) {
        const from = roll(3) === 0 ? MOVES : LETTERS;
        const name = from[roll(from.length)] as string;
        input = press(input, name);
        expected = model(...expected, name);
        expect([input.text, input.at]).toEqual([expected[0].join(''), expected[1]]);
        const view = caretView(input, 12);
        expect(width(view.join(''))).toBeLessThanOrEqual(13);
        expect(
          input.text.startsWith(view[0], [...expected[0].slice(0, expected[1])].join('').length - view[0].length),
        ).toBe(true);
      }
    }
  });

  it('shows the part around the caret', () => {
    expect(caretView(textInput('0123456789'), 5)).toEqual(['6789', ' ', '']);
    expect(caretView(press(textInput('0123456789'), 'home'), 5)).toEqual(['', '0', '1234']);
    expect(caretView(textInput('漢漢漢'), 5)).toEqual(['漢漢', ' ', '']);
  });

  it('takes a key in no time, however long it is', () => {
    const long = [...'name of a machine '.repeat(900)].join('').slice(0, LONGEST_LINE - 3_000);
    let input = typed(textInput(), long);
    // Time of this process alone: others on the machine don't count.
    const from = process.cpuUsage();
    for (let key = 0; key < 2_000; key++) {
      input = press(input, 'x');
      caretView(input, 60);
    }
    const { user, system } = process.cpuUsage(from);
    expect((user + system) / 1_000).toBeLessThan(1_500);
    expect(input.text).toBe(long + 'x'.repeat(2_000));
  });

  it('refuses more than has room as a whole, says so until the next key, and keeps what was there', () => {
    const much = typed(textInput('web1'), 'x'.repeat(1_000_000));
    expect(much).toMatchObject({ text: 'web1', refused: 'too long: 16384 characters have room' });
    expect(press(much, 'z')).toEqual({ text: 'web1z', at: 5 });
    expect(typed(selectedInput('web1'), 'x'.repeat(LONGEST_LINE)).text).toHaveLength(LONGEST_LINE);
  });
});
