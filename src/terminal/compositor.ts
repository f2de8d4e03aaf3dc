import { createBrush } from './brush.ts';
import { createAlphabet, type Row } from './cells.ts';
import { findShift, shifted } from './shift.ts';

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Turns frames into the fewest bytes. Knows what the terminal shows, since it has written all of it. */
export interface Compositor {
  /**
   * What to send so that the terminal shows `frame`: lines joined by newlines, colours as SGR; empty when it does.
   * Missing lines are blank, those beyond the screen are left out.
   */
  paint(frame: string): string;
  /** The terminal's content is unknown (resized, or somebody else wrote): the next frame is painted whole. */
  invalidate(size: ScreenSize): void;
}

/** From here on the terminal is asked to show a frame at once (synchronized output); below it costs more than it gives. */
const SYNCHRONIZE_FROM = 600;
/** With fewer changed lines than this nothing scrolled. */
const FEWEST_SHIFTED = 4;

export function createCompositor(initial: ScreenSize): Compositor {
  let size = initial;
  let alphabet = createAlphabet();
  let lines: readonly string[] = [];
  /** Empty = unknown. */
  let shown: Row[] = [];

  function invalidate(next: ScreenSize): void {
    size = next;
    alphabet = createAlphabet();
    lines = [];
    shown = [];
  }

  function paint(frame: string): string {
    if (alphabet.isFull()) invalidate(size);
    const next = frame.split('\n', size.rows);
    const whole = shown.length === 0;
    const after: Row[] = [];
    let changed = 0;
    for (let row = 0; row < size.rows; row++) {
      const line = next[row] ?? '';
      const old = shown[row];
      if (old && line === (lines[row] ?? '')) after.push(old);
      else {
        after.push(alphabet.parse(line, size.columns));
        changed++;
      }
    }
    const brush = createBrush(alphabet);
    if (whole) {
      for (const [row, cells] of after.entries()) brush.unknownRow(row, cells);
    } else if (changed > 0) {
      if (changed >= FEWEST_SHIFTED) {
        const shift = findShift(shown, after);
        if (shift) {
          brush.lines(shift.deleteAt, 'M', shift.count);
          brush.lines(shift.insertAt, 'L', shift.count);
          shown = shifted(shown, shift);
        }
      }
      for (const [row, cells] of after.entries()) {
        const old = shown[row];
        if (old && old !== cells) brush.row(row, cells, old);
      }
    }
    lines = next;
    shown = after;
    return synchronized(brush.finish());
  }

  return { paint, invalidate };
}

const synchronized = (bytes: string): string =>
  bytes.length > SYNCHRONIZE_FROM ? `\x1b[?2026h${bytes}\x1b[?2026l` : bytes;
