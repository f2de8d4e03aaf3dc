/**
 * What a terminal shows, as numbers: a row is two arrays, one glyph and one style per column. Comparing two rows is
 * then comparing integers, and a frame's text is parsed once per changed line.
 */
import { applySgr, type Pen, PLAIN_PEN, penChange, penKey, penOnBlanks } from './pen.ts';
import { clusters, isNarrow, sgrEnd, width } from './width.ts';

/** One line of the screen. A glyph of 0 is the right half of the wide character before it. */
export interface Row {
  readonly glyphs: Uint32Array;
  readonly styles: Uint16Array;
}

/** Numbers for clusters and styles, given out as they appear. Both sides of a comparison must use the same one. */
export interface Alphabet {
  /** The row that a line of text with SGR sequences shows in `columns` columns; what is longer is cut. */
  parse(line: string, columns: number): Row;
  text(glyph: number): string;
  /** False for a glyph that terminals disagree about, so that nothing may rely on where the cursor is behind it. */
  isSure(glyph: number, isWide: boolean): boolean;
  /** The sequence that changes the style of what is written next. */
  restyle(from: number, to: number): string;
  /** Time to start a new one: names from outside have used up the numbers. */
  isFull(): boolean;
}

export const BLANK = 0x20;
export const PLAIN_STYLE = 0;
const FIRST_CLUSTER = 0x110000;
/** Emoji and what follows them: drawn one or two columns wide, depending on the terminal and its fonts. */
const FIRST_UNSURE = 0x1f000;
/** The old symbols that became emoji: wide to a new terminal, narrow to an old one. CJK follows behind them. */
const FIRST_SYMBOL = 0x2300;
const FIRST_CJK = 0x2e80;
const MOST_CLUSTERS = 50_000;
const MOST_STYLES = 60_000;

export const blankRow = (columns: number): Row => ({
  glyphs: new Uint32Array(columns).fill(BLANK),
  styles: new Uint16Array(columns),
});

const ESC = 0x1b;
/** Any sequence that is not SGR: dropped, it must not reach the terminal through a frame. */
const OTHER_ESCAPE = /\x1b(?:\[[0-?]*[ -/]*[@-~]?|[\]P^_X][^\x07\x1b]*(?:\x07|\x1b\\)?|.)?/y;

export function createAlphabet(): Alphabet {
  const clusterNumbers = new Map<string, number>();
  const clusterTexts: string[] = [];
  const styleNumbers = new Map<string, number>();
  const pens: Pen[] = [];
  /** For each style: what is left of it on a blank, where only a few attributes show. */
  const onBlanks: number[] = [];
  const changes = new Map<number, string>();
  /** For each style: the ones after sequences, by their parameters. */
  const nextStyles: Map<string, number>[] = [];

  function styleNumber(pen: Pen): number {
    const key = penKey(pen);
    const known = styleNumbers.get(key);
    if (known !== undefined) return known;
    const number = pens.push(pen) - 1;
    styleNumbers.set(key, number);
    onBlanks[number] = styleNumber(penOnBlanks(pen));
    return number;
  }
  styleNumber(PLAIN_PEN);

  function styleAfter(style: number, parameters: string): number {
    const known = nextStyles[style]?.get(parameters);
    if (known !== undefined) return known;
    const after = styleNumber(applySgr(pens[style] ?? PLAIN_PEN, parameters));
    nextStyles[style] = (nextStyles[style] ?? new Map()).set(parameters, after);
    return after;
  }

  function restyle(from: number, to: number): string {
    const pair = from * 0x10000 + to;
    let change = changes.get(pair);
    if (change === undefined) {
      change = penChange(pens[from] ?? PLAIN_PEN, pens[to] ?? PLAIN_PEN);
      changes.set(pair, change);
    }
    return change;
  }

  function glyphNumber(cluster: string): number {
    const code = cluster.codePointAt(0) ?? BLANK;
    if (cluster.length === (code > 0xffff ? 2 : 1)) return code;
    const known = clusterNumbers.get(cluster);
    if (known !== undefined) return known;
    const number = FIRST_CLUSTER + clusterTexts.push(cluster) - 1;
    clusterNumbers.set(cluster, number);
    return number;
  }

  function parse(line: string, columns: number): Row {
    const row = blankRow(columns);
    const { glyphs, styles } = row;
    let style = PLAIN_STYLE;
    let column = 0;

    /** Text with anything unusual in it, cut into what people see as characters. */
    function placeClusters(text: string): void {
      for (const cluster of clusters(text)) {
        const columnsOfIt = width(cluster);
        if (columnsOfIt === 0) continue;
        if (column + columnsOfIt > columns) {
          column = columns;
          return;
        }
        glyphs[column] = glyphNumber(cluster);
        glyphs.fill(0, column + 1, column + columnsOfIt);
        styles.fill(cluster === ' ' ? (onBlanks[style] ?? style) : style, column, column + columnsOfIt);
        column += columnsOfIt;
      }
    }

    for (let index = 0; index < line.length && column < columns; ) {
      const unit = line.charCodeAt(index);
      if (isNarrow(unit) && !joins(line.charCodeAt(index + 1))) {
        glyphs[column] = unit;
        styles[column] = unit === BLANK ? (onBlanks[style] ?? style) : style;
        column++;
        index++;
      } else if (unit === ESC) {
        const end = sgrEnd(line, index);
        if (end < 0) {
          index = behindEscape(line, index);
        } else {
          style = styleAfter(style, line.slice(index + 2, end - 1));
          index = end;
        }
      } else {
        const end = endOfRun(line, index);
        placeClusters(line.slice(index, end));
        index = end;
      }
    }
    return row;
  }

  return {
    parse,
    text: (glyph) =>
      glyph < FIRST_CLUSTER ? String.fromCodePoint(glyph) : (clusterTexts[glyph - FIRST_CLUSTER] ?? ' '),
    isSure: (glyph, isWide) => glyph < FIRST_UNSURE && !(isWide && glyph >= FIRST_SYMBOL && glyph < FIRST_CJK),
    restyle,
    isFull: () => clusterTexts.length > MOST_CLUSTERS || pens.length > MOST_STYLES,
  };
}

/** Whether a unit may belong to the character before it: neither of the table, nor a control, nor the end of the text. */
const joins = (unit: number): boolean => unit >= 0x80 && !isNarrow(unit);

/** Up to the next escape sequence: clusters are found in the whole run, since marks join what stands before them. */
function endOfRun(line: string, start: number): number {
  const next = line.indexOf('\x1b', start);
  return next < 0 ? line.length : next;
}

function behindEscape(line: string, start: number): number {
  OTHER_ESCAPE.lastIndex = start;
  OTHER_ESCAPE.test(line);
  return Math.max(OTHER_ESCAPE.lastIndex, start + 1);
}
