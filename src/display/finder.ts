/** Looks for words on the text screen of a display, in the last line of the terminal. */
import type { Key } from '../terminal/keys.ts';
import type { Framebuffer } from './framebuffer.ts';
import { findIn } from './text/find.ts';
import { readTextScreen } from './text/read-screen.ts';

export interface Find {
  readonly text: string;
  /** Which of those that are found is meant, from 0 on. */
  readonly at: number;
}

export const NO_TEXT = ' this is a picture: it has no text that could be found or copied ';

export const BEGIN_FIND: Find = { text: '', at: 0 };

/** After this key; undefined when it ends the search. */
export function findAfter(find: Find, key: Pick<Key, 'name' | 'ctrl' | 'alt'>): Find | undefined {
  if (key.name === 'esc' || key.ctrl || key.alt) return undefined;
  if (key.name === 'enter') return { ...find, at: find.at + 1 };
  if (key.name === 'backspace') return { text: find.text.slice(0, -1), at: 0 };
  const char = key.name === 'space' ? ' ' : key.name;
  return [...char].length === 1 ? { text: find.text + char, at: 0 } : find;
}

export function findLine({ text, at }: Find, frame: Framebuffer): string {
  const screen = readTextScreen(frame);
  const count = screen ? findIn(screen, text).length : 0;
  const found = text === '' ? '' : count === 0 ? '  nothing found' : `  ${(at % count) + 1} of ${count}`;
  return ` find: ${text}_${found}  enter next  esc ends `;
}
