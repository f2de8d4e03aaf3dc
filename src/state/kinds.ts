/** Every kind of object of a platform, once: its words, and how a list of it looks on the screen and on the command line. */
import type { OwnerKind } from '../ids.ts';
import type { ListedKind, ObjectKind } from '../platforms/contract.ts';
import { addressSpec } from './address-spec.ts';
import { backupSpec } from './backup-spec.ts';
import { balancerSpec } from './balancer-spec.ts';
import { bucketSpec, fileSpec } from './bucket-specs.ts';
import { flavorSpec, imageSpec } from './image-spec.ts';
import { keyPairSpec } from './key-pair-spec.ts';
import type { KindColumn, KindKey, KindSpec } from './kind-spec.ts';
import { dnsSpec, leaseSpec } from './name-specs.ts';
import { networkSpec } from './network-spec.ts';
import { diskSpec, nicSpec } from './part-specs.ts';
import { routerSpec } from './router-spec.ts';
import { securityGroupSpec, securityRuleSpec } from './security-specs.ts';
import { snapshotSpec } from './snapshot-spec.ts';
import { storageSpec, volumeSpec } from './storage-spec.ts';
import { subnetSpec } from './subnet-spec.ts';
import { volumeSnapshotSpec } from './volume-snapshot-spec.ts';
import { nodeSpec, poolSpec, type WatchedSpec } from './watched-specs.ts';
import { zoneSpec } from './zone-spec.ts';

/** A kind of object: its words, and what is said of it where it is listed when a user looks, or comes out of the fleet. */
export interface KindEntry {
  /** `snapshot`, `VM`: in a sentence. */
  readonly one: string;
  readonly many: string;
  readonly listed?: KindSpec<ListedKind>;
  readonly watched?: WatchedSpec;
}
/** By kind. A plugin's table has more than the platforms' own. */
export type KindTable = Readonly<Record<string, KindEntry>>;

export const kinds: Readonly<Record<ObjectKind, KindEntry>> = {
  vm: { one: 'VM', many: 'VMs' },
  snapshot: { one: 'snapshot', many: 'snapshots', listed: snapshotSpec },
  disk: { one: 'disk', many: 'disks', listed: diskSpec },
  nic: { one: 'NIC', many: 'NICs', listed: nicSpec },
  node: { one: 'node', many: 'nodes', watched: nodeSpec },
  pool: { one: 'pool', many: 'pools', watched: poolSpec },
  endpoint: { one: 'endpoint', many: 'endpoints' },
  network: { one: 'network', many: 'networks', listed: networkSpec },
  subnet: { one: 'subnet', many: 'subnets', listed: subnetSpec },
  router: { one: 'router', many: 'routers', listed: routerSpec },
  securitygroup: { one: 'security group', many: 'security groups', listed: securityGroupSpec },
  securityrule: { one: 'security rule', many: 'security rules', listed: securityRuleSpec },
  keypair: { one: 'key pair', many: 'key pairs', listed: keyPairSpec },
  address: { one: 'address', many: 'addresses', listed: addressSpec },
  bucket: { one: 'bucket', many: 'buckets', listed: bucketSpec },
  file: { one: 'file', many: 'files', listed: fileSpec },
  lease: { one: 'lease', many: 'leases', listed: leaseSpec },
  zone: { one: 'DNS zone', many: 'DNS zones', listed: zoneSpec },
  dns: { one: 'DNS entry', many: 'DNS entries', listed: dnsSpec },
  balancer: { one: 'load balancer', many: 'load balancers', listed: balancerSpec },
  storage: { one: 'storage', many: 'storages', listed: storageSpec },
  volume: { one: 'volume', many: 'volumes', listed: volumeSpec },
  volumesnapshot: { one: 'volume snapshot', many: 'volume snapshots', listed: volumeSnapshotSpec },
  image: { one: 'image', many: 'images', listed: imageSpec },
  flavor: { one: 'flavor', many: 'flavors', listed: flavorSpec },
  backup: { one: 'backup', many: 'backups', listed: backupSpec },
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
    ['template', 'Templates'],
    ['group', 'Groups of templates'],
    ['library', 'Template library'],
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
  columnsIn(specOf(table, kind).keys);

/** Those of these keys that tables show. */
export const columnsIn = (keys: readonly KindKey[]): readonly KindColumn[] =>
  keys.flatMap((key) => (key.title === undefined ? [] : [{ ...key, title: key.title }]));

/** What stands before the name of something that is listed of an object: `VM `, `SECURITYGROUP `; empty of endpoints. */
export const ownerWord = (table: KindTable, owner: OwnerKind | undefined): string =>
  owner === undefined || owner === 'endpoint' ? '' : `${oneOf(table, owner).toUpperCase().replaceAll(' ', '')} `;
