/** Every kind of object of a platform, once: its words, and how a list of it looks on the screen and on the command line. */
import type { ListedKind, ObjectKind } from '../platforms/contract.ts';
import { flavorSpec, imageSpec } from './image-spec.ts';
import type { KindColumn, KindSpec } from './kind-spec.ts';
import { networkSpec } from './network-spec.ts';
import { snapshotSpec } from './snapshot-spec.ts';
import { storageSpec, volumeSpec } from './storage-spec.ts';

/** A kind of object: its words, and what is said of it where it is listed when a user looks. */
export interface KindEntry {
  /** `snapshot`, `VM`: in a sentence. */
  readonly one: string;
  readonly many: string;
  readonly listed?: KindSpec<ListedKind>;
}
/** By kind. A plugin's table has more than the platforms' own. */
export type KindTable = Readonly<Record<string, KindEntry>>;

export const kinds: Readonly<Record<ObjectKind, KindEntry>> = {
  vm: { one: 'VM', many: 'VMs' },
  snapshot: { one: 'snapshot', many: 'snapshots', listed: snapshotSpec },
  node: { one: 'node', many: 'nodes' },
  pool: { one: 'pool', many: 'pools' },
  endpoint: { one: 'endpoint', many: 'endpoints' },
  network: { one: 'network', many: 'networks', listed: networkSpec },
  storage: { one: 'storage', many: 'storages', listed: storageSpec },
  volume: { one: 'volume', many: 'volumes', listed: volumeSpec },
  image: { one: 'image', many: 'images', listed: imageSpec },
  flavor: { one: 'flavor', many: 'flavors', listed: flavorSpec },
};

const entryOf = (table: KindTable, kind: string): KindEntry => table[kind] ?? { one: kind, many: `${kind}s` };

export const oneOf = (table: KindTable, kind: ObjectKind): string => entryOf(table, kind).one;
export const manyOf = (table: KindTable, kind: ObjectKind): string => entryOf(table, kind).many;
/** `3 snapshots`, `1 VM`. */
export const countOf = (table: KindTable, kind: ObjectKind, count: number): string =>
  `${count} ${count === 1 ? oneOf(table, kind) : manyOf(table, kind)}`;

/** `VMs`, `Snapshots`: the chapters of help, by what actions are about; what drover has itself comes last. */
export const chaptersOf = (table: KindTable): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(table).map(([kind, { many }]) => [kind, many.replace(/^./, (one) => one.toUpperCase())] as const),
    ['endpoint', 'Endpoints'],
    ['view', 'Screen'],
  ]);

/** The kinds that are listed when a user looks. */
export const listedKinds = (table: KindTable): readonly ListedKind[] =>
  Object.keys(table).filter((kind): kind is ListedKind => table[kind]?.listed !== undefined);

/** What is said of a kind that is listed. */
export function specOf<K extends ListedKind>(table: KindTable, kind: K): KindSpec<K> {
  const spec = table[kind]?.listed;
  if (!spec) throw new RangeError(`${kind} is not listed`);
  return spec as KindSpec<K>;
}

/** The columns of a kind's tables; the first is its name. */
export const columnsOf = (table: KindTable, kind: ListedKind): readonly KindColumn[] =>
  specOf(table, kind).keys.flatMap((key) => (key.title === undefined ? [] : [{ ...key, title: key.title }]));
