import { applySgr, type Pen, PLAIN_PEN } from '../../src/terminal/pen.ts';
import { sgrEnd, width } from '../../src/terminal/width.ts';

const CELL = { width: 8.4, height: 18, base: 13.5 } as const;
const MARGIN = 12;
/** So few characters don't drift from their columns, whatever the font is. */
const SHORT = 4;
/** Bits of a pen. */
const BOLD = 1;
const UNDERLINE = 1 << 3;
const INVERSE = 1 << 5;

/** What a terminal has where a frame says nothing. */
export interface Paper {
  readonly text: string;
  readonly ground: string;
}

/**
 * A painted frame (truecolor SGR) as a picture for the docs. Small: one element for each piece of one look, which begins
 * where it belongs and is as long as it must be, so that another font than the terminal's keeps the columns.
 */
export function svgOf(frame: string, paper: Paper): string {
  const lines = frame.split('\n');
  const columns = Math.max(...lines.map((line) => width(line)));
  const size = {
    width: Math.ceil(columns * CELL.width + 2 * MARGIN),
    height: Math.ceil(lines.length * CELL.height + 2 * MARGIN),
  };
  const looks = new Map<string, string>();
  const classOf = (look: string): string => {
    const known = looks.get(look) ?? `c${looks.size.toString(36)}`;
    looks.set(look, known);
    return known;
  };
  const runs = lines.map(runsOf);
  const boxes = runs.flatMap((line, row) => line.map((run) => box(run, row, paper))).filter((one) => one !== '');
  const texts = runs.flatMap((line, row) => {
    const pieces = line.flatMap((run) => piecesOf(run)).map((piece) => drawn(piece, paper, classOf));
    return pieces.length === 0 ? [] : [`<text y="${MARGIN + row * CELL.height + CELL.base}">${pieces.join('')}</text>`];
  });
  const styles = [...looks].map(([look, name]) => `.${name}{${look}}`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`,
    `<style>text{white-space:pre}${styles.join('')}</style>`,
    `<rect width="100%" height="100%" rx="8" fill="${paper.ground}"/>`,
    ...boxes,
    ...texts,
    '</svg>',
    '',
  ].join('\n');
}

interface Run {
  readonly column: number;
  readonly text: string;
  readonly pen: Pen;
}

/** Pieces of one look. */
function runsOf(line: string): readonly Run[] {
  const runs: Run[] = [];
  let pen = PLAIN_PEN;
  let column = 0;
  let rest = line;
  while (rest !== '') {
    const next = rest.indexOf('\x1b');
    const text = next < 0 ? rest : rest.slice(0, next);
    if (text !== '') runs.push({ column, text, pen });
    column += width(text);
    if (next < 0) break;
    const end = sgrEnd(rest, next);
    if (end < 0) throw new Error(`not a colour: ${JSON.stringify(rest.slice(next, next + 10))}`);
    pen = applySgr(pen, rest.slice(next + 2, end - 1));
    rest = rest.slice(end);
  }
  return runs;
}

/** Without the blanks between its columns. */
function piecesOf({ column, text, pen }: Run): readonly Run[] {
  return [...text.matchAll(/\S+(?: \S+)*/g)].map((match) => ({
    column: column + width(text.slice(0, match.index)),
    text: match[0],
    pen,
  }));
}

function box({ column, text, pen }: Run, row: number, paper: Paper): string {
  const fill = pen.attributes & INVERSE ? (hex(pen.foreground) ?? paper.text) : hex(pen.background);
  if (fill === undefined) return '';
  const x = fixed(MARGIN + column * CELL.width);
  const wide = fixed(width(text) * CELL.width);
  return `<rect x="${x}" y="${MARGIN + row * CELL.height}" width="${wide}" height="${CELL.height}" fill="${fill}"/>`;
}

function drawn({ column, text, pen }: Run, paper: Paper, classOf: (look: string) => string): string {
  const fill = pen.attributes & INVERSE ? paper.ground : (hex(pen.foreground) ?? paper.text);
  const bold = pen.attributes & BOLD ? ';font-weight:bold' : '';
  const underline = pen.attributes & UNDERLINE ? ';text-decoration:underline' : '';
  const name = classOf(`fill:${fill}${bold}${underline}`);
  const columns = width(text);
  const length = columns > SHORT ? ` textLength="${fixed(columns * CELL.width)}"` : '';
  return `<tspan x="${fixed(MARGIN + column * CELL.width)}"${length} class="${name}">${escaped(text)}</tspan>`;
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `38;2;86;211;100`, as a pen keeps it. */
function hex(colour: string): string | undefined {
  const [, , ...parts] = colour.split(';').map(Number);
  return parts.length === 3 ? `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}` : undefined;
}
