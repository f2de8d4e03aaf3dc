/**
 * What the terminal is switched to while drover has it, and back (xterm's control sequences, DEC private modes).
 * Every sequence is also right on terminals that know only a part of them.
 */

/**
 * What is sent without a key being pressed: the mouse in all its modes and encodings, changed colours and sizes (2031, 2048);
 * and keys as Windows has them (9001). Focus reports are not among them.
 */
const REPORTS_OFF = [9, 1000, 1001, 1002, 1003, 1005, 1006, 1015, 1016, 2031, 2048, 9001]
  .map((mode) => `\x1b[?${mode}l`)
  .join('');

/**
 * What a program before us has left on, all off: reports, cursor keys and keypad in application mode, modified keys of xterm
 * and, by an empty layer on its stack, of the kitty protocol. SGR comes last, since some terminals take `CSI > 4 m` for one.
 */
const LEFTOVERS_OFF = `${REPORTS_OFF}\x1b[?1l\x1b>\x1b[>4m\x1b[>0u\x1b[m`;
/** Takes the empty layer off again. */
const KITTY_LAYER_OFF = '\x1b[<u';

/** Alternate screen, no cursor, no wrapping, bracketed paste, focus reports; then an empty screen. */
export const ENTER = `\x1b[?1049h\x1b[?25l\x1b[?7l${LEFTOVERS_OFF}\x1b[?2004h\x1b[?1004h\x1b[r\x1b[H\x1b[2J`;

/** Clicks, drags and the wheel, with coordinates of any size. */
export const MOUSE_ON = '\x1b[?1000h\x1b[?1002h\x1b[?1006h';
export const MOUSE_OFF = '\x1b[?1006l\x1b[?1002l\x1b[?1000l';

/**
 * The opposite of ENTER. Starts with an escape, which also ends a sequence that was cut in the middle; clears before
 * it switches back, for consoles that have no alternate screen.
 */
export const LEAVE = `\x1b[?2026l\x1b[m\x1b[r${MOUSE_OFF}${KITTY_LAYER_OFF}\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[H\x1b[2J\x1b[?25h\x1b[?1049l`;

/** For lines in place of a screen: what is pasted comes marked as that, and nothing comes but keys. */
export const KEYS_ONLY = `${LEFTOVERS_OFF}\x1b[?1004l\x1b[?2004h`;
export const KEYS_LEFT = `${KITTY_LAYER_OFF}\x1b[?2004l`;

/**
 * After a guest's console: whatever it switched on is off. Soft reset, alternate screen, all mouse reports, cursor and
 * keypad keys, character sets, modified keys, the kitty keyboard's topmost layer.
 */
export const RECOVER = `\x1b[?1049l\x1b[!p${REPORTS_OFF}\x1b[?1004l\x1b[?2004l\x1b[?1l\x1b>\x1b(B\x0f\x1b[?5l\x1b[?6l\x1b[?7h\x1b[>4m\x1b[<u\x1b[m\x1b[?25h`;

/**
 * The same for a program that goes on below what is there: without leaving the alternate screen, where the guest did not
 * enter it, and without the origin mode, which the soft reset has; both put the cursor somewhere else.
 */
export const recoverInPlace = (alternate: boolean): string =>
  RECOVER.replace('\x1b[?6l', '').slice(alternate ? 0 : '\x1b[?1049l'.length);
