import type { ConsoleSize } from '../platforms/contract.ts';
import type { ScreenModel } from './screen-model.ts';
import type { SessionFiles } from './session-files.ts';

/** Serial lines have no size, so guests take this for granted. */
const USUAL: ConsoleSize = { columns: 80, rows: 24 };

/** A guest that can't get its size has the usual one, or more; of that a part is shown. */
export const usualOrMore = ({ columns, rows }: ConsoleSize): ConsoleSize => ({
  columns: Math.max(columns, USUAL.columns),
  rows: Math.max(rows, USUAL.rows),
});

/** Keeps the model, the guest and the recording in one size. */
export interface Sizing {
  /** There is another room. */
  resize(room: ConsoleSize): void;
  /** There is another link, by which the guest can get its size, or not. */
  setTeller(tell: ((size: ConsoleSize) => void) | undefined): void;
}

export function createSizing(model: ScreenModel, files: SessionFiles, first: ConsoleSize): Sizing {
  let room = first;
  let tell: ((size: ConsoleSize) => void) | undefined;

  function fit(): void {
    const size = tell ? room : usualOrMore(room);
    const before = model.size();
    model.resize(size);
    tell?.(size);
    if (before.columns !== size.columns || before.rows !== size.rows) files.resized(size);
  }

  return {
    resize(size) {
      if (size.columns === room.columns && size.rows === room.rows) return;
      room = size;
      fit();
    },
    setTeller(next) {
      tell = next;
      fit();
    },
  };
}
