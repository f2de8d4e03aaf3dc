import { readKey } from '../state/keys/key-name.ts';
import type { Key } from '../terminal/keys.ts';

const SHORT_NAMES: Readonly<Record<string, string>> = { pageup: 'pgup', pagedown: 'pgdn' };
const LONG_NAMES: Readonly<Record<string, string>> = { pgup: 'pageup', pgdn: 'pagedown' };
/** What a terminal sends, for widgets that parse keys themselves. */
const BYTES: Readonly<Record<string, string>> = {
  enter: '\r',
  esc: '\x1b',
  tab: '\t',
  space: ' ',
  up: '\x1b[A',
  down: '\x1b[B',
  right: '\x1b[C',
  left: '\x1b[D',
};

/** The name that keymap and configuration use: `j`, `J`, `ctrl-d`, `shift-tab`, `pgdn`. */
export function keyName({ name, ctrl, alt, shift }: Key): string {
  const modifiers = `${ctrl ? 'ctrl-' : ''}${alt ? 'alt-' : ''}${shift ? 'shift-' : ''}`;
  return modifiers + (SHORT_NAMES[name] ?? name);
}

/**
 * The key of this name, as if it were pressed in this read of the keyboard, or after all of them; undefined for what is no
 * single key, such as `up/down`.
 */
export function keyNamed(text: string, read = Number.POSITIVE_INFINITY): Key | undefined {
  const named = readKey(text);
  if ('complaint' in named) return undefined;
  const [, modifiers = '', short = ''] = /^((?:ctrl-|alt-|shift-)*)(.+)$/s.exec(named.key) ?? [];
  const name = LONG_NAMES[short] ?? short;
  const isPlain = modifiers === '';
  const typed = isPlain && [...name].length === 1 ? name : '';
  return {
    kind: 'key',
    name,
    ctrl: modifiers.includes('ctrl-'),
    alt: modifiers.includes('alt-'),
    shift: modifiers.includes('shift-'),
    text: name === 'space' && isPlain ? ' ' : typed,
    raw: isPlain ? (BYTES[name] ?? typed) : '',
    read,
  };
}
