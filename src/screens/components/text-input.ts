import type { Key } from '../../terminal/keys.ts';
import { LONGEST_LINE } from '../../terminal/typed-line.ts';
import { clean, clusters, lastCharacter, width } from '../../terminal/width.ts';

/** A line of text that is being typed. `at` counts characters as people see them. */
export interface TextInput {
  readonly text: string;
  readonly at: number;
  /** The whole text is selected: what is typed takes its place, a move of the caret keeps it. */
  readonly selected?: boolean;
  /** Why nothing was added, until the next change. */
  readonly refused?: string;
}

export const textInput = (text = ''): TextInput => ({ text, at: countOf(text) });

export const selectedInput = (text: string): TextInput => ({ ...textInput(text), selected: text !== '' });

/** What a key does to the line; undefined when it is no key for a line. The usual ones of readline. */
export function edited(input: TextInput, key: Key): TextInput | undefined {
  const { text, at } = input;
  const [before, after] = splitAt(text, at);
  const moved = (to: number): TextInput => ({ text, at: Math.max(0, Math.min(countOf(text), to)) });
  const name = `${key.ctrl ? 'ctrl-' : ''}${key.alt ? 'alt-' : ''}${key.name}`;
  if (input.selected && (name === 'backspace' || name === 'delete' || name === 'ctrl-w')) return textInput();
  switch (name) {
    case 'left':
    case 'ctrl-b':
      return moved(at - 1);
    case 'right':
    case 'ctrl-f':
      return moved(at + 1);
    case 'home':
    case 'ctrl-a':
      return moved(0);
    case 'end':
    case 'ctrl-e':
      return moved(Number.POSITIVE_INFINITY);
    case 'backspace':
      return { text: before.slice(0, before.length - lastCharacter(before).length) + after, at: Math.max(0, at - 1) };
    case 'delete':
      return { text: before + after.slice(firstCharacter(after).length), at };
    case 'ctrl-u':
      return { text: after, at: 0 };
    case 'ctrl-k':
      return { text: before, at };
    case 'ctrl-w': {
      const kept = withoutLastWord(before);
      return { text: kept + after, at: countOf(kept) };
    }
    default:
      return key.text === '' ? undefined : typed(input, key.text);
  }
}

/**
 * Text from a key or from the clipboard, put in where the caret is; line ends become blanks. More than has room is refused as
 * a whole: a part of a secret or of a name would be another one.
 */
export function typed(input: TextInput, text: string): TextInput {
  const kept = input.selected ? '' : input.text;
  if (kept.length + text.length > LONGEST_LINE) {
    return { ...input, refused: `too long: ${LONGEST_LINE} characters have room` };
  }
  if (input.selected) return textInput(clean(text));
  const [before, after] = splitAt(input.text, input.at);
  const now = before + clean(text);
  return { text: now + after, at: countOf(now) };
}

/** The part of the line around the caret that fits into `columns`, in three pieces; the middle one is under the caret. */
export function caretView(input: TextInput, columns: number): readonly [before: string, under: string, after: string] {
  const [all, rest] = splitAt(input.text, input.at);
  let start = all.length;
  for (let room = columns - 1; start > 0; ) {
    const character = lastCharacter(all.slice(0, start));
    room -= width(character);
    if (room < 0) break;
    start -= character.length;
  }
  const before = all.slice(start);
  const under = firstCharacter(rest) || ' ';
  let after = '';
  for (const character of clusters(rest.slice(under.length, under.length + columns * LONGEST_CHARACTER))) {
    if (width(before + under + after + character) > columns) break;
    after += character;
  }
  return [before, under, after];
}

/** In UTF-16 units; what has more marks than this is cut there. */
const LONGEST_CHARACTER = 64;

const firstCharacter = (text: string): string => {
  for (const character of clusters(text.slice(0, LONGEST_CHARACTER))) return character;
  return '';
};

/** Latin, Greek and Cyrillic: each UTF-16 unit is a character, so nothing needs to be taken apart to count them. */
const PLAIN = /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u052f]*$/;

function countOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  let count = 0;
  for (const _ of clusters(text)) count++;
  return count;
}

/** What stands before the character with this number, and the rest. */
function splitAt(text: string, at: number): readonly [before: string, after: string] {
  let end = 0;
  if (PLAIN.test(text)) end = at;
  else {
    let count = 0;
    for (const character of clusters(text)) {
      if (count++ === at) break;
      end += character.length;
    }
  }
  return [text.slice(0, end), text.slice(end)];
}

/** Without the last word and the blanks behind it, by steps that go back once. */
function withoutLastWord(text: string): string {
  let end = text.length;
  while (end > 0 && /\s/.test(text[end - 1] as string)) end--;
  while (end > 0 && /\S/.test(text[end - 1] as string)) end--;
  return text.slice(0, end);
}
