/** Keys of a terminal as keys of a display: numbers of X11's keysymdef.h, as RFC 6143, 7.5.4 has them. */
import type { Key } from '../terminal/keys.ts';

/** Pressed in this order, released in the other one. */
export type Chord = readonly number[];

const SHIFT = 0xffe1;
const CTRL = 0xffe3;
const ALT = 0xffe9;
const DELETE = 0xffff;
const F1 = 0xffbe;

const NAMED: Readonly<Record<string, number>> = {
  backspace: 0xff08,
  tab: 0xff09,
  enter: 0xff0d,
  esc: 0xff1b,
  home: 0xff50,
  left: 0xff51,
  up: 0xff52,
  right: 0xff53,
  down: 0xff54,
  pageup: 0xff55,
  pagedown: 0xff56,
  end: 0xff57,
  insert: 0xff63,
  delete: DELETE,
  space: 0x20,
};

/** What a keyboard of the USA has above its keys: displays want the shift key reported too. */
const SHIFTED = new Set('~!@#$%^&*()_+{}|:"<>?ABCDEFGHIJKLMNOPQRSTUVWXYZ');
/** Characters of Latin 1 are their own number; the others are behind this one. */
const UNICODE = 0x1000000;

export const CTRL_ALT_DELETE: Chord = [CTRL, ALT, DELETE];

/** Another console of Linux, counted from 1. */
export const virtualConsole = (number: number): Chord => [CTRL, ALT, F1 + number - 1];

/** Undefined for a key that no keyboard has. */
export function chordOf({ name, ctrl, alt, shift }: Pick<Key, 'name' | 'ctrl' | 'alt' | 'shift'>): Chord | undefined {
  const sym = keysymOf(name);
  if (sym === undefined) return undefined;
  return [...(ctrl ? [CTRL] : []), ...(alt ? [ALT] : []), ...(shift || SHIFTED.has(name) ? [SHIFT] : []), sym];
}

/** The keys that type a text; what no key types is left out. */
export function chordsOf(text: string): readonly Chord[] {
  const chords: Chord[] = [];
  for (const char of text) {
    const name = char === '\n' ? 'enter' : char === '\t' ? 'tab' : char === ' ' ? 'space' : char;
    const chord = chordOf({ name, ctrl: false, alt: false, shift: false });
    if (chord) chords.push(chord);
  }
  return chords;
}

function keysymOf(name: string): number | undefined {
  const named = NAMED[name];
  if (named !== undefined) return named;
  const [, number] = /^f(\d+)$/.exec(name) ?? [];
  if (number !== undefined) return F1 + Number(number) - 1;
  const code = [...name].length === 1 ? (name.codePointAt(0) ?? 0) : 0;
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return undefined;
  return code < 0x100 ? code : UNICODE + code;
}
