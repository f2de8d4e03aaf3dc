/**
 * Keys as keymap and configuration spell them: a character as it is (`j`, `J`, `]`), or a word (`enter`, `pgdn`, `f5`),
 * with `ctrl-`, `alt-`, `shift-` before it in this order.
 */
import { didYouMean } from '../../nearest.ts';

/** Either the key in the one spelling that the keymap knows, or the sentence why it can't be used. */
export type ReadKey = { readonly key: string } | { readonly complaint: string };

const EDGE_WORDS = ['up', 'down', 'left', 'right', 'home', 'end', 'pgup', 'pgdn', 'insert', 'delete'] as const;
const FUNCTION_KEYS = Array.from({ length: 12 }, (_, index) => `f${index + 1}`);
/** Terminals report ctrl, alt and shift with these (xterm's parameters). */
const WITH_MODIFIERS: readonly string[] = [...EDGE_WORDS, ...FUNCTION_KEYS];
const WORDS: readonly string[] = ['space', 'enter', 'esc', 'tab', 'backspace', ...WITH_MODIFIERS];

const OTHER_WORDS: Readonly<Record<string, string>> = {
  return: 'enter',
  escape: 'esc',
  del: 'delete',
  ins: 'insert',
  pageup: 'pgup',
  pagedown: 'pgdn',
  ' ': 'space',
};

/** Control characters that a terminal sends for another key (ASCII, and the oldest terminals' habits). */
const SENT_AS: Readonly<Record<string, string>> = {
  'ctrl-h': 'backspace',
  'ctrl-i': 'tab',
  'ctrl-m': 'enter',
  'ctrl-[': 'esc',
  'ctrl-?': 'backspace',
  'ctrl-/': 'ctrl-_',
};
/** Control characters that are not letters. */
const CONTROL_SIGNS = ']\\^_';
/** Behind an escape these start a longer sequence, so that alt with them can't be distinguished from its beginning. */
const STARTS_SEQUENCE = '[]OPX^_';

const MODIFIER = /^(ctrl|alt|shift)[-+](?=.)/iu;

interface Parts {
  readonly ctrl: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  /** A word of ours, or one character. */
  readonly name: string;
}

/** Reads what people write for a key: `ctrl-d`, `Ctrl+D`, `^d`, `shift-tab`, `pageup`, `J`. */
export function readKey(text: string): ReadKey {
  const parts = partsOf(text);
  if (typeof parts === 'string') return { complaint: parts };
  return [...parts.name].length === 1 ? readCharacter(parts) : readWord(parts);
}

/** The byte that a terminal sends for ctrl with a sign or a letter; undefined for every other key. */
export function controlByte(key: string): number | undefined {
  if (key === 'ctrl-space') return 0;
  const sign = /^ctrl-([a-z\]\\^_])$/.exec(key)?.[1];
  return sign === undefined ? undefined : sign.toUpperCase().charCodeAt(0) & 0x1f;
}

function partsOf(text: string): Parts | string {
  const given = new Set<string>();
  let rest = /^\^.$/u.test(text) ? `ctrl-${text.slice(1)}` : text;
  for (let match = MODIFIER.exec(rest); match; match = MODIFIER.exec(rest)) {
    given.add((match[1] ?? '').toLowerCase());
    rest = rest.slice(match[0].length);
  }
  const modifiers = { ctrl: given.has('ctrl'), alt: given.has('alt'), shift: given.has('shift') };
  const word = rest.toLowerCase();
  const name = OTHER_WORDS[word] ?? (WORDS.includes(word) ? word : rest);
  if (WORDS.includes(name)) return { ...modifiers, name };
  if ([...rest].length === 1 && !/[\p{Cc}\p{Cf}\p{Z}\p{M}]/u.test(rest)) return { ...modifiers, name: rest };
  return `there is no key ${JSON.stringify(text)}${didYouMean(word, WORDS)}`;
}

const spelled = ({ ctrl, alt, shift, name }: Parts): string =>
  `${ctrl ? 'ctrl-' : ''}${alt ? 'alt-' : ''}${shift ? 'shift-' : ''}${name}`;

const notSent = (parts: Parts): ReadKey => ({ complaint: `terminals have no way to send ${spelled(parts)}` });

function readWord(parts: Parts): ReadKey {
  const { ctrl, shift, name } = parts;
  if (WITH_MODIFIERS.includes(name)) return { key: spelled(parts) };
  if (name === 'space' && !shift) return { key: spelled(parts) };
  if (name === 'tab' && !ctrl) return { key: spelled(parts) };
  return ctrl || shift ? notSent(parts) : { key: spelled(parts) };
}

function readCharacter(parts: Parts): ReadKey {
  const { ctrl, alt, shift, name } = parts;
  if (!ctrl) {
    if (shift && name.toUpperCase() === name.toLowerCase()) {
      return { complaint: `${spelled(parts)} depends on the keyboard: write the character that it types` };
    }
    const character = shift ? name.toUpperCase() : name;
    if (alt && STARTS_SEQUENCE.includes(character)) {
      return { complaint: `alt-${character} can't be told from the beginning of another key` };
    }
    return { key: `${alt ? 'alt-' : ''}${character}` };
  }
  if (shift) return { complaint: `terminals send ${spelled(parts)} as ${spelled({ ...parts, shift: false })}` };
  const letter = name.toLowerCase();
  if (letter === '@') return { key: spelled({ ...parts, name: 'space' }) };
  const instead = SENT_AS[`ctrl-${letter}`];
  if (instead !== undefined) return { complaint: `ctrl-${letter} can't be told from ${instead}` };
  const lower = { ...parts, name: letter };
  return /^[a-z]$/.test(letter) || CONTROL_SIGNS.includes(letter) ? { key: spelled(lower) } : notSent(parts);
}
