import { applySgr, type Pen, PLAIN_PEN } from '../../src/terminal/pen.ts';
import { sgrEnd, width } from '../../src/terminal/width.ts';

const CELL = { width: 8.4, height: 18, base: 13.5 } as const;
const MARGIN = 12;
const COLOURS = {
  dark: { text: '#c9d1d9', ground: '#0d1117' },
  light: { text: '#24292f', ground: '#ffffff' },
} as const;
/** Bits of a pen. */
const BOLD = 1;
const UNDERLINE = 1 << 3;
const INVERSE = 1 << 5;

/** A painted frame (truecolor SGR) as a picture for the docs. */
export function svgOf(frame: string, ground: keyof typeof COLOURS = 'dark'): string {
  const lines = frame.split('\n');
  const columns = Math.max(...lines.map((line) => width(line)));
  const size = {
    width: Math.ceil(columns * CELL.width + 2 * MARGIN),
    height: Math.ceil(lines.length * CELL.height + 2 * MARGIN),
  };
  const body = lines.flatMap((line, row) => runsOf(line).map((run) => drawn(run, row, COLOURS[ground])));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size.width}" height="${size.height}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14">`,
    `<rect width="100%" height="100%" rx="8" fill="${COLOURS[ground].ground}"/>`,
    ...body.filter((element) => element !== ''),
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

function drawn(
  { column, text, pen }: Run,
  row: number,
  { text: plain, ground }: { text: string; ground: string },
): string {
  const inverse = (pen.attributes & INVERSE) > 0;
  const front = hex(pen.foreground) ?? plain;
  const back = hex(pen.background);
  const x = MARGIN + column * CELL.width;
  const y = MARGIN + row * CELL.height;
  const wide = width(text) * CELL.width;
  const filled = inverse ? front : back;
  const box = filled
    ? `<rect x="${fixed(x)}" y="${y}" width="${fixed(wide)}" height="${CELL.height}" fill="${filled}"/>`
    : '';
  const bold = pen.attributes & BOLD ? ' font-weight="bold"' : '';
  const underline = pen.attributes & UNDERLINE ? ' text-decoration="underline"' : '';
  const fill = inverse ? ground : front;
  // Word by word, each where it belongs, so that another font than the terminal's keeps the columns.
  const words = [...text.matchAll(/\S+/g)].map((match) => {
    const left = x + width(text.slice(0, match.index)) * CELL.width;
    const length = fixed(width(match[0]) * CELL.width);
    return `<text x="${fixed(left)}" y="${y + CELL.base}" fill="${fill}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${bold}${underline}>${escaped(match[0])}</text>`;
  });
  return box + words.join('');
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** `38;2;86;211;100`, as a pen keeps it. */
function hex(colour: string): string | undefined {
  const [, , ...parts] = colour.split(';').map(Number);
  return parts.length === 3 ? `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}` : undefined;
}
