import { isKittyCode, kittyKey } from './kitty-keys.ts';

/** What people do at a terminal. */
export type InputEvent = Key | Paste | Mouse | Focus;

export interface Key {
  readonly kind: 'key';
  /** The character (`j`, `J`, `]`, `ä`) or a word: enter, esc, tab, space, backspace, up, pageup, f1 … */
  readonly name: string;
  readonly ctrl: boolean;
  readonly alt: boolean;
  /** Of named keys only: a letter says it by being a capital. */
  readonly shift: boolean;
  /** What it types into a field; empty for a key that types nothing. */
  readonly text: string;
  /** The bytes as they came, for a caller that parses them again. */
  readonly raw: string;
  /** The number of the read that it came in, counted from 1: keys of one read came at once. */
  readonly read: number;
}

/** A key before it is known which read of the keyboard it came in. */
export type UnreadKey = Omit<Key, 'read'>;

/** Never to be taken for keys. Line ends are `\n`; other controls are left out. */
export interface Paste {
  readonly kind: 'paste';
  readonly text: string;
}

export interface Mouse {
  readonly kind: 'mouse';
  readonly action: 'press' | 'release' | 'drag' | 'wheel-up' | 'wheel-down';
  readonly button: 'left' | 'middle' | 'right' | undefined;
  /** From 0, at the left. */
  readonly column: number;
  /** From 0, at the top. */
  readonly row: number;
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** As for keys. */
  readonly read: number;
}

/** The terminal's window came to the front or went away. */
export interface Focus {
  readonly kind: 'focus';
  readonly focused: boolean;
}

/** What was read, before it is known in which read. */
export type UnreadEvent = UnreadKey | Paste | Focus | Omit<Mouse, 'read'>;

interface Modifiers {
  readonly ctrl?: boolean;
  readonly alt?: boolean;
  readonly shift?: boolean;
}

const key = (name: string, raw: string, modifiers: Modifiers = {}, text = ''): UnreadKey => ({
  kind: 'key',
  name,
  ctrl: modifiers.ctrl ?? false,
  alt: modifiers.alt ?? false,
  shift: modifiers.shift ?? false,
  text,
  raw,
});

/** One character that is not part of a sequence; `raw` also has what came before it, such as alt's escape. */
export function characterKey(character: string, raw: string, alt: boolean): UnreadKey {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r') return key('enter', raw, { alt });
  if (character === '\t') return key('tab', raw, { alt });
  if (character === '\x1b') return key('esc', raw, { alt });
  // Terminals send one or the other; ctrl-h can't be distinguished from it.
  if (character === '\x7f' || character === '\b') return key('backspace', raw, { alt });
  if (character === '\0') return key('space', raw, { alt, ctrl: true });
  if (code < 0x1b) return key(String.fromCharCode(code + 0x60), raw, { alt, ctrl: true });
  if (code < 0x20) return key(String.fromCharCode(code + 0x40), raw, { alt, ctrl: true });
  return key(character === ' ' ? 'space' : character, raw, { alt }, alt ? '' : character);
}

const BY_LETTER: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  E: 'clear',
  F: 'end',
  H: 'home',
  M: 'enter',
  P: 'f1',
  Q: 'f2',
  R: 'f3',
  S: 'f4',
};

const BY_NUMBER: Readonly<Record<string, string>> = {
  1: 'home',
  2: 'insert',
  3: 'delete',
  4: 'end',
  5: 'pageup',
  6: 'pagedown',
  7: 'home',
  8: 'end',
  11: 'f1',
  12: 'f2',
  13: 'f3',
  14: 'f4',
  15: 'f5',
  17: 'f6',
  18: 'f7',
  19: 'f8',
  20: 'f9',
  21: 'f10',
  23: 'f11',
  24: 'f12',
};

/** Linux' console: CSI [ A … CSI [ E. */
const CONSOLE_FUNCTION_KEYS = 'ABCDE';
/** rxvt says modifiers by the last character instead of a parameter. */
const RXVT_ENDINGS: Readonly<Record<string, Modifiers>> = {
  '~': {},
  $: { shift: true },
  '^': { ctrl: true },
  '@': { ctrl: true, shift: true },
};

/** Bits of the modifiers' parameter less 1 (xterm; the kitty protocol has more of them). */
const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
/** Caps lock and num lock: they are no part of a key's name. */
const LOCKS = 64 | 128;
/** The kitty protocol's third kind of event, beside press and repeat. */
const RELEASE = '3';

/** Undefined for an event that is no key of drover's: a release, or one with super, hyper or meta. */
function modifiersOf(parameter = '', alt = false): Required<Modifiers> | undefined {
  const [number = '', event] = parameter.split(':');
  const bits = Math.max(0, Number(number || 1) - 1) & ~LOCKS;
  if (event === RELEASE || bits > (SHIFT | ALT | CTRL)) return undefined;
  return { shift: (bits & SHIFT) > 0, alt: alt || (bits & ALT) > 0, ctrl: (bits & CTRL) > 0 };
}

/** What a keypad sends in its application mode, behind SS3: the characters from `*` to `9`, moved by 64. */
const isKeypad = (letter: string): boolean => letter >= 'j' && letter <= 'y';

/**
 * SS3 sequences: arrows, function keys and the keypad in application mode, some with modifiers before the letter; `a` to `d`
 * are rxvt's ctrl.
 */
export function ss3Key(parameters: string, letter: string, raw: string, alt: boolean): UnreadKey | undefined {
  const modifiers = modifiersOf(parameters.split(';').at(-1), alt);
  if (!modifiers) return undefined;
  if (letter === 'I') return key('tab', raw, modifiers);
  if (letter === ' ' || letter === 'X') return characterKey(letter === 'X' ? '=' : ' ', raw, alt);
  if (isKeypad(letter)) return characterKey(String.fromCharCode(letter.charCodeAt(0) - 0x40), raw, alt);
  const isRxvt = letter >= 'a' && letter <= 'd';
  const name = BY_LETTER[isRxvt ? letter.toUpperCase() : letter];
  return name === undefined ? undefined : key(name, raw, isRxvt ? { ...modifiers, ctrl: true } : modifiers);
}

/** The Linux console's function keys: CSI [ A to CSI [ E. */
export function consoleKey(final: string, raw: string, alt: boolean): UnreadKey | undefined {
  const number = CONSOLE_FUNCTION_KEYS.indexOf(final) + 1;
  return number > 0 ? key(`f${number}`, raw, { alt }) : undefined;
}

/** Numbers, with parts of their own behind colons. A private mark or an intermediate byte is a report's. */
const KEY_PARAMETERS = /^[\d;:]*$/;

/** CSI sequences that stand for a key; undefined for all others, which are reports and unknown ones. */
export function csiKey(parameters: string, final: string, raw: string, alt: boolean): UnreadKey | undefined {
  if (!KEY_PARAMETERS.test(parameters)) return undefined;
  const [first = '', second, third] = parameters.split(';');
  const modifiers = modifiersOf(second, alt);
  if (!modifiers) return undefined;
  if (final === 'u') return kittyCharacter(first, third, raw, modifiers);
  if (final === '~' && first === '27') return modifiedCharacter(Number(third), raw, modifiers);
  const ending = RXVT_ENDINGS[final];
  if (ending) {
    const name = BY_NUMBER[first];
    return name === undefined ? undefined : key(name, raw, { ...modifiers, ...ending });
  }
  if (final === 'Z') return first === '' || first === '1' ? key('tab', raw, { ...modifiers, shift: true }) : undefined;
  if ('abcd'.includes(final) && parameters === '') {
    return key(BY_LETTER[final.toUpperCase()] ?? '', raw, { alt, shift: true });
  }
  // CSI 1;5R reports where the cursor is: it has the form of ctrl-F3, and must not act as a key.
  const isReport = final === 'M' || (final === 'R' && parameters !== '') || (first !== '' && first !== '1');
  const name = isReport ? undefined : BY_LETTER[final];
  return name === undefined ? undefined : key(name, raw, modifiers);
}

/** CSI code:shifted:base ; modifiers:event ; text u. What the key types is known from the text, else from the shifted code. */
function kittyCharacter(first: string, text: string | undefined, raw: string, modifiers: Required<Modifiers>) {
  const [code = '', shifted] = first.split(':');
  const known = isKittyCode(Number(code)) ? kittyKey(Number(code)) : undefined;
  if (known && 'name' in known) return key(known.name, raw, modifiers);
  if (known) return modifiedCharacter(known.character.charCodeAt(0), raw, modifiers);
  const typed = Number(text?.split(':')[0] || (modifiers.shift && shifted) || '');
  if (typed > 0 && !modifiers.ctrl && !modifiers.alt) return modifiedCharacter(typed, raw, modifiers);
  const given = Number(code);
  // What shift makes of a digit or a sign depends on the keyboard, which was not said.
  const isUnclear = modifiers.shift && given > 0x20 && given < 0x7f && !/[a-z]/i.test(String.fromCharCode(given));
  return isUnclear && !modifiers.ctrl && !modifiers.alt ? undefined : modifiedCharacter(given, raw, modifiers);
}

/** Control characters that are keys of their own; any other is ctrl with a letter, and comes as that. */
const OWN_CONTROLS = [0x08, 0x09, 0x0d, 0x1b, 0x7f];
const isCharacter = (code: number): boolean =>
  Number.isInteger(code) && (OWN_CONTROLS.includes(code) || (code >= 0x20 && code <= 0x10_ffff && !isOther(code)));
/** C1 controls, halves of pairs, and keys that type nothing. */
const isOther = (code: number): boolean =>
  (code > 0x7f && code < 0xa0) || (code >= 0xd800 && code < 0xe000) || isKittyCode(code);

/** Terminals that report modifiers with any character: the kitty protocol, and xterm's CSI 27;modifiers;code ~. */
function modifiedCharacter(code: number, raw: string, modifiers: Required<Modifiers>): UnreadKey | undefined {
  if (!isCharacter(code)) return undefined;
  const given = String.fromCodePoint(code);
  // The kitty protocol names a key by what it types without shift; a letter with it is a capital on every keyboard.
  const capital = modifiers.shift && !modifiers.ctrl ? given.toUpperCase() : given;
  const { name, text } = characterKey([...capital].length === 1 ? capital : given, raw, false);
  const typed = modifiers.ctrl || modifiers.alt ? '' : text;
  return key(name, raw, { ...modifiers, shift: name.length > 1 && modifiers.shift }, typed);
}
