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
 * (`prod-eu…i-0017`); where that leaves them alike, a place where they differ is shown (`prod…b-fron…`).
 */
export function createCut(long: readonly LongName[]): Cut {
  if (long.length === 0) return CUT_NOTHING;
  const cut = new Map<string, string>();
  const byShown = new Map<string, LongName[]>();
  for (const one of new Map(long.map((each) => [keyOf(each), each])).values()) {
    const shown = inTheMiddle(one.name, one.room);
    cut.set(keyOf(one), shown);
    byShown.set(shown, [...(byShown.get(shown) ?? []), one]);
  }
  const taken = new Set([...byShown].flatMap(([shown, { length }]) => (length === 1 ? [shown] : [])));
  let apart = '';
  for (const alike of byShown.values()) {
    if (alike.length === 1) continue;
    for (const [one, shown] of distinct(alike, taken)) {
      cut.set(keyOf(one), shown);
      apart += `${keyOf(one)} ${shown}\n`;
    }
  }
  return { of: (name, room) => cut.get(keyOf({ name, room })) ?? inTheMiddle(name, room), apart };
}

/** The same while the names are the same: keys that only move the cursor cost nothing here. */
export function createCutKeeper(): (long: readonly LongName[]) => Cut {
  let names = '';
  let cut = CUT_NOTHING;
  return (long) => {
    const now = long.map(keyOf).join('\n');
    if (now !== names) cut = createCut(long);
    names = now;
    return cut;
  };
}

const keyOf = ({ name, room }: LongName): string => `${room} ${name}`;

/** Exactly or less than `room` columns: a name that fits as it is, another without its middle. */
export function inTheMiddle(name: string, room: number): string {
  if (width(name) <= room) return name;
  if (room < 4) return fit(name, room).trimEnd();
  const letters = lettersOf(name);
  const head = Math.ceil((room - 1) / 2);
  return `${prefix(letters, head)}…${prefix(letters.toReversed(), room - 1 - head, true)}`;
}

/** Names of one look, each from a place on where no other one reads the same; `taken` grows by what they are shown as. */
function distinct(alike: readonly LongName[], taken: Set<string>): readonly (readonly [LongName, string])[] {
  const named = alike.map((one) => ({ one, letters: lettersOf(one.name) }));
  const [first] = named;
  let differs = 0;
  while (named.every(({ letters }) => letters[differs] !== undefined && letters[differs] === first?.letters[differs])) {
    differs++;
  }
  const longest = Math.max(...named.map(({ letters }) => letters.length));
  const starts = [...range(differs, longest), ...range(0, differs).toReversed()];
  let left = named;
  const found: (readonly [LongName, string])[] = [];
  for (const from of starts) {
    const shown = left.map(({ one, letters }) => window(letters, from, one.room));
    left = left.filter(({ one }, at) => {
      const text = shown[at] as string;
      if (taken.has(text) || shown.indexOf(text) !== at || shown.lastIndexOf(text) !== at) return true;
      taken.add(text);
      found.push([one, text]);
      return false;
    });
    if (left.length === 0) break;
  }
  return found;
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at);

/** How a name begins, and what stands in it from a letter on. */
function window(letters: readonly string[], from: number, room: number): string {
  const lead = prefix(letters, Math.min(4, from, Math.max(0, room - 8)));
  const space = room - width(lead) - 1;
  const rest = letters.slice(from);
  const whole = prefix(rest, space);
  return `${lead}…${whole.length === rest.join('').length ? whole : `${prefix(rest, space - 1)}…`}`;
}

const PLAIN = /^[\x20-\x7e]*$/;
const lettersOf = (name: string): readonly string[] => (PLAIN.test(name) ? [...name] : [...clusters(name)]);

/** As many letters as there are columns for; `turned`: of a name from its end. */
function prefix(letters: readonly string[], columns: number, turned = false): string {
  let text = '';
  let left = columns;
  for (const letter of letters) {
    left -= width(letter);
    if (left < 0) break;
    text = turned ? letter + text : text + letter;
  }
  return text;
}
