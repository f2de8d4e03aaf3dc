/** Every kind of object of a platform, once: its words, and how a list of it looks on the screen and on the command line. */
import type { ListedKind, ObjectKind } from '../platforms/contract.ts';
import type { KindColumn, KindSpec } from './kind-spec.ts';
import { snapshotSpec } from './snapshot-spec.ts';

interface Words {
  readonly one: string;
  readonly many: string;
}

const WORDS: Readonly<Record<ObjectKind, Words>> = {
  pool: { one: 'pool', many: 'pools' },
  node: { one: 'node', many: 'nodes' },
  vm: { one: 'VM', many: 'VMs' },
  snapshot: { one: 'snapshot', many: 'snapshots' },
};

/** `snapshot`, `VM`: in a sentence. */
export const oneOf = (kind: ObjectKind): string => WORDS[kind].one;
export const manyOf = (kind: ObjectKind): string => WORDS[kind].many;
/** `3 snapshots`, `1 VM`. */
export const countOf = (kind: ObjectKind, count: number): string =>
  `${count} ${count === 1 ? WORDS[kind].one : WORDS[kind].many}`;

export const kinds: { readonly [K in ListedKind]: KindSpec<K> } = { snapshot: snapshotSpec };

/** The columns of a kind's tables; the first is its name. */
export const columnsOf = (kind: ListedKind): readonly KindColumn[] =>
  kinds[kind].keys.flatMap((key) => (key.title === undefined ? [] : [{ ...key, title: key.title }]));
