/** What a keyboard of a terminal can't say, or what is for the view and not for the VM: behind one key. */
import type { Key } from '../terminal/keys.ts';
import { type Chord, CTRL_ALT_DELETE, chordOf, virtualConsole } from './keys.ts';

/** With ctrl. */
export const MENU_KEY = '\\';

export const MENU_LINE = ' d ctrl-alt-del  1-6 ctrl-alt-F…  t text  c copy  / find  + - zoom  ←↑↓→ pan  \\';

export type ViewChange = 'text' | 'larger' | 'smaller' | 'left' | 'right' | 'up' | 'down';

export interface Choice {
  readonly chord?: Chord;
  readonly view?: ViewChange;
  /** With the text that is on the screen. */
  readonly text?: 'copy' | 'find';
}

const VIEWS: Readonly<Record<string, ViewChange>> = {
  t: 'text',
  '+': 'larger',
  '=': 'larger',
  '-': 'smaller',
  left: 'left',
  right: 'right',
  up: 'up',
  down: 'down',
};

/** Undefined for a key that is not in the menu, which closes it. */
export function menuOf({ name }: Pick<Key, 'name'>): Choice | undefined {
  if (name === 'd') return { chord: CTRL_ALT_DELETE };
  if (/^[1-6]$/.test(name)) return { chord: virtualConsole(Number(name)) };
  if (name === 'c') return { text: 'copy' };
  if (name === '/') return { text: 'find' };
  const view = VIEWS[name];
  if (view) return { view };
  const chord = name === MENU_KEY ? chordOf({ name, ctrl: true, alt: false, shift: false }) : undefined;
  return chord && { chord };
}
