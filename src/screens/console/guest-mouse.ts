import type { ConsoleSession } from '../../console/console-session.ts';
import { mouseBytes } from '../../console/mouse-bytes.ts';
import type { Mouse } from '../../terminal/keys.ts';
import type { Room } from '../frame/look.ts';
import { cornerOf } from './console-lines.ts';

/** The mouse on a console whose guest wants it. */
export interface GuestMouse {
  /** `row` from 0 at the first line of its screen. False when it is not for the guest. */
  point(session: ConsoleSession, event: Mouse, room: Room): boolean;
}

export function createGuestMouse(): GuestMouse {
  /** Who has got a button that is still down: its release is for them, wherever the mouse is by then. */
  let held: ConsoleSession | undefined;
  return {
    point(session, event, room) {
      const { action, column, row } = event;
      const isInside = row >= 0 && row < room.rows && column >= 0 && column < room.columns;
      const ofHeld = held === session && (action === 'drag' || action === 'release');
      if (action === 'press' || action === 'release') held = undefined;
      const modes = session.model.mouse();
      if (modes.reports === 'none' || !(isInside || ofHeld)) return false;
      const { from, first } = cornerOf(session, room, undefined);
      const size = session.model.size();
      const bytes = mouseBytes(
        {
          ...event,
          column: within(from + column, size.columns),
          row: within(first - session.model.top() + row, size.rows),
        },
        modes,
      );
      if (action === 'press') held = session;
      if (bytes) session.send(bytes);
      return true;
    },
  };
}

const within = (value: number, size: number): number => Math.min(Math.max(value, 0), size - 1);
