import type { Room } from './look.ts';

/** Below this there is a sentence instead of a screen. */
export const SMALLEST: Room = { columns: 40, rows: 8 };

/** A short screen has its header where messages are, while there is none. */
const HEADER_FROM_ROWS = 14;
/** A very short one has a single line at the bottom: the message, or the keys. */
const TWO_LINES_FROM_ROWS = 10;

/** Which row is what, from the top. */
export interface FrameLayout {
  readonly header: boolean;
  /** What the view has. */
  readonly body: Room & { readonly top: number };
  /** Lines at the bottom; the keys are on the last one. */
  readonly bottom: 1 | 2;
}

export function frameLayout({ columns, rows }: Room): FrameLayout {
  const header = rows >= HEADER_FROM_ROWS;
  const bottom = rows >= TWO_LINES_FROM_ROWS ? 2 : 1;
  const top = header ? 1 : 0;
  return { header, body: { columns, rows: rows - top - bottom, top }, bottom };
}
