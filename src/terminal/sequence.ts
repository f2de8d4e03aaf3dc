/**
 * One escape sequence of a terminal, byte by byte: ECMA-48 (control sequences in 5.4, control strings in 5.6, C1 in 8 bits),
 * xterm's control sequences (reports whose coordinates are characters behind CSI M, t or T; with mode 1005 in UTF-8), the
 * Linux console (CSI [ A) and rxvt (CSI 7 $).
 */

/** What a whole sequence was. Nothing is kept of strings: they are answers of the terminal, never keys. */
export type Meaning =
  | { readonly kind: 'control'; readonly parameters: string; readonly final: string }
  | { readonly kind: 'console'; readonly final: string }
  | { readonly kind: 'ss3'; readonly parameters: string; readonly final: string }
  | { readonly kind: 'character'; readonly text: string }
  | { readonly kind: 'coordinates'; readonly values: readonly number[] }
  | { readonly kind: 'string' };

export interface Sequence {
  /**
   * `more`: the byte is part of it; `end`: it is the last one; `over`: the sequence was broken off before it, and the byte is
   * to be read again; `two`: what came before was an Esc of its own, and this byte belongs to another one.
   */
  take(byte: number): 'more' | 'end' | 'over' | 'two';
  /** Undefined until `take` has answered `end`. */
  meaning(): Meaning | undefined;
  /** One escape more came first: some terminals say alt like that. */
  alt(): boolean;
  /** The escape alone; that and what it introduces; more than that. A string that has ended but for its `\` is `under way`. */
  progress(): 'escape' | 'introduced' | 'under way';
  /** All bytes so far, of a sequence that may be a key. */
  raw(): string;
}

type State = 'escape' | 'control' | 'console' | 'ss3' | 'character' | 'coordinates' | 'string';

export const ESC = 0x1b;
const BEL = 0x07;
const ST = 0x9c;
/** Longer than any key; of what is longer the rest is read, but not kept. */
const LONGEST_KEPT = 256;
/** `]` OSC, `P` DCS, `_` APC, `^` PM, `X` SOS. */
const STRINGS = ']P_^X';
/** How many characters follow a control sequence without parameters: a mouse report of X10, two of highlight tracking. */
const COORDINATES: Readonly<Record<string, number>> = { M: 3, t: 2, T: 6 };

/** Whether a byte after an escape starts something that has more bytes. */
export const introduces = (byte: number): boolean => `[O${STRINGS}`.includes(String.fromCharCode(byte));

/** The 7-bit character that stands for a C1 control behind an escape: `[` for CSI (0x9b). */
export const introducerOf = (c1: number): number => c1 - 0x40;

/** How many bytes follow this first byte of a character in UTF-8; 0 for those that are none. */
export const continuations = (byte: number): number =>
  byte >= 0xc2 && byte < 0xe0 ? 1 : byte >= 0xe0 && byte < 0xf0 ? 2 : byte >= 0xf0 && byte < 0xf5 ? 3 : 0;

export const isContinuation = (byte: number): boolean => byte >= 0x80 && byte < 0xc0;

/** Its first byte, the escape, has been read. */
export function createSequence(): Sequence {
  let state: State = 'escape';
  let bytes: number[] = [ESC];
  let alt = false;
  /** Parameters and intermediate bytes. */
  let body = '';
  /** The string has ended when a `\` comes. */
  let afterString = false;
  let meaning: Meaning | undefined;
  /** Bytes of a character, or coordinates, that are still to come. */
  let left = 0;
  const values: number[] = [];
  /** The first byte of a coordinate in UTF-8, or a coordinate by itself: the next byte decides. */
  let lead: number | undefined;

  const end = (what: Meaning): 'end' => {
    meaning = what;
    return 'end';
  };

  function afterEscape(byte: number): ReturnType<Sequence['take']> {
    const character = String.fromCharCode(byte);
    if (afterString && character === '\\') return end({ kind: 'string' });
    if (alt && character !== '[' && character !== 'O') return 'two';
    if (afterString) bytes = [ESC, byte];
    afterString = false;
    if (byte === ESC) alt = true;
    else if (character === '[') state = 'control';
    else if (character === 'O') state = 'ss3';
    else if (STRINGS.includes(character)) state = 'string';
    else if (byte < 0x80) return end({ kind: 'character', text: character });
    else if (continuations(byte) > 0) {
      state = 'character';
      left = continuations(byte);
    } else return 'over';
    return 'more';
  }

  function control(byte: number): ReturnType<Sequence['take']> {
    const character = String.fromCharCode(byte);
    if (character === '[' && body === '') state = 'console';
    // rxvt says shift with a character that otherwise never ends a sequence.
    else if (character === '$' && /^\d+$/.test(body)) return end({ kind: 'control', parameters: body, final: '$' });
    else if (byte >= 0x20 && byte < 0x40) body = (body + character).slice(0, LONGEST_KEPT);
    else if (byte < 0x40 || byte > 0x7e) return 'over';
    else {
      left = (body === '' && COORDINATES[character]) || 0;
      if (left === 0) return end({ kind: 'control', parameters: body, final: character });
      state = 'coordinates';
    }
    return 'more';
  }

  function coordinate(value: number): 'more' | 'end' {
    values.push(value);
    left--;
    return left > 0 ? 'more' : end({ kind: 'coordinates', values });
  }

  function coordinates(byte: number): ReturnType<Sequence['take']> {
    if (lead !== undefined) {
      const first = lead;
      lead = undefined;
      if (isContinuation(byte)) return coordinate(((first & 0x1f) << 6) | (byte & 0x3f));
      if (coordinate(first) === 'end') return 'over';
    }
    // Too far to the right is a NUL; nothing else below a blank is ever a coordinate.
    if (byte > 0 && byte < 0x20) return 'over';
    if (continuations(byte) !== 1) return coordinate(byte);
    lead = byte;
    return 'more';
  }

  function string(byte: number): ReturnType<Sequence['take']> {
    if (byte === BEL || (byte === ST && (left === 0 || lead === 0xc2))) return end({ kind: 'string' });
    if (byte === ESC) {
      state = 'escape';
      alt = false;
      afterString = true;
      left = 0;
      return 'more';
    }
    // Formatting characters may be in a string, no other controls: ctrl-C ends one that never ends.
    if (byte > 0 && (byte < 0x08 || (byte > 0x0d && byte < 0x20))) return 'over';
    left = isContinuation(byte) ? Math.max(0, left - 1) : continuations(byte);
    lead = byte;
    return 'more';
  }

  function take(byte: number): ReturnType<Sequence['take']> {
    if (bytes.length < LONGEST_KEPT) bytes.push(byte);
    switch (state) {
      case 'escape':
        return afterEscape(byte);
      case 'control':
        return control(byte);
      case 'coordinates':
        return coordinates(byte);
      case 'string':
        return string(byte);
      case 'console':
        return byte >= 0x40 && byte < 0x7f ? end({ kind: 'console', final: String.fromCharCode(byte) }) : 'over';
      case 'ss3':
        if (byte >= 0x30 && byte < 0x3c) body += String.fromCharCode(byte);
        else if (byte === 0x20 || (byte >= 0x40 && byte < 0x7f))
          return end({ kind: 'ss3', parameters: body, final: String.fromCharCode(byte) });
        else return 'over';
        return 'more';
      case 'character':
        if (!isContinuation(byte)) return 'over';
        left--;
        return left > 0 ? 'more' : end({ kind: 'character', text: raw().slice(1) });
    }
  }

  const raw = (): string => Buffer.from(bytes).toString();

  return {
    take,
    meaning: () => meaning,
    alt: () => alt,
    progress() {
      if (state === 'escape') return afterString ? 'under way' : 'escape';
      return bytes.length === (alt ? 3 : 2) ? 'introduced' : 'under way';
    },
    raw,
  };
}
