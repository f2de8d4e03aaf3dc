/**
 * Takes the place of Ink's `output.js` in the bundle: the same frames, for a fraction of the work. Ink makes an object
 * for every cell of every frame; here a row whose texts neither overlap nor are cut is just put together. All other
 * rows, and only those, go through Ink's own class, which stays the judge: ink-output.test.ts compares the two.
 */
import StockOutput from '../../node_modules/ink/build/output.js';
import { applySgr, PLAIN_PEN, penKey } from '../../src/terminal/pen.ts';
import { isNarrow, sgrEnd } from '../../src/terminal/width.ts';

type Clip = Parameters<StockOutput['clip']>[0];
type Transformers = Parameters<StockOutput['write']>[3]['transformers'];

/** One line of one text. */
interface Piece {
  readonly column: number;
  readonly line: string;
  readonly clip: Clip | undefined;
  readonly transformers: Transformers;
  /** Which line of its text it is. */
  readonly index: number;
}

export default class Output {
  readonly width: number;
  readonly height: number;
  readonly #rows: Piece[][];
  readonly #clips: Clip[] = [];
  readonly #operations: ((stock: StockOutput) => void)[] = [];
  #onlyStock = false;

  constructor({ width, height }: { width: number; height: number }) {
    this.width = width;
    this.height = height;
    this.#rows = Array.from({ length: height }, () => []);
  }

  write(column: number, row: number, text: string, options: { transformers: Transformers }): void {
    if (text === '') return;
    this.#operations.push((stock) => stock.write(column, row, text, options));
    const clip = this.#clips.at(-1);
    if (clip && isEmpty(clip)) return;
    const lines = text.split('\n');
    // A style that goes on over a line's end: Ink opens it again, we let it.
    if (lines.length > 1 && !lines.every((line) => measure(line).closed)) this.#onlyStock = true;
    // A line that is empty, or that a clip leaves empty: a transformer may still make something of it.
    if ((clip || lines.includes('')) && options.transformers.some((transform) => transform('', 0) !== '')) {
      this.#onlyStock = true;
    }
    for (const [index, line] of lines.entries()) {
      if (clip && isOutsideRows(clip, row + index)) continue;
      this.#rows[row + index]?.push({ column, line, clip, transformers: options.transformers, index });
    }
  }

  clip(clip: Clip): void {
    this.#operations.push((stock) => stock.clip(clip));
    const outer = this.#clips.at(-1);
    this.#clips.push(outer ? intersection(outer, clip) : clip);
  }

  unclip(): void {
    this.#operations.push((stock) => stock.unclip());
    this.#clips.pop();
  }

  get(): { output: string; height: number } {
    if (this.#onlyStock) {
      const stock = new StockOutput({ width: this.width, height: this.height });
      for (const operation of this.#operations) operation(stock);
      return stock.get();
    }
    const rows = this.#rows.map(joined);
    const difficult = this.#rows.filter((_, row) => rows[row] === undefined);
    const byStock = difficult.length > 0 ? this.#byStock(difficult) : [];
    let next = 0;
    return { output: rows.map((row) => row ?? byStock[next++] ?? '').join('\n'), height: this.height };
  }

  #byStock(rows: readonly Piece[][]): string[] {
    const stock = new StockOutput({ width: this.width, height: rows.length });
    for (const [row, pieces] of rows.entries()) {
      for (const { column, line, clip, transformers, index } of pieces) {
        if (clip) stock.clip({ ...clip, y1: undefined, y2: undefined });
        stock.write(column, row, line, {
          transformers: transformers.map((transform) => (text: string) => transform(text, index)),
        });
        if (clip) stock.unclip();
      }
    }
    return stock.get().output.split('\n');
  }
}

/** A row put together, or undefined when only Ink's own class knows how it looks. */
function joined(pieces: readonly Piece[]): string | undefined {
  let row = '';
  let end = 0;
  for (const piece of inOrder(pieces)) {
    const { column, line, clip, transformers, index } = piece;
    const given = measure(line);
    if (given.columns === undefined || (clip && isCut(clip, column, given.columns))) return undefined;
    let text = line;
    for (const transform of transformers) text = transform(text, index);
    const { columns, closed } = transformers.length > 0 ? measure(text) : given;
    if (columns === undefined || !closed || column < end) return undefined;
    if (columns === 0) continue;
    row += ' '.repeat(column - end) + text;
    end = column + columns;
  }
  return row.trimEnd();
}

/** From left to right; borders are written before what they surround. */
function inOrder(pieces: readonly Piece[]): readonly Piece[] {
  const sorted = pieces.every((piece, index) => index === 0 || piece.column >= (pieces[index - 1]?.column ?? 0));
  return sorted ? pieces : pieces.toSorted((a, b) => a.column - b.column);
}

interface Measure {
  /** Undefined for anything that is not of one column per unit. */
  readonly columns: number | undefined;
  /** Its last style does not reach beyond its end. */
  readonly closed: boolean;
}

/** Most rows are the same from frame to frame. As many lines as a few screens have. */
const measured = new Map<string, Measure>();
const MOST_MEASURED = 1024;

function measure(line: string): Measure {
  const known = measured.get(line);
  if (known) return known;
  if (measured.size >= MOST_MEASURED) measured.clear();
  const fresh = scan(line);
  measured.set(line, fresh);
  return fresh;
}

function scan(line: string): Measure {
  let columns: number | undefined = 0;
  let pen = PLAIN_PEN;
  for (let index = 0; index < line.length; index++) {
    const unit = line.charCodeAt(index);
    if (unit === 0x1b) {
      const end = sgrEnd(line, index);
      if (end < 0) return { columns: undefined, closed: false };
      pen = applySgr(pen, line.slice(index + 2, end - 1));
      index = end - 1;
    } else if (!isNarrow(unit)) columns = undefined;
    else if (columns !== undefined) columns++;
  }
  return { columns, closed: penKey(pen) === '' };
}

const isEmpty = ({ x1, x2, y1, y2 }: Clip): boolean =>
  (x1 !== undefined && x2 !== undefined && x1 >= x2) || (y1 !== undefined && y2 !== undefined && y1 >= y2);

const isOutsideRows = ({ y1, y2 }: Clip, row: number): boolean =>
  y1 !== undefined && y2 !== undefined && (row < y1 || row >= y2);

const isCut = ({ x1, x2 }: Clip, column: number, columns: number): boolean =>
  x1 !== undefined && x2 !== undefined && (column < x1 || column + columns > x2);

function intersection(outer: Clip, inner: Clip): Clip {
  const tighter = (a: number | undefined, b: number | undefined, pick: (a: number, b: number) => number) =>
    a === undefined || b === undefined ? (a ?? b) : pick(a, b);
  return {
    x1: tighter(outer.x1, inner.x1, Math.max),
    x2: tighter(outer.x2, inner.x2, Math.min),
    y1: tighter(outer.y1, inner.y1, Math.max),
    y2: tighter(outer.y2, inner.y2, Math.min),
  };
}
