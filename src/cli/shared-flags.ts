import { FleetError } from '../errors.ts';
import type { Field, ListField, PairsField, SettingValue } from '../platforms/contract.ts';
import { complaint, parse } from '../state/fields.ts';
import { type Flag, placeholderOf, takesSeveral } from './flags.ts';

/** The flags of one platform. */
export interface PlatformFlags {
  readonly id: string;
  readonly flags: readonly Flag[];
  /** Not named in help: the simulated platform. */
  readonly unnamed: boolean;
}

/**
 * The flags of several platforms as one list, each key once, for a command that finds out later which platform it is about.
 * Their values are taken as text without limits, and become values of the one platform by `typedFor`. What not every platform
 * has says which do, and where their sentences differ only the label is left.
 */
export function sharedFlags(platforms: readonly PlatformFlags[]): readonly Flag[] {
  const keys = new Set(platforms.flatMap(({ flags }) => flags.map(({ key }) => key)));
  const named = platforms.filter(({ unnamed }) => !unnamed);
  return [...keys].map((key) => {
    const having = platforms.filter(({ flags }) => flags.some((flag) => flag.key === key));
    const flags = having.flatMap((platform) => platform.flags.filter((flag) => flag.key === key));
    const ids = having.filter(({ unnamed }) => !unnamed).map(({ id }) => id);
    const where = ids.length === 0 || ids.length === named.length ? '' : ` (${ids.join(', ')})`;
    const [first] = flags;
    const sentences = new Set(flags.map(({ help }) => help.split('\n', 1)[0] ?? ''));
    const [sentence] = sentences;
    const size = flags.every(({ kind }) => kind === 'bytes') ? ' With its unit, or in bytes.' : '';
    return {
      key,
      label: first?.label ?? key,
      help: `${sentences.size === 1 ? sentence : `${first?.label}.`}${size}${where}`,
      ...kindOfAll(flags),
      examples: [first === undefined ? 'TEXT' : placeholderOf(first)],
    };
  });
}

/** What all of them are, as far as the command line must know before it is known which of them counts. */
function kindOfAll(flags: readonly Flag[]): SharedKind {
  const [first] = flags;
  if (flags.every(({ kind }) => kind === 'flag')) {
    // It is switched off where it is on by itself.
    return { kind: 'flag', ...(flags.every((flag) => flag.default === true) && { default: true }) };
  }
  if (first?.kind === 'pairs' && flags.every(({ kind }) => kind === 'pairs')) {
    return { kind: 'pairs', one: first.one, many: first.many };
  }
  const lists = flags.flatMap((flag) => (flag.kind === 'list' ? [flag] : []));
  if (first?.kind !== 'list' || lists.length < flags.length) {
    // Where it is a list on one of them, it is given as often as there are rows.
    return { kind: 'text', ...(flags.some(takesSeveral) && { repeatable: true }) };
  }
  const items = lists.flatMap(({ item }) => item);
  const { one, many, identity } = first;
  const item = items.filter(({ key }, at) => items.findIndex((other) => other.key === key) === at);
  return { kind: 'list', one, many, identity, item };
}

type SharedKind =
  | { readonly kind: 'flag'; readonly default?: boolean }
  | { readonly kind: 'text'; readonly repeatable?: boolean }
  | Pick<PairsField, 'kind' | 'one' | 'many'>
  | Pick<ListField, 'kind' | 'one' | 'many' | 'identity' | 'item'>;

/** What was typed, as this field takes it. Throws usage with the field's own complaint. */
export function typedFor(field: Field, flag: string, typed: SettingValue): SettingValue {
  const wrong = complaint(field, typed);
  if (wrong !== undefined) throw new FleetError('usage', `--${flag}: ${wrong}`);
  const value = typeof typed === 'string' ? parse(field, typed) : typed;
  return value === undefined ? typed : value;
}
