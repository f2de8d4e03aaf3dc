import { clusters, fit, width } from '../../terminal/width.ts';

/** A name that is wider than the columns there are for it. */
export interface LongName {
  readonly name: string;
  readonly room: number;
}

/** How the names of one window are cut. */
export interface Cut {
  /** The name as it is shown in so many columns, at most as wide. */
  of(name: string, room: number): string;
  /** All cuts that depend on what other names there are: rows must be drawn again when this is another text. */
  readonly apart: string;
}

const CUT_NOTHING: Cut = { of: inTheMiddle, apart: '' };

/**
 * Cuts names so that two different ones of one window never look the same: each keeps its beginning and its end
 * (`prod-eu-…-api-0017`); where that leaves them alike, the place where they differ is shown (`prod-…eu-2-a…`).
 */
export function createCut(long: readonly LongName[]): Cut {
  if (long.length === 0) return CUT_NOTHING;
  const cut = new Map<string, string>();
  const keyOf = ({ name, room }: LongName) => `${room} ${name}`;
  const byShown = new Map<string, LongName[]>();
  for (const one of new Map(long.map((each) => [keyOf(each), each])).values()) {
    const shown = inTheMiddle(one.name, one.room);
    cut.set(keyOf(one), shown);
    byShown.set(shown, [...(byShown.get(shown) ?? []), one]);
  }
  let apart = '';
  for (const alike of byShown.values()) {
    tellApart(alike, 0, (one, shown) => {
      cut.set(keyOf(one), shown);
      apart += `${keyOf(one)} ${shown}\n`;
    });
  }
  return { of: (name, room) => cut.get(keyOf({ name, room })) ?? inTheMiddle(name, room), apart };
}

/** Exactly or less than `room` columns: a name that fits as it is, another without its middle. */
export function inTheMiddle(name: string, room: number): string {
  if (width(name) <= room) return name;
  if (room < 4) return fit(name, room).trimEnd();
  const head = Math.ceil((room - 1) / 2);
  return `${prefix([...clusters(name)], head)}…${suffix([...clusters(name)], room - 1 - head)}`;
}

/** What the names have in common is left out, from `from` on; those that still look alike are told apart behind it. */
function tellApart(alike: readonly LongName[], from: number, put: (one: LongName, shown: string) => void): void {
  if (alike.length < 2) return;
  const letters = alike.map(({ name }) => [...clusters(name)]);
  let differs = from;
  while (letters.every((one) => one[differs] !== undefined && one[differs] === letters[0]?.[differs])) differs++;
  const groups = new Map<string, LongName[]>();
  for (const [at, one] of alike.entries()) {
    const own = letters[at] as readonly string[];
    const lead = Math.min(4, Math.max(0, one.room - 8));
    const rest = own.slice(differs);
    const space = one.room - 1 - lead;
    const shown = width(rest.join('')) <= space ? rest.join('') : `${prefix(rest, space - 1)}…`;
    const text = `${prefix(own, lead)}…${shown}`;
    put(one, text);
    groups.set(text, [...(groups.get(text) ?? []), one]);
  }
  for (const group of groups.values())
    if (group.length < alike.length || differs > from) tellApart(group, differs + 1, put);
}

function prefix(letters: readonly string[], columns: number): string {
  let text = '';
  let left = columns;
  for (const letter of letters) {
    left -= width(letter);
    if (left < 0) break;
    text += letter;
  }
  return text;
}

const suffix = (letters: readonly string[], columns: number): string => {
  let text = '';
  let left = columns;
  for (const letter of letters.toReversed()) {
    left -= width(letter);
    if (left < 0) break;
    text = letter + text;
  }
  return text;
};
