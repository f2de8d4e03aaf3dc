import { endpointOf } from '../../ids.ts';
import { didYouMean } from '../../nearest.ts';
import { VM_STATES, type Vm } from '../../platforms/contract.ts';
import { isTooLarge, lacksUnit, parseBytes } from '../../units.ts';
import { type Fleet, troubleOf } from '../fleet/fleet.ts';
import { noteOf } from '../fleet/note-of.ts';
import { userPoolsAbove } from '../fleet/pool-of.ts';
import type { VmSample } from '../fleet/samples.ts';
import type { TreeFilter } from './sieve.ts';

/** Something in a query that can't be understood; `at` counts characters from 0. */
export interface FilterProblem {
  readonly at: number;
  /** Sentence without a full stop. */
  readonly message: string;
}

export interface CompiledFilter {
  /** Undefined when the query says nothing (yet): everything is shown. */
  readonly filter: TreeFilter | undefined;
  /** The first term that can't be understood is left out and reported. */
  readonly problem: FilterProblem | undefined;
  /** The first term without a value, as in `plan:`. The user is still typing it, or a script's variable was empty. */
  readonly unfinished: FilterProblem | undefined;
  /** For when nothing passes: the first term that compares a whole text, and how parts of it are found. */
  readonly hint?: FilterProblem;
}

type Test = (vm: Vm) => boolean;

/** Words that compare a text, with what they look at. */
const TEXTS: Readonly<Record<string, (vm: Vm, fleet: Fleet) => readonly (string | undefined)[]>> = {
  name: (vm) => [vm.name],
  state: (vm) => [vm.state],
  tag: (vm) => vm.tags,
  ip: (vm) => vm.ips,
  node: (vm, fleet) => [vm.node === undefined ? undefined : fleet.nodes.get(vm.node)?.name],
  pool: (vm, fleet) => poolNames(vm, fleet),
  endpoint: (vm) => [endpointOf(vm.id)],
  platform: (vm, fleet) => [fleet.endpoints.get(endpointOf(vm.id))?.platform],
  plan: (vm) => [vm.plan],
  profile: (vm) => [vm.profile],
  image: (vm) => [vm.image],
  note: (vm, fleet) => [noteOf(vm, fleet)?.text],
  trouble: (vm) => [troubleOf(vm)],
};

interface Compared {
  readonly size: boolean;
  /** An amount of memory, where a small number without a unit is a mistake and would fit every VM. */
  readonly memory?: true;
  readonly live: boolean;
  readonly of: (vm: Vm, fleet: Fleet) => number;
}

/** Words that compare a number; cpu in percent of the VM's own vCPUs, sizes in bytes, rates in bytes a second. NaN fits nothing. */
const NUMBERS: Readonly<Record<string, Compared>> = {
  cpu: { size: false, live: true, of: (vm, fleet) => fleet.samples.cpu(vm.id) * 100 },
  mem: { size: true, memory: true, live: true, of: (vm, fleet) => fleet.samples.memory(vm.id) },
  memory: { size: true, memory: true, live: false, of: (vm) => vm.memory },
  cpus: { size: false, live: false, of: (vm) => vm.cpus },
  disk: { size: true, live: true, of: (vm, fleet) => sum(fleet.samples.of(vm.id), 'diskRead', 'diskWrite') },
  net: { size: true, live: true, of: (vm, fleet) => sum(fleet.samples.of(vm.id), 'netRx', 'netTx') },
};

const sum = (sample: VmSample, one: keyof VmSample, other: keyof VmSample) => sample[one] + sample[other];

/** What people of other tools type: kcli says status, up and down. */
const OTHER_WORDS: Readonly<Record<string, string>> = { status: 'state', tags: 'tag', ips: 'ip', host: 'node' };
export const OTHER_STATES: Readonly<Record<string, string>> = {
  up: 'running',
  down: 'stopped',
  on: 'running',
  off: 'stopped',
};

/** What is typed may be `constructor`, which every object has. */
const entryOf = <Value>(table: Readonly<Record<string, Value>>, word: string): Value | undefined =>
  Object.hasOwn(table, word) ? table[word] : undefined;

const KEYS = [...Object.keys(TEXTS), ...Object.keys(NUMBERS)];

/**
 * `cpu>80 state:running pool:prod tag:web !name:db*`: all terms must fit. A word alone is looked for in name, IPs and
 * tags; `key:value` compares a whole text, with `*` for anything (a command may act on what passes: `name:web1` must not be web10); commas
 * or `|` stand between alternatives, also of words alone (`web|db`), unless they are between quotes; `key>n`, `key<n`,
 * `>=`, `<=`, `=` compare numbers; `!` turns a term round; quotes keep blanks together. Case never matters.
 */
export function compileFilter(query: string, fleet: Fleet): CompiledFilter {
  const tests: Test[] = [];
  let live = false;
  let sampled = false;
  let problem: FilterProblem | undefined;
  let unfinished: FilterProblem | undefined;
  let hint: FilterProblem | undefined;
  for (const { at, not, text } of termsOf(query)) {
    const compiled = compileTerm(text, not, fleet);
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
        : { live, ...(sampled && { sampled }), accepts: (vm) => tests.every((test) => test(vm)) },
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

interface CompiledTerm {
  readonly test: Test;
  readonly live: boolean;
  readonly sampled?: boolean;
  readonly hint?: string;
}

/** The test of one term; a sentence when it can't be understood; undefined while it is still being typed. */
function compileTerm(text: string, not: boolean, fleet: Fleet): CompiledTerm | string | undefined {
  const turned = (test: Test): Test => (not ? (vm) => !test(vm) : test);
  const match = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/s.exec(text);
  if (!match) {
    const words = alternativesOf(text, /\|/);
    if (words.length === 0) return 'a | stands right between two alternatives, as in web|db';
    return { test: turned((vm) => words.some((one) => anywhere(one)(vm))), live: false };
  }
  const [, word = '', operator = '', value = ''] = match;
  const key = entryOf(OTHER_WORDS, word) ?? word;
  const texts = entryOf(TEXTS, key);
  const number = entryOf(NUMBERS, key);
  // fe80::1 and other words with a colon in them are not questions.
  if (!texts && !number) {
    return operator === ':' && value.includes(':')
      ? { test: turned(anywhere(text)), live: false }
      : `there is nothing called ${word} to filter by${didYouMean(word, KEYS)}`;
  }
  if (value === '') return undefined;
  if (texts) {
    if (operator !== ':' && operator !== '=') return `${key} is a text: write ${key}:${value}`;
    const given = alternativesOf(value, /[,|]/);
    if (given.length === 0) return undefined;
    const second = given.find((one) => KEYS.includes(/^([a-z]+)[:<>=]/.exec(one)?.[1] ?? ''));
    if (second !== undefined) return `${second} is a second comparison: only values of ${key} can be alternatives here`;
    const alternatives = given.map((one) => (key === 'state' ? (entryOf(OTHER_STATES, one) ?? one) : one));
    if (key === 'state') {
      const wrong = alternatives.find((one) => !one.includes('*') && !VM_STATES.some((state) => state.startsWith(one)));
      if (wrong !== undefined) return `there is no state ${wrong}${didYouMean(wrong, VM_STATES)}`;
    }
    const patterns = alternatives.map((one) => patternOf(one, key === 'state'));
    return {
      live: key === 'state' || key === 'trouble',
      ...(!not && key !== 'state' && given.every((one) => !one.includes('*')) && { hint: hintOf(key, given[0] ?? '') }),
      test: turned((vm) => texts(vm, fleet).some((own) => own !== undefined && patterns.some((one) => one.test(own)))),
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
    sampled: number.live,
    test(vm) {
      const value = number.of(vm, fleet);
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

const anywhere =
  (word: string): Test =>
  (vm) =>
    vm.name.toLowerCase().includes(word) ||
    vm.ips.some((ip) => ip.includes(word)) ||
    vm.tags.some((tag) => tag.toLowerCase().includes(word));

const hintOf = (key: string, value: string): string =>
  `${key}: compares the whole text: ${key}:*${value}* finds parts of it`;

/** Names fit as a whole, so that `tag:web` is not `webmail`; a state may be shortened. */
function patternOf(glob: string, shortened: boolean): RegExp {
  const source = glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}${shortened ? '' : '$'}`, 'is');
}

/** Every pool around a VM, the platform's and the user's. */
function poolNames(vm: Vm, fleet: Fleet): readonly (string | undefined)[] {
  const names: (string | undefined)[] = [];
  const node = vm.node === undefined ? undefined : fleet.nodes.get(vm.node);
  const own = node?.pool ?? vm.pool;
  let platformPool = own === undefined ? undefined : fleet.pools.get(own);
  for (let depth = 0; platformPool && depth < MOST_NESTED; depth++) {
    names.push(platformPool.name);
    platformPool = platformPool.parent === undefined ? undefined : fleet.pools.get(platformPool.parent);
  }
  for (const { name } of userPoolsAbove(fleet, vm.node, endpointOf(vm.id))) names.push(name);
  return names;
}

/** A server that reports a pool inside itself must not hang the screen. */
const MOST_NESTED = 32;
