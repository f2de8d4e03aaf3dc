/** What a terminal shows of a display: a character and two colours for each cell. */
export interface Cells {
  readonly columns: number;
  readonly rows: number;
  /** Code points. */
  readonly chars: Uint32Array;
  /** 0xRRGGBB. */
  readonly foregrounds: Uint32Array;
  readonly backgrounds: Uint32Array;
}

export const SPACE = 0x20;

export const emptyCells = (columns: number, rows: number): Cells => ({
  columns,
  rows,
  chars: new Uint32Array(columns * rows).fill(SPACE),
  foregrounds: new Uint32Array(columns * rows),
  backgrounds: new Uint32Array(columns * rows),
});
