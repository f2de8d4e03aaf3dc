import type { Document, Node, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import { FleetError } from '../../errors.ts';
import { plainWord } from './located.ts';

type Path = readonly [string, ...string[]];
/** What stands in one place of the file. */
export type Word = string | number | boolean;
/** Words, lists and groups of them. */
export type Tree = Word | readonly Tree[] | { readonly [key: string]: Tree };

/** The document while it is edited. Groups and lists come into being when something is put into them; comments stay. */
export interface Draft {
  has(path: Path): boolean;
  /** The keys of a group; none when there is no group. */
  keys(path: Path): readonly string[];
  /** The words of a list; none when there is no list. */
  items(path: Path): readonly string[];
  text(path: Path): string | undefined;
  set(path: Path, value: Word): void;
  /** A value of any kind, in place of one of any kind. */
  put(path: Path, value: Tree): void;
  addGroup(path: Path): void;
  append(path: Path, item: string): void;
  remove(path: Path): void;
  removeItems(path: Path, fits: (item: string) => boolean): void;
  /** A new name for a key; what is below it and its place stay. */
  rename(group: Path, key: string, to: string): void;
}

/** Text that some reader of YAML (1.1 or 1.2) takes for a number, a flag or nothing: it is quoted. */
const READ_AS_OTHER =
  /^(~|null|y|n|yes|no|on|off|true|false|[-+]?(\d[\d_]*(\.[\d_]*)?|\.\d+)(e[-+]?\d+)?|0[xob][\da-f_]+|[-+]?\.(inf|nan))?$/i;

const byHand = (path: readonly string[]) =>
  new FleetError(
    'config.invalid',
    `${path.join('.')} is not written in a way that drover can edit (an alias, something that an alias repeats, or another kind of value)`,
    {
      fix: 'edit the file by hand',
    },
  );

type Yaml = typeof import('yaml');

function scalarOf(yaml: Yaml, value: Word): Scalar {
  const scalar = new yaml.Scalar(String(value));
  scalar.type = typeof value === 'string' && READ_AS_OTHER.test(value) ? 'QUOTE_DOUBLE' : 'PLAIN';
  return scalar;
}

/** In one line, as people write short lists. */
function nodeOf(yaml: Yaml, document: Document, value: Tree): Node {
  if (typeof value !== 'object') return scalarOf(yaml, value);
  const node = isTreeList(value) ? new yaml.YAMLSeq(document.schema) : new yaml.YAMLMap(document.schema);
  node.flow = true;
  node.items = isTreeList(value)
    ? value.map((one) => nodeOf(yaml, document, one))
    : Object.entries(value).map(([key, one]) => document.createPair(key, nodeOf(yaml, document, one)));
  return node;
}

const isTreeList = (value: Tree): value is readonly Tree[] => Array.isArray(value);

/** `yaml` is handed in, since it is loaded when first needed. Reading follows aliases; writing through one is refused. */
export function createDraft(yaml: typeof import('yaml'), document: Document): Draft {
  const below = (node: unknown, key: string): unknown => (yaml.isMap(node) ? node.get(key, true) : undefined);
  const followed = (node: unknown): unknown => (yaml.isAlias(node) ? node.resolve(document) : node);
  const find = (path: readonly string[]): unknown =>
    path.reduce((node: unknown, key) => followed(below(node, key)), followed(document.contents));
  const isNothing = (node: unknown): boolean =>
    node === undefined ||
    node === null ||
    (yaml.isScalar(node) && node.type === 'PLAIN' && plainWord(String(node.value ?? '')) === null);

  /** Has a name (&name) by which something else in the file repeats it: a change here would be a change there too. */
  const isShared = ({ anchor }: { readonly anchor?: string }): boolean => {
    let shared = false;
    if (anchor === undefined) return false;
    yaml.visit(document, {
      Alias(_key, { source }) {
        shared ||= source === anchor;
      },
    });
    return shared;
  };

  const word = (value: Word): Scalar => scalarOf(yaml, value);

  const add = (group: YAMLMap, key: string, value: Node): void => {
    // `endpoints: {}` opens up with its first entry; braces around something are the user's style.
    if (group.items.length === 0) group.flow = false;
    if (group.has(key)) group.set(key, value);
    else group.add(document.createPair(key, value));
  };
  const emptyGroup = (): YAMLMap => {
    const group = new yaml.YAMLMap(document.schema);
    group.flow = true;
    return group;
  };
  const emptyList = (): YAMLSeq => {
    const list = new yaml.YAMLSeq(document.schema);
    list.flow = true;
    return list;
  };

  /** What stands at the end of the path, made on the way where nothing is. */
  const reach = <N extends Node>(path: readonly string[], is: (node: unknown) => node is N, make: () => N): N => {
    const group = path.length === 0 ? undefined : groupAt(path.slice(0, -1));
    const key = path.at(-1) ?? '';
    const found: unknown = group ? group.get(key, true) : document.contents;
    if (is(found)) {
      if (isShared(found as { readonly anchor?: string })) throw byHand(path);
      return found;
    }
    if (!isNothing(found)) throw byHand(path);
    const made = make();
    if (yaml.isScalar(found)) made.commentBefore = found.comment ?? null;
    if (group) add(group, key, made);
    else document.contents = made;
    return made;
  };
  const groupAt = (path: readonly string[]): YAMLMap => reach(path, yaml.isMap, emptyGroup);
  const itemText = (item: unknown): string | undefined => {
    const node = followed(item);
    return yaml.isScalar(node) ? String(node.value ?? '') : undefined;
  };
  const keys = (path: Path): readonly string[] => {
    const group = find(path);
    return yaml.isMap(group) ? group.items.flatMap(({ key }) => itemText(key) ?? []) : [];
  };

  const set: Draft['set'] = (path, value) => {
    const group = groupAt(path.slice(0, -1));
    const key = path.at(-1) ?? '';
    const old: unknown = group.get(key, true);
    if (!yaml.isScalar(old)) {
      if (!isNothing(old)) throw byHand(path);
      add(group, key, word(value));
      return;
    }
    if (isShared(old as { readonly anchor?: string })) throw byHand(path);
    const { type } = word(value);
    // Quotes that the user wrote stay where they do no harm.
    if (type === 'QUOTE_DOUBLE' || typeof value !== 'string' || !old.type?.startsWith('QUOTE'))
      old.type = type ?? 'PLAIN';
    old.value = String(value);
  };

  return {
    has: (path) => {
      const group = find(path.slice(0, -1));
      return yaml.isMap(group) && group.has(path.at(-1));
    },
    keys,
    items(path) {
      const list = find(path);
      return yaml.isSeq(list) ? list.items.flatMap((item) => itemText(item) ?? []) : [];
    },
    text(path) {
      const node = find(path);
      return isNothing(node) ? undefined : itemText(node);
    },
    set,
    put(path, value) {
      const group = groupAt(path.slice(0, -1));
      const key = path.at(-1) ?? '';
      const old: unknown = group.get(key, true);
      if (typeof value !== 'object' && (isNothing(old) || yaml.isScalar(old))) {
        set(path, value);
        return;
      }
      if (yaml.isAlias(old) || (yaml.isNode(old) && isShared(old as { readonly anchor?: string }))) throw byHand(path);
      add(group, key, nodeOf(yaml, document, value));
    },
    addGroup(path) {
      groupAt(path);
    },
    append(path, item) {
      reach(path, yaml.isSeq, emptyList).add(word(item));
    },
    remove(path) {
      const parent = path.slice(0, -1);
      if (!yaml.isMap(find(parent))) return;
      const group = groupAt(parent);
      group.delete(path.at(-1));
      if (group.items.length === 0) group.flow = true;
    },
    removeItems(path, fits) {
      const isGone = (item: unknown) => fits(itemText(item) ?? '');
      const found = find(path);
      if (!yaml.isSeq(found) || !found.items.some(isGone)) return;
      const list = reach(path, yaml.isSeq, emptyList);
      list.items = list.items.filter((item) => !isGone(item));
    },
    rename(group, key, to) {
      const pair = groupAt(group).items.find((item) => itemText(item.key) === key);
      if (pair && yaml.isScalar(pair.key)) pair.key.value = to;
    },
  };
}
