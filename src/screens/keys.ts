import type { Key } from '../terminal/keys.ts';

const SHORT_NAMES: Readonly<Record<string, string>> = { pageup: 'pgup', pagedown: 'pgdn' };

/** The name that keymap and configuration use: `j`, `J`, `ctrl-d`, `shift-tab`, `pgdn`. */
export function keyName({ name, ctrl, alt, shift }: Key): string {
  const modifiers = `${ctrl ? 'ctrl-' : ''}${alt ? 'alt-' : ''}${shift ? 'shift-' : ''}`;
  return modifiers + (SHORT_NAMES[name] ?? name);
}
