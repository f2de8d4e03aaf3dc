import type { Key } from '../../terminal/keys.ts';
import { clean, clusters, width } from '../../terminal/width.ts';

/** A line of text that is being typed. `at` counts characters as people see them. */
export interface TextInput {
  readonly text: string;
  readonly at: number;
  /** The whole text is selected: what is typed takes its place, a move of the caret keeps it. */
  readonly selected?: boolean;
}

export const textInput = (text = ''): TextInput => ({ text, at: [...clusters(text)].length });

export const selectedInput = (text: string): TextInput => ({ ...textInput(text), selected: text !== '' });

/** What a key does to the line; undefined when it is no key for a line. The usual ones of readline. */
export function edited(input: TextInput, key: Key): TextInput | undefined {
  const parts = [...clusters(input.text)];
  const put = (kept: readonly string[], at: number): TextInput => ({ text: kept.join(''), at });
  const moved = (at: number): TextInput => ({ text: input.text, at: Math.max(0, Math.min(parts.length, at)) });
  const name = `${key.ctrl ? 'ctrl-' : ''}${key.alt ? 'alt-' : ''}${key.name}`;
  if (input.selected && (name === 'backspace' || name === 'delete' || name === 'ctrl-w')) return textInput();
  switch (name) {
    case 'left':
    case 'ctrl-b':
      return moved(input.at - 1);
    case 'right':
    case 'ctrl-f':
      return moved(input.at + 1);
    case 'home':
    case 'ctrl-a':
      return moved(0);
    case 'end':
    case 'ctrl-e':
      return moved(parts.length);
    case 'backspace':
      return put(parts.toSpliced(Math.max(0, input.at - 1), input.at > 0 ? 1 : 0), Math.max(0, input.at - 1));
    case 'delete':
      return put(parts.toSpliced(input.at, 1), input.at);
    case 'ctrl-u':
      return put(parts.slice(input.at), 0);
    case 'ctrl-k':
      return put(parts.slice(0, input.at), input.at);
    case 'ctrl-w': {
      const before = parts
        .slice(0, input.at)
        .join('')
        .replace(/\S+\s*$/, '');
      return { text: before + parts.slice(input.at).join(''), at: [...clusters(before)].length };
    }
    default:
      return key.text === '' ? undefined : typed(input, key.text);
  }
}

/** Text from a key or from the clipboard, put in where the caret is; line ends become blanks. */
export function typed(input: TextInput, text: string): TextInput {
  if (input.selected) return textInput(clean(text));
  const parts = [...clusters(input.text)];
  const before = parts.slice(0, input.at).join('') + clean(text);
  return { text: before + parts.slice(input.at).join(''), at: [...clusters(before)].length };
}

/** The part of the line around the caret that fits into `columns`, in three pieces; the middle one is under the caret. */
export function caretView(input: TextInput, columns: number): readonly [before: string, under: string, after: string] {
  const parts = [...clusters(input.text)];
  let before = parts.slice(0, input.at).join('');
  while (width(before) > columns - 1) before = [...clusters(before)].slice(1).join('');
  const under = parts[input.at] ?? ' ';
  let after = '';
  for (const part of parts.slice(input.at + 1)) {
    if (width(before + under + after + part) > columns) break;
    after += part;
  }
  return [before, under, after];
}
