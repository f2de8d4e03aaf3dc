/** The language of filters, whatever they are over: what is typed becomes a test of one thing. */
import { didYouMean } from '../../nearest.ts';
import { isTooLarge, lacksUnit, parseBytes } from '../../units.ts';
import type { Fleet } from '../fleet/fleet.ts';

/** Something in a query that can't be understood; `at` counts characters from 0. */
export interface FilterProblem {
  readonly at: number;
  /** Sentence without a full stop. */
  readonly message: string;
}

/** Which things are shown. */
export interface QueryFilter<Thing> {
  accepts(thing: Thing): boolean;
  /** True when the answer can change without a row coming or going: it looks at states or samples. */
  readonly live: boolean;
  /** It looks at samples, which have to be waited for. */
  readonly sampled?: true;
}

export interface CompiledQuery<Thing> {
  /** Undefined when the query says nothing (yet): everything is shown. */
  readonly filter: QueryFilter<Thing> | undefined;
  /** The first term that can't be understood is left out and reported. */
  readonly problem: FilterProblem | undefined;
  /** The first term without a value, as in `plan:`. The user is still typing it, or a script's variable was empty. */
  readonly unfinished: FilterProblem | undefined;
  /** For when nothing passes: the first term that compares a whole text, and how parts of it are found. */
  readonly hint?: FilterProblem;
}

/** A word that compares a number. NaN fits nothing. */
interface ComparedNumber<Thing> {
  readonly size: boolean;
  /** An amount of memory, where a small number without a unit is a mistake and would fit everything. */
  readonly memory?: true;
  /** It changes by itself. */
  readonly live: boolean;
  /** That comes with the inventory, not with samples, which have to be waited for. */
  readonly listed?: true;
  readonly of: (thing: Thing, fleet: Fleet) => number;
}

/** What can be asked of one kind of thing. */
export interface QueryLanguage<Thing> {
  /** Words that compare a text, with what they look at. */
  readonly texts: Readonly<Record<string, (thing: Thing, fleet: Fleet) => readonly (string | undefined)[]>>;
  readonly numbers: Readonly<Record<string, ComparedNumber<Thing>>>;
  /** What people of other tools type, and what it is here. */
  readonly otherWords: Readonly<Record<string, string>>;
  /** All that `state:` can be compared with. */
  readonly states: readonly string[];
  readonly otherStates: Readonly<Record<string, string>>;
  /** Whether a word alone, in small letters, is found in it. */
  readonly anywhere: (thing: Thing, word: string) => boolean;
}

/** What is typed may be `constructor`, which every object has. */
const entryOf = <Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

const keysOf = ({ texts, numbers }: QueryLanguage<never>): readonly string[] => [
  ...Object.keys(texts),
  ...Object.keys(numbers),
];

/**
 * `cpu>80 state:running pool:prod tag:web !name:db*`: all terms must fit. A word alone is looked for where the language
 * says; `key:value` compares a whole text, with `*` for anything (a command may act on what passes: `name:web1` must not be
 * web10); commas or `|` stand between alternatives, also of words alone (`web|db`), unless they are between quotes;
 * `key>n`, `key<n`, `>=`, `<=`, `=` compare numbers; `!` turns a term round; quotes keep blanks together. Case never matters.
 */
export function compileQuery<Thing>(query: string, fleet: Fleet, language: QueryLanguage<Thing>): CompiledQuery<Thing> {
  const tests: CompiledTerm<Thing>['test'][] = [];
  let live = false;
  let sampled = false;
  let problem: FilterProblem | undefined;
  let unfinished: FilterProblem | undefined;
  let hint: FilterProblem | undefined;
  for (const { at, not, text } of termsOf(query)) {
    const compiled = compileTerm(text, not, fleet, language);
    if (typeof compiled === 'string') problem ??= { at, message: compiled };
    else if (compiled) {
      tests.push(compiled.test);
      live ||= compiled.live;
      sampled ||= compiled.sampled === true;
      if (compiled.hint !== undefined) hint ??= { at, message: compiled.hint };
    } else unfinished ??= { at, message: `${text} does not say what` };
  }
  return {
    filter:
      tests.length === 0
        ? undefined
        : { live, ...(sampled && { sampled }), accepts: (thing) => tests.every((test) => test(thing)) },
    problem,
    unfinished,
    ...(hint && { hint }),
  };
}

interface Term {
  readonly at: number;
  readonly not: boolean;
  readonly text: string;
}

function* termsOf(query: string): Generator<Term> {
  for (const match of query.matchAll(/(!?)((?:"[^"]*"?|\S)+)/g)) {
    const [, not = '', text = ''] = match;
    yield { at: match.index, not: not !== '', text: unquoted(text).toLowerCase() };
  }
}

/** Stands for a `|` between quotes, which is a character like any other. */
const QUOTED_BAR = '\0';
const unquoted = (text: string): string =>
  text.replace(/"[^"]*"?/g, (quoted) => quoted.replaceAll('|', QUOTED_BAR)).replaceAll('"', '');
const alternativesOf = (value: string, separator: RegExp): readonly string[] =>
  value
    .split(separator)
    .filter((one) => one !== '')
    .map((one) => one.replaceAll(QUOTED_BAR, '|'));

interface CompiledTerm<Thing> {
  readonly test: (thing: Thing) => boolean;
  readonly live: boolean;
  readonly sampled?: boolean;
  readonly hint?: string;
}

/** The test of one term; a sentence when it can't be understood; undefined while it is still being typed. */
function compileTerm<Thing>(
  text: string,
  not: boolean,
  fleet: Fleet,
  language: QueryLanguage<Thing>,
): CompiledTerm<Thing> | string | undefined {
  type Test = CompiledTerm<Thing>['test'];
  const turned = (test: Test): Test => (not ? (thing) => !test(thing) : test);
  const anywhere = language.anywhere;
  const match = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/s.exec(text);
  if (!match) {
    const words = alternativesOf(text, /\|/);
    if (words.length === 0) return 'a | stands right between two alternatives, as in web|db';
    return { test: turned((thing) => words.some((one) => anywhere(thing, one))), live: false };
  }
  const [, word = '', operator = '', value = ''] = match;
  const key = entryOf(language.otherWords, word) ?? word;
  const texts = entryOf(language.texts, key);
  const number = entryOf(language.numbers, key);
  // fe80::1 and other words with a colon in them are not questions.
  if (!texts && !number) {
    return operator === ':' && value.includes(':')
      ? { test: turned((thing) => anywhere(thing, text)), live: false }
      : `there is nothing called ${word} to filter by${didYouMean(word, keysOf(language))}`;
  }
  if (value === '') return undefined;
  if (texts) {
    if (operator !== ':' && operator !== '=') return `${key} is a text: write ${key}:${value}`;
    const given = alternativesOf(value, /[,|]/);
    if (given.length === 0) return undefined;
    const second = given.find((one) => keysOf(language).includes(/^([a-z]+)[:<>=]/.exec(one)?.[1] ?? ''));
    if (second !== undefined) return `${second} is a second comparison: only values of ${key} can be alternatives here`;
    const alternatives = given.map((one) => (key === 'state' ? (entryOf(language.otherStates, one) ?? one) : one));
    if (key === 'state') {
      const wrong = alternatives.find(
        (one) => !one.includes('*') && !language.states.some((state) => state.startsWith(one)),
      );
      if (wrong !== undefined) return `there is no state ${wrong}${didYouMean(wrong, language.states)}`;
    }
    const patterns = alternatives.map((one) => patternOf(one, key === 'state'));
    return {
      live: key === 'state' || key === 'trouble',
      ...(!not && key !== 'state' && given.every((one) => !one.includes('*')) && { hint: hintOf(key, given[0] ?? '') }),
      test: turned((thing) =>
        texts(thing, fleet).some((own) => own !== undefined && patterns.some((one) => one.test(own))),
      ),
    };
  }
  if (!number) return undefined;
  const limit = number.size ? parseBytes(value) : Number(value.replace(/%$/, ''));
  if (limit === undefined || Number.isNaN(limit)) {
    if (!number.size) return `${value} is no number`;
    return isTooLarge(value) ? `${value} is too large` : `${value} is no size like 512M or 4G`;
  }
  if (number.memory && lacksUnit(value)) {
    return `${key} needs a unit: ${value}M, ${value}G; a number alone counts bytes`;
  }
  const compare = COMPARE[operator] ?? isEqual;
  return {
    live: number.live,
    sampled: number.live && !number.listed,
    test(thing) {
      const value = number.of(thing, fleet);
      // What is not known is neither above nor not above.
      return !Number.isNaN(value) && compare(value, limit) !== not;
    },
  };
}

const isEqual = (value: number, limit: number) => value === limit;
const COMPARE: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '>': (value, limit) => value > limit,
  '<': (value, limit) => value < limit,
  '>=': (value, limit) => value >= limit,
  '<=': (value, limit) => value <= limit,
};

const hintOf = (key: string, value: string): string =>
  `${key}: compares the whole text: ${key}:*${value}* finds parts of it`;

/** Names fit as a whole, so that `tag:web` is not `webmail`; a state may be shortened. */
function patternOf(glob: string, shortened: boolean): RegExp {
  const source = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}${shortened ? '' : '$'}`, 'is');
}
