import type { Key, Mouse } from '../../terminal/keys.ts';
import { bottomRows, showsKeys } from '../frame/bottom.ts';
import { frameLayout, SMALLEST } from '../frame/frame-layout.ts';
import { hintsNow } from '../frame/hints.ts';
import { hintAt } from '../frame/key-bar.ts';
import { keyNamed } from '../keys.ts';
import type { Stage } from '../stage.ts';
import type { Views } from './views.ts';

/** As many rows as a notch of the wheel moves in other programs. */
const NOTCH = 3;

/** The mouse, by what lies under it: the view, a layer over it, or a key at the bottom, which is pressed by a click. */
export function createPointer(stage: Stage, views: Views, press: (key: Key) => void): (event: Mouse) => void {
  const pressNamed = (name: string, { read }: Mouse) => {
    const key = keyNamed(name, read);
    if (key) press(key);
  };

  const clickedKey = (event: Mouse): string | undefined => {
    const { columns, rows } = stage.terminal.size();
    if (views.current.fills && !stage.layers.top) return undefined;
    if (event.row !== rows - 1 || event.action !== 'press' || event.button !== 'left') return undefined;
    if (!showsKeys(stage.message.current, frameLayout({ columns, rows }))) return undefined;
    return hintAt(hintsNow(stage, views.current), columns, event.column)?.key;
  };

  return (event) => {
    const size = stage.terminal.size();
    if (size.columns < SMALLEST.columns || size.rows < SMALLEST.rows) return;
    const wheel = event.action === 'wheel-up' ? 'up' : event.action === 'wheel-down' ? 'down' : undefined;
    const key = clickedKey(event);
    if (key !== undefined) return pressNamed(key, event);
    // A dialog has the whole screen: what lies under it can't be reached past it.
    if (stage.layers.top) {
      if (wheel) pressNamed(wheel, event);
      return;
    }
    if (views.current.fills) {
      if (views.current.point?.(event, size)) stage.changed();
      return;
    }
    const layout = frameLayout(size);
    const message = bottomRows(stage.message.current, layout) - layout.bottom;
    const body = { ...layout.body, rows: layout.body.rows - message };
    const inside = event.row >= body.top && event.row < body.top + body.rows;
    // A drag may leave the room that it began in.
    if (inside || event.action === 'drag' || event.action === 'release') {
      if (views.current.point?.({ ...event, row: event.row - body.top }, body)) return stage.changed();
    }
    if (!wheel) return;
    for (let row = 0; row < NOTCH; row++) views.current.handlers[`view.${wheel}`]?.();
  };
}
