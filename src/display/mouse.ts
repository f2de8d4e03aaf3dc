/** The mouse of a terminal for a display. */
import type { Mouse } from '../terminal/keys.ts';
import type { Display } from './rfb/session.ts';
import type { Viewer } from './viewer.ts';

const BUTTONS = { left: 1, middle: 2, right: 4 } as const;
const WHEEL = { 'wheel-up': 8, 'wheel-down': 16 } as const;

/** Tells the display; answers whether the mouse was in its picture. */
export function createMouse(display: Display, viewer: Viewer): (event: Mouse) => boolean {
  /** Those that the display believes to be down. */
  let buttons = 0;
  return ({ action, button, column, row }) => {
    // A button that was pressed in the picture is released wherever the mouse is by then.
    const at = viewer.pixelAt(column, row, buttons !== 0);
    if (at === undefined) return false;
    if (action === 'wheel-up' || action === 'wheel-down') {
      display.point(WHEEL[action], at.x, at.y);
      display.point(0, at.x, at.y);
    } else {
      buttons = action === 'release' || button === undefined ? 0 : BUTTONS[button];
      display.point(buttons, at.x, at.y);
    }
    return true;
  };
}
