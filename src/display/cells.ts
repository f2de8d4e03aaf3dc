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

/** For picture after picture: what a call answers is blank, and valid until the next call. */
export function createSheet(): (columns: number, rows: number) => Cells {
  let cells = emptyCells(0, 0);
  return (columns, rows) => {
    if (columns !== cells.columns || rows !== cells.rows) cells = emptyCells(columns, rows);
    cells.chars.fill(SPACE);
    cells.foregrounds.fill(0);
    cells.backgrounds.fill(0);
    return cells;
  };
}
