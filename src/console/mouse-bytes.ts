import type { Mouse } from '../terminal/keys.ts';

/** What a guest wants to know of the mouse (xterm's modes 1000, 1002 and 1003; movements without a button never come here). */
export interface MouseModes {
  readonly reports: 'none' | 'clicks' | 'drags';
  /** `sgr`: mode 1006; `bytes`: X11's own three; `other`: one that drover does not speak. */
  readonly encoding: 'sgr' | 'bytes' | 'other';
}

const BUTTONS = { left: 0, middle: 1, right: 2 } as const;
/** In three bytes a release does not say of which button. */
const ANY_RELEASED = 3;
const DRAG = 32;
const WHEEL = { 'wheel-up': 64, 'wheel-down': 65 } as const;
const [SHIFT, ALT, CTRL] = [4, 8, 16];
/** What is sent in a byte is larger by this, so that it is no control character. */
const OFFSET = 32;
const MOST_IN_BYTE = 255 - OFFSET;

/** What a terminal sends for it that the guest has set up; undefined for what the guest does not want to know. */
export function mouseBytes(
  { action, button, column, row, shift, alt, ctrl }: Omit<Mouse, 'kind' | 'read'>,
  { reports, encoding }: MouseModes,
): Buffer | undefined {
  if (reports === 'none' || encoding === 'other' || (action === 'drag' && reports !== 'drags')) return undefined;
  const modifiers = (shift ? SHIFT : 0) + (alt ? ALT : 0) + (ctrl ? CTRL : 0);
  const isWheel = action === 'wheel-up' || action === 'wheel-down';
  const which = isWheel ? WHEEL[action] : button === undefined ? ANY_RELEASED : BUTTONS[button];
  const code = which + modifiers + (action === 'drag' ? DRAG : 0);
  if (encoding === 'sgr')
    return Buffer.from(`\x1b[<${code};${column + 1};${row + 1}${action === 'release' ? 'm' : 'M'}`);
  if (column >= MOST_IN_BYTE || row >= MOST_IN_BYTE) return undefined;
  const kept = action === 'release' ? ANY_RELEASED + modifiers : code;
  return Buffer.from([...Buffer.from('\x1b[M'), kept + OFFSET, column + 1 + OFFSET, row + 1 + OFFSET]);
}
