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
  /** The terminal's content is unknown (resized, or another program wrote): the next frame is painted whole. */
  invalidate(size: ScreenSize): void;
}

/** From here on the terminal is asked to show a frame at once (synchronized output); below it costs more than it gives. */
const SYNCHRONIZE_FROM = 600;
/** With fewer changed lines than this nothing scrolled. */
const FEWEST_SHIFTED = 4;

export function createCompositor(initial: ScreenSize): Compositor {
  let size = initial;
  let alphabet = createAlphabet();
  /** What the lines of the last frame look like: a line that stayed or moved is not parsed again. */
  let known: ReadonlyMap<string, Row> = new Map();
  /** Empty = unknown. */
  let shown: Row[] = [];

  function invalidate(next: ScreenSize): void {
    size = next;
    alphabet = createAlphabet();
    known = new Map();
    shown = [];
  }

  function paint(frame: string): string {
    if (alphabet.isFull()) invalidate(size);
    const lines = frame.split('\n', size.rows);
    const whole = shown.length === 0;
    const next = new Map<string, Row>();
    const after: Row[] = [];
    let changed = 0;
    for (let row = 0; row < size.rows; row++) {
      const line = lines[row] ?? '';
      const cells = known.get(line) ?? next.get(line) ?? alphabet.parse(line, size.columns);
      next.set(line, cells);
      after.push(cells);
      if (cells !== shown[row]) changed++;
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
    known = next;
    shown = after;
    return synchronized(brush.finish());
  }

  return { paint, invalidate };
}

const synchronized = (bytes: string): string =>
  bytes.length > SYNCHRONIZE_FROM ? `\x1b[?2026h${bytes}\x1b[?2026l` : bytes;
