/** A parsed YAML file as plain data that remembers where it stood. Aliases are followed, comments are left out. */
import type { Position } from './problem.ts';

interface LocatedScalar {
  readonly kind: 'scalar';
  readonly at: Position;
  /** As it stands in the file, without quotes and escapes: `0123` stays `0123`. */
  readonly text: string;
  readonly quoted: boolean;
}

interface LocatedList {
  readonly kind: 'list';
  readonly at: Position;
  readonly items: readonly Located[];
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly at: Position;
  readonly entries: ReadonlyMap<string, LocatedEntry>;
}

export interface LocatedEntry {
  /** Where the key stands. */
  readonly at: Position;
  readonly value: Located;
}

/** `nothing` is a key without a value, or an explicit null. */
export type Located = LocatedScalar | LocatedList | LocatedMap | { readonly kind: 'nothing'; readonly at: Position };

export const emptyMap: LocatedMap = { kind: 'map', at: { line: 1, column: 1 }, entries: new Map() };

/** What stands at this path of keys; undefined when the path ends before. */
export function locate(tree: Located, path: readonly string[]): Located | undefined {
  let found: Located | undefined = tree;
  for (const key of path) {
    found = found?.kind === 'map' ? found.entries.get(key)?.value : undefined;
  }
  return found;
}

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

/** What an unquoted word means: YAML's null, booleans and plain decimal numbers; all else is text, `0123` and `1e3` too. */
export function plainWord(text: string): string | number | boolean | null {
  if (text === '' || text === '~' || text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return NUMBER.test(text) ? Number(text) : text;
}

/** The values alone, for parts of the file that other modules read (theme, keys). */
export function plainOf(tree: Located | undefined): Plain {
  switch (tree?.kind) {
    case 'map':
      return Object.fromEntries([...tree.entries].map(([key, entry]) => [key, plainOf(entry.value)]));
    case 'list':
      return tree.items.map(plainOf);
    case 'scalar':
      return tree.quoted ? tree.text : plainWord(tree.text);
    default:
      return null;
  }
}
