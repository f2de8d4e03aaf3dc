import type { ColourWord } from '../../state/theme.ts';
import { clean, fit, width } from '../../terminal/width.ts';
import { formatRatio } from '../../units.ts';
import { gauge, sparkline } from '../components/gauge.ts';
import type { Look } from '../look.ts';
import { lastHeard } from '../time.ts';

/** A label with what is true; a section stands over those that belong to it. */
export type Fact =
  | { readonly label: string; readonly value: string; readonly colour?: ColourWord }
  | { readonly label: string; readonly share: number; readonly text: string }
  | { readonly label: string; readonly trend: Float32Array }
  | { readonly section: string };

const LABEL = 12;
/** Platforms have labels of their own; what is longer than this is cut. */
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

/** A state of which nobody knows whether it still is so: nothing when it is known. */
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

/** The facts below each other, or in two columns where there is room for them. */
export function factLines(facts: readonly Fact[], columns: number, look: Look): readonly string[] {
  if (columns < TWO_COLUMNS_FROM) {
    const label = labelColumns(facts);
    return facts.map((one) => factText(one, label, columns, look));
  }
  const half = Math.floor((columns - GAP) / 2);
  const rows = Math.ceil(facts.length / 2);
  const [left, right] = [facts.slice(0, rows), facts.slice(rows)];
  const [leftLabel, rightLabel] = [labelColumns(left), labelColumns(right)];
  return left.map((one, at) => {
    const beside = right[at];
    const text = factText(one, leftLabel, half, look);
    return beside ? text + ' '.repeat(GAP) + factText(beside, rightLabel, half, look) : text;
  });
}

/** Room for the longest label of those below each other. */
const labelColumns = (facts: readonly Fact[]): number =>
  Math.min(LONGEST_LABEL, Math.max(LABEL, ...facts.map((one) => ('label' in one ? width(one.label) : 0))));

/** Exactly `columns` wide. */
function factText(one: Fact, labelWidth: number, columns: number, look: Look): string {
  const { theme } = look;
  if ('section' in one) return theme.paint('header', fit(clean(one.section), columns));
  const label = theme.paint('dim', fit(clean(one.label), labelWidth));
  const room = Math.max(1, columns - labelWidth - 1);
  if ('value' in one) return `${label} ${theme.paint(one.colour ?? 'text', fit(clean(one.value), room))}`;
  if ('trend' in one) {
    const shown = one.trend.slice(Math.max(0, one.trend.length - room));
    return `${label} ${sparkline(shown, look)}${' '.repeat(room - shown.length)}`;
  }
  const cells = room < NARROW ? GAUGE_IF_NARROW : GAUGE;
  const bar = `${gauge(one.share, cells, look)} ${formatRatio(one.share).padStart(PERCENT - 1)}`;
  return `${label} ${bar} ${fit(one.text, Math.max(0, room - cells - PERCENT - 1))}`;
}
