import type { Note } from '../../state/fleet/fleet.ts';
import type { ColourWord } from '../../state/theme/theme-file.ts';
import { fit, width } from '../../terminal/width.ts';
import { formatBytes, formatRatio } from '../../units.ts';
import { gauge, sparkline } from '../components/gauge.ts';
import { wrapped } from '../components/wrap.ts';
import type { Look } from '../frame/look.ts';
import { dateAndTime, lastHeard } from '../time.ts';

/** A label with its value; a section stands over those that belong to it. */
export type Fact =
  | { readonly label: string; readonly value: string; readonly colour?: ColourWord }
  | { readonly label: string; readonly share: number; readonly text: string }
  | { readonly label: string; readonly trend: Float32Array }
  | { readonly section: string };

const LABEL = 12;
/** Platforms have labels of their own; what is longer than this takes a second line. */
const LONGEST_LABEL = 16;
const TWO_COLUMNS_FROM = 76;
const GAP = 2;
const GAUGE = 10;
const GAUGE_IF_NARROW = 6;
const NARROW = 30;
const PERCENT = 5;

/** Nothing for a value that is not known to exist. */
export const fact = (label: string, value: string | undefined, colour?: ColourWord): readonly Fact[] =>
  value === undefined || value === '' ? [] : [{ label, value, ...(colour && { colour }) }];

/** What people have written on it, with who and when. */
export const noteFact = (note: Note | undefined): readonly Fact[] =>
  note === undefined
    ? []
    : [
        ...fact('Note', note.text, 'accent'),
        ...fact('Noted', [note.by, Number.isNaN(note.at) ? '' : dateAndTime(note.at)].filter(Boolean).join(', ')),
      ];

/** Bytes in use of all of them; what is not known (NaN) is left out. */
export function usedOf(used: number, all: number): string {
  if (Number.isNaN(all)) return Number.isNaN(used) ? '' : formatBytes(used);
  return Number.isNaN(used) ? `of ${formatBytes(all)}` : `${formatBytes(used)} of ${formatBytes(all)}`;
}

export const rateText = (value: number): string => (Number.isNaN(value) ? '-' : `${formatBytes(value)}/s`);

/** The last state that was seen, while it is not known whether it still is so: nothing when it is known. */
export const staleState = (
  word: string,
  staleSince: number | undefined,
  phaseSince: number | undefined,
  { glyphs }: Look,
): readonly Fact[] =>
  staleSince === undefined
    ? []
    : [
        ...fact('State', `${glyphs.stale} was ${word}`, 'warning'),
        ...fact('Last heard', lastHeard(staleSince, phaseSince), 'warning'),
      ];

/**
 * The facts below each other, or in two columns where there is room for them. Nothing is cut: what is longer than its
 * column goes on in the next line.
 */
export function factLines(facts: readonly Fact[], columns: number, look: Look): readonly string[] {
  if (columns < TWO_COLUMNS_FROM) return cells(facts, columns, look).flat();
  const half = Math.floor((columns - GAP) / 2);
  const split = middleOf(cells(facts, half, look).map(({ length }) => length));
  const left = cells(facts.slice(0, split), half, look).flat();
  const right = cells(facts.slice(split), half, look).flat();
  return Array.from({ length: Math.max(left.length, right.length) }, (_, at) => {
    const beside = right[at];
    const text = left[at] ?? ' '.repeat(half);
    return beside === undefined ? text : text + ' '.repeat(GAP) + beside;
  });
}

/** Before which of these the second column begins, so that it is not longer than the first. */
function middleOf(heights: readonly number[]): number {
  const all = heights.reduce((sum, height) => sum + height, 0);
  let above = 0;
  for (const [at, height] of heights.entries()) {
    if (above * 2 >= all) return at;
    above += height;
  }
  return heights.length;
}

/** The lines of each fact, exactly `columns` wide. */
function cells(facts: readonly Fact[], columns: number, look: Look): readonly (readonly string[])[] {
  const label = labelColumns(facts);
  return facts.map((one) => factText(one, label, columns, look));
}

/** Room for the longest label of those below each other. */
const labelColumns = (facts: readonly Fact[]): number =>
  Math.min(LONGEST_LABEL, Math.max(LABEL, ...facts.map((one) => ('label' in one ? width(one.label) : 0))));

function factText(one: Fact, labelWidth: number, columns: number, look: Look): readonly string[] {
  const { theme } = look;
  if ('section' in one) return wrapped(one.section, columns).map((line) => theme.paint('header', fit(line, columns)));
  const room = Math.max(1, columns - labelWidth - 1);
  const labels = wrapped(one.label, labelWidth);
  const values = valueLines(one, room, look);
  return Array.from({ length: Math.max(labels.length, values.length) }, (_, at) => {
    const label = theme.paint('dim', fit(labels[at] ?? '', labelWidth));
    return `${label} ${values[at] ?? ' '.repeat(room)}`;
  });
}

/** Each exactly `room` wide. */
function valueLines(one: Exclude<Fact, { section: string }>, room: number, look: Look): readonly string[] {
  const { theme } = look;
  if ('value' in one) {
    return wrapped(readable(one.value), room).map((line) => theme.paint(one.colour ?? 'text', fit(line, room)));
  }
  if ('trend' in one) {
    const shown = one.trend.slice(Math.max(0, one.trend.length - room));
    return [`${sparkline(shown, look)}${' '.repeat(room - shown.length)}`];
  }
  const gaugeCells = room < NARROW ? GAUGE_IF_NARROW : GAUGE;
  const bar = `${gauge(one.share, gaugeCells, look)} ${formatRatio(one.share).padStart(PERCENT - 1)}`;
  const left = Math.max(0, room - gaugeCells - PERCENT - 1);
  if (width(one.text) <= left) return [`${bar} ${fit(one.text, left)}`];
  return [`${bar}${' '.repeat(left + 1)}`, ...wrapped(one.text, room).map((line) => fit(line, room))];
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)$/;

/** A time that a platform reports for programs, as all others are shown: in the zone of the user. */
function readable(text: string): string {
  const at = ISO_TIME.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? text : dateAndTime(at);
}
