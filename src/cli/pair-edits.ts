/** Single pairs of a setting, where the others stay: `--add-metadata site=south`, `--append-metadata`, `--remove-metadata site`. */
import { pairOf } from '../actions/text-in.ts';
import { FleetError } from '../errors.ts';
import { isPairs, type Pairs, type PairsField, type Settings, type SettingsField } from '../platforms/contract.ts';
import type { Flag, ParsedFlags } from './flags.ts';

type Way = 'add' | 'append' | 'remove';
/** Key of a field of pairs -> its pairs as they become. */
export type PairEdits = ReadonlyMap<string, (now: Pairs) => Pairs>;

/** The flags for one field. */
export const pairFlags = (field: PairsField): readonly Flag[] => {
  const { key, label, one, many } = field;
  const pairs = { kind: 'text', repeatable: true, examples: ['KEY=VALUE'] } as const;
  return [
    { ...pairs, key: `add-${key}`, label, help: `Set one ${one} of ${key}; the other ${many} stay.` },
    {
      ...pairs,
      key: `append-${key}`,
      label,
      help: `Add to the value of one ${one}, behind a comma; the other ${many} stay.`,
    },
    { ...pairs, key: `remove-${key}`, label, help: `Take one ${one} away; the other ${many} stay.`, examples: ['KEY'] },
  ];
};

/** Takes them out of what was given. Throws usage for what is no pair, and for a field that this VM has not. */
export function takePairEdits(
  { values, repeated }: Pick<ParsedFlags, 'values' | 'repeated'>,
  fields: readonly SettingsField[],
): { readonly edits: PairEdits; readonly left: Pick<ParsedFlags, 'values' | 'repeated'> } {
  const edits = new Map<string, (now: Pairs) => Pairs>();
  const left = { ...repeated };
  for (const [flag, texts] of Object.entries(repeated)) {
    const [, way, key = ''] = /^(add|append|remove)-(.+)$/.exec(flag) ?? [];
    if (way === undefined || !fields.some((field) => field.key === key && field.kind === 'pairs')) continue;
    if (Object.hasOwn(repeated, key))
      throw new FleetError('usage', `--${flag}: --${key} says all that it has already`, { fix: 'give one of the two' });
    delete left[flag];
    const before = edits.get(key) ?? ((now: Pairs) => now);
    edits.set(key, (now) => texts.reduce((pairs, text) => edited(pairs, way as Way, text, flag), before(now)));
  }
  // What is wrong with a pair is said before anything is asked of a host.
  for (const edit of edits.values()) edit({});
  return { edits, left: { values, repeated: left } };
}

function edited(pairs: Pairs, way: Way, text: string, flag: string): Pairs {
  if (way === 'remove') return Object.fromEntries(Object.entries(pairs).filter(([key]) => key !== text));
  const pair = pairOf(text);
  if (!pair) throw new FleetError('usage', `--${flag}: must be KEY=VALUE`);
  const [key, value] = pair;
  const now = Object.hasOwn(pairs, key) ? pairs[key] : undefined;
  return { ...pairs, [key]: way === 'append' && now ? `${now},${value}` : value };
}

/** The settings that come of it, out of those that there are. */
export const pairsAfter = (edits: PairEdits, now: Settings): Settings =>
  Object.fromEntries(
    [...edits].map(([key, edit]) => {
      const pairs = now[key];
      return [key, edit(pairs !== undefined && isPairs(pairs) ? pairs : {})];
    }),
  );

/** With pairs that are set one by one before that: what kcli's parameters say leaves the others as they are. */
export function withPairs(edits: PairEdits, values: Settings): PairEdits {
  const all = new Map(edits);
  for (const [key, pairs] of Object.entries(values)) {
    const after = edits.get(key) ?? ((now: Pairs) => now);
    if (isPairs(pairs)) all.set(key, (now) => after({ ...now, ...pairs }));
  }
  return all;
}
