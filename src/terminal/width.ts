/** How many columns a text takes, and texts made to take an exact number. Agrees with string-width on every text. */
import { wideWidth } from './wide.ts';

/** Always one column wide, never part of a cluster: Latin, Greek, Cyrillic, punctuation, arrows, boxes, braille. */
const NARROW_RANGES = [
  [0x20, 0x7e],
  [0xa0, 0xac],
  [0xae, 0x2ff],
  [0x370, 0x482],
  [0x48a, 0x52f],
  [0x1e00, 0x1fff],
  [0x2010, 0x2027],
  [0x2030, 0x205e],
  [0x20a0, 0x20c0],
  [0x2100, 0x2319],
  [0x2500, 0x25fc],
  [0x270c, 0x2727],
  [0x2800, 0x28ff],
] as const;

const narrow = new Uint8Array(0x2900);
for (const [first, last] of NARROW_RANGES) narrow.fill(1, first, last + 1);

/** True for a UTF-16 unit that is a whole character of one column, whatever stands beside it. */
export const isNarrow = (unit: number): boolean => narrow[unit] === 1;

const ESC = 0x1b;
const isDigitOrSemicolon = (unit: number): boolean => (unit >= 0x30 && unit <= 0x39) || unit === 0x3b;

/** Index behind the SGR sequence (colours, bold, …) that starts at `start`, or -1 when something else starts there. */
export function sgrEnd(text: string, start: number): number {
  if (text.charCodeAt(start + 1) !== 0x5b) return -1;
  let index = start + 2;
  while (isDigitOrSemicolon(text.charCodeAt(index))) index++;
  return text.charCodeAt(index) === 0x6d ? index + 1 : -1;
}

/** Columns of a text on a terminal. Escape sequences take none, unless they are to be counted as the text they are. */
export function width(text: string, countEscapes = false): number {
  let columns = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isNarrow(unit)) columns++;
    else if (unit === ESC && !countEscapes) {
      const end = sgrEnd(text, index);
      if (end < 0) return wideWidth(text, countEscapes);
      index = end - 1;
    } else if (unit >= 0x20 && unit !== 0x7f) return wideWidth(text, countEscapes);
  }
  return columns;
}

let graphemes: Intl.Segmenter | undefined;

/** The characters as people see them: `é` of two code points and a family of four people are one each. */
export function* clusters(text: string): Generator<string> {
  graphemes ??= new Intl.Segmenter();
  for (const { segment } of graphemes.segment(text)) yield segment;
}

/** More UTF-16 units than a character as people see it has; of what has more, this many are taken for one. */
const LONGEST_CLUSTER = 64;

/** The last character as people see it, found without looking at the whole text; empty of an empty one. */
export function lastCharacter(text: string): string {
  if (isNarrow(text.charCodeAt(text.length - 1))) return text.slice(-1);
  return [...clusters(text.slice(-LONGEST_CLUSTER))].at(-1) ?? '';
}

/** Exactly `columns` wide: padded with blanks, or cut with an ellipsis at the end. For plain text, cleaned before. */
export function fit(text: string, columns: number, ellipsis = '…'): string {
  const excess = width(text) - columns;
  if (excess <= 0) return text + ' '.repeat(-excess);
  if (columns <= 0) return '';
  let kept = '';
  let room = columns - width(ellipsis);
  for (const cluster of clusters(text)) {
    const wide = width(cluster);
    if (wide > room) break;
    kept += cluster;
    room -= wide;
  }
  return `${kept}${ellipsis}${' '.repeat(Math.max(0, room))}`;
}

const PLAIN = /^[\x20-\x7e]*$/;
/** CSI with its parameters, and the strings that OSC, DCS, SOS, PM and APC start, up to their end or that of the text. */
const ESCAPES =
  /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?|(?:\x1b[\]P^_X]|[\x9d\x90\x9e\x9f\x98])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?/g;
const BREAKS = /[\t\n\v\f\r\u0085\u2028\u2029]+/g;
/** Controls, direction marks, byte order marks, invisible fillers and tags; joiners stay, scripts and emoji need them. */
const UNSEEN =
  /[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;
/** More marks than any script stacks on one letter would paint over the rows above. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;

/**
 * A text from outside made safe for the screen: one line, no escape sequences, no controls, nothing that turns the
 * direction of what follows. Breaks and tabs become a blank.
 */
export function clean(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(ESCAPES, '').replace(BREAKS, ' ').replace(UNSEEN, '').replace(STACKED_MARKS, '$1').toWellFormed();
}
