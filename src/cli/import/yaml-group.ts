/** YAML of other tools: words below keys, as their own readers take them. */
import { FleetError } from '../../errors.ts';
import type { Located } from '../../state/config/located.ts';
import { spellProblem } from '../../state/config/problem.ts';
import { openYaml } from '../../state/config/yaml-file.ts';

type Values = ReadonlyMap<string, Located>;

/** Keys with what is below them. What is not there, or of another kind, is undefined or empty. */
export interface Group {
  readonly values: Values;
  /** A word that is not empty. */
  text(key: string): string | undefined;
  /** Undefined for what is neither yes nor no. */
  flag(key: string): boolean | undefined;
  /** The words of a list; what is no word is left out. */
  words(key: string): readonly string[];
  /** The groups of a list. */
  groups(key: string): readonly Group[];
  group(key: string): Group;
}

/** YAML 1.1's words, which Python's and Go's readers take. */
const YES = /^(y|yes|true|on)$/i;
const NO = /^(n|no|false|off)$/i;

/** The key that takes other groups in (https://yaml.org/type/merge.html). */
const MERGE = '<<';

const wordOf = (value: Located | undefined): string | undefined =>
  value?.kind === 'scalar' && value.text !== '' ? value.text : undefined;

function valuesOf(tree: Located | undefined): Values {
  if (tree?.kind !== 'map') return new Map();
  const merged = tree.entries.get(MERGE)?.value;
  const bases = merged?.kind === 'list' ? merged.items : merged ? [merged] : [];
  // The first base that has a key wins over the later ones, and the group itself over all.
  const values = new Map(bases.toReversed().flatMap((base) => [...valuesOf(base)]));
  for (const [key, { value }] of tree.entries) if (key !== MERGE) values.set(key, value);
  return values;
}

export function groupOf(values: Values): Group {
  const items = (key: string): readonly Located[] => {
    const value = values.get(key);
    return value?.kind === 'list' ? value.items : [];
  };
  return {
    values,
    text: (key) => wordOf(values.get(key)),
    flag(key) {
      const word = wordOf(values.get(key)) ?? '';
      if (YES.test(word)) return true;
      return NO.test(word) ? false : undefined;
    },
    words: (key) => items(key).flatMap((item) => wordOf(item) ?? []),
    groups: (key) => items(key).flatMap((item) => (item.kind === 'map' ? groupOf(valuesOf(item)) : [])),
    group: (key) => groupOf(valuesOf(values.get(key))),
  };
}

/** JSON is YAML too. Throws config.invalid that names file, line and column; it never quotes the line. */
export async function readYaml(path: string, text: string): Promise<Group> {
  const { tree, broken } = await openYaml(path, text);
  const [first] = broken;
  if (first) throw new FleetError('config.invalid', spellProblem(first));
  return groupOf(valuesOf(tree));
}
