import { clean, fit } from '../../terminal/width.ts';
import type { ColourWord } from '../../state/theme.ts';
import type { Look } from '../look.ts';

/** A label with what is true. `painted` values come with colours, exactly `width` wide, and are never cut. */
export type Fact =
  | { readonly label: string; readonly value: string; readonly colour?: ColourWord }
  | { readonly label: string; readonly painted: string; readonly width: number }
  | { readonly section: string };

const LABEL = 11;
const TWO_COLUMNS_FROM = 76;
const GAP = 2;

export const fact = (label: string, value: string | undefined, colour?: ColourWord): readonly Fact[] =>
  value === undefined || value === '' ? [] : [{ label, value, ...(colour && { colour }) }];

/** The facts below each other, or in two columns where there is room for them. */
export function factLines(facts: readonly Fact[], columns: number, look: Look): readonly string[] {
  if (columns < TWO_COLUMNS_FROM) return facts.map((one) => factLine(one, columns, look).text);
  const width = Math.floor((columns - GAP) / 2);
  const half = Math.ceil(facts.length / 2);
  return facts.slice(0, half).map((one, at) => {
    const left = factLine(one, width, look);
    const other = facts[at + half];
    if (!other) return left.text;
    return left.text + ' '.repeat(width - left.width + GAP) + factLine(other, width, look).text;
  });
}

function factLine(one: Fact, columns: number, { theme }: Look): { text: string; width: number } {
  if ('section' in one) return { text: theme.paint('header', fit(clean(one.section), columns)), width: columns };
  const label = theme.paint('dim', fit(one.label, LABEL));
  if ('painted' in one) return { text: `${label} ${one.painted}`, width: LABEL + 1 + one.width };
  const value = fit(clean(one.value), Math.max(1, columns - LABEL - 1));
  return { text: `${label} ${theme.paint(one.colour ?? 'text', value)}`, width: columns };
}
