/** What is said of a new VM by keys, each with the place where it stands. */
import type { Located } from '../config/located.ts';
import type { Written } from '../fields.ts';

export interface Said {
  readonly value: Written;
  /** What an error calls it: `memory (config.yaml:12)`. */
  readonly where: string;
}

/** By key; words and units are kcli's, or the names of the flags. */
export type Preset = ReadonlyMap<string, Said>;

/** What is below, with what stands over it behind: of two words for the same the last counts. */
export const over = (below: Preset, above: Preset): Preset =>
  new Map([...[...below].filter(([key]) => !above.has(key)), ...above]);

/** Of a profile with a `base`, and of a rule, these are joined to what was there; everything else is replaced. */
const JOINED: readonly string[] = ['cmds', 'commands', 'scripts', 'files'];

export const joined = (below: Preset, above: Preset): Preset =>
  over(
    below,
    new Map(
      [...above].map(([key, said]): readonly [string, Said] => {
        const [first, second] = [below.get(key)?.value, said.value];
        return JOINED.includes(key) && Array.isArray(first) && Array.isArray(second)
          ? [key, { ...said, value: [...first, ...second] }]
          : [key, said];
      }),
    ),
  );

/** What stands in a file, without its places. */
export function writtenOf(tree: Located): Written {
  switch (tree.kind) {
    case 'scalar':
      return tree.text;
    case 'list':
      return tree.items.map(writtenOf);
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, writtenOf(value)]));
    case 'nothing':
      return null;
  }
}
