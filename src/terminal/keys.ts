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
  /** The bytes as they came, for somebody who parses them again. */
  readonly raw: string;
}

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
}

/** The terminal's window came to the front or went away. */
export interface Focus {
  readonly kind: 'focus';
  readonly focused: boolean;
}

interface Modifiers {
  readonly ctrl?: boolean;
  readonly alt?: boolean;
  readonly shift?: boolean;
}

const key = (name: string, raw: string, modifiers: Modifiers = {}, text = ''): Key => ({
  kind: 'key',
  name,
  ctrl: modifiers.ctrl ?? false,
  alt: modifiers.alt ?? false,
  shift: modifiers.shift ?? false,
  text,
  raw,
});

/** One character that is not part of a sequence; `raw` also has what came before it, such as alt's escape. */
export function characterKey(character: string, raw: string, alt: boolean): Key {
  const code = character.codePointAt(0) ?? 0;
  if (character === '\r') return key('enter', raw, { alt });
  if (character === '\t') return key('tab', raw, { alt });
  if (character === '\x1b') return key('esc', raw, { alt });
  // Terminals send one or the other; ctrl-h can't be told from it.
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

/** xterm's parameter: 1 + shift 1 + alt 2 + ctrl 4. */
function modifiersOf(parameter: string | undefined, alt: boolean): Modifiers {
  const bits = Math.max(0, Number(parameter ?? 1) - 1) || 0;
  return { shift: (bits & 1) > 0, alt: alt || (bits & 2) > 0, ctrl: (bits & 4) > 0 };
}

/** SS3 sequences: arrows and function keys in application mode; lower case is rxvt's ctrl. */
export function ss3Key(letter: string, raw: string, alt: boolean): Key | undefined {
  const name = BY_LETTER[letter] ?? BY_LETTER[letter.toUpperCase()];
  if (name === undefined) return undefined;
  return key(name, raw, { alt, ctrl: letter !== letter.toUpperCase() });
}

/** CSI sequences that stand for a key; undefined for all others, which are reports and unknown ones. */
export function csiKey(parameters: string, final: string, raw: string, alt: boolean): Key | undefined {
  const [first = '', second, third] = parameters.split(';');
  if (first === '[') {
    const number = CONSOLE_FUNCTION_KEYS.indexOf(final) + 1;
    return number > 0 ? key(`f${number}`, raw, { alt }) : undefined;
  }
  if (final === 'Z') return key('tab', raw, { alt, shift: true });
  if (final === 'u' || (final === '~' && first === '27')) {
    const code = Number(final === 'u' ? first : third);
    const modifiers = modifiersOf(second, alt);
    return code > 0 && code < 0x110000 ? modifiedCharacter(code, raw, modifiers) : undefined;
  }
  const ending = RXVT_ENDINGS[final];
  if (ending) {
    const name = BY_NUMBER[first];
    return name === undefined ? undefined : key(name, raw, { ...modifiersOf(second, alt), ...ending });
  }
  if ('abcd'.includes(final) && parameters === '') {
    return key(BY_LETTER[final.toUpperCase()] ?? '', raw, { alt, shift: true });
  }
  const name = BY_LETTER[final];
  // With another number it is a report: CSI 24;80R tells where the cursor is.
  return name === undefined || final === 'M' || (first !== '' && first !== '1')
    ? undefined
    : key(name, raw, modifiersOf(second, alt));
}

/** Terminals that report ctrl and alt with any character: CSI code;modifiers u and CSI 27;modifiers;code ~. */
function modifiedCharacter(code: number, raw: string, modifiers: Modifiers): Key {
  const { name, text } = characterKey(String.fromCodePoint(code), raw, false);
  const typed = modifiers.ctrl || modifiers.alt ? '' : text;
  return key(name, raw, { ...modifiers, shift: name.length > 1 && modifiers.shift === true }, typed);
}

/** SGR mouse reports (CSI < button ; column ; row M or m), or undefined for wheels and buttons that nobody has. */
export function mouseReport(parameters: string, final: string): Mouse | undefined {
  const [bits = Number.NaN, column = Number.NaN, row = Number.NaN] = parameters.slice(1).split(';').map(Number);
  if (!Number.isInteger(bits) || !(column > 0) || !(row > 0)) return undefined;
  const place = {
    column: column - 1,
    row: row - 1,
    shift: (bits & 4) > 0,
    alt: (bits & 8) > 0,
    ctrl: (bits & 16) > 0,
  };
  if (bits & 128) return undefined;
  if (bits & 64) {
    if ((bits & 3) > 1) return undefined;
    return { kind: 'mouse', action: bits & 1 ? 'wheel-down' : 'wheel-up', button: undefined, ...place };
  }
  const button = (['left', 'middle', 'right', undefined] as const)[bits & 3];
  const action = bits & 32 ? 'drag' : final === 'm' ? 'release' : 'press';
  return { kind: 'mouse', action, button, ...place };
}
