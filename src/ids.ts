/** Every kind of object, in the singular: error codes and names of tables follow from these. */
export const KINDS = [
  'vm',
  'node',
  'endpoint',
  'pool',
  'snapshot',
  'disk',
  'nic',
  'storage',
  'volume',
  'network',
  'lease',
  'dns',
  'image',
  'flavor',
  'backup',
  'volumesnapshot',
  'subnet',
  'securitygroup',
  'securityrule',
  'keypair',
  'address',
  'bucket',
  'file',
  'zone',
  'balancer',
  'router',
] as const;
export type Kind = (typeof KINDS)[number];

/**
 * `<endpoint>/<native id>`, opaque everywhere else. A name is never an id: two VMs may share one.
 * The endpoint's name has no slash (the config checks), the native id may have some.
 */
declare const kind: unique symbol;
export type Id<K extends Kind = Kind> = string & { readonly [kind]: K };

export type EndpointName = Id<'endpoint'>;
export type PoolId = Id<'pool'>;
export type NodeId = Id<'node'>;
export type VmId = Id<'vm'>;
export type SnapshotId = Id<'snapshot'>;
export type DiskId = Id<'disk'>;
export type NicId = Id<'nic'>;
/** What hangs under a VM. */
export type PartId = SnapshotId | DiskId | NicId;
export type StorageId = Id<'storage'>;
export type VolumeId = Id<'volume'>;
export type VolumeSnapshotId = Id<'volumesnapshot'>;
export type NetworkId = Id<'network'>;
export type LeaseId = Id<'lease'>;
export type DnsId = Id<'dns'>;
export type ImageId = Id<'image'>;
export type FlavorId = Id<'flavor'>;
export type BackupId = Id<'backup'>;
export type SubnetId = Id<'subnet'>;
export type SecurityGroupId = Id<'securitygroup'>;
export type ZoneId = Id<'zone'>;
export type BalancerId = Id<'balancer'>;
export type RouterId = Id<'router'>;
export type BucketId = Id<'bucket'>;
export type FileId = Id<'file'>;
export type AddressId = Id<'address'>;
export type KeyPairId = Id<'keypair'>;
export type SecurityRuleId = Id<'securityrule'>;
/** What a list is of: the snapshots of a VM, the networks of an endpoint, the rules of a security group. */
export type OwnerKind = 'vm' | 'endpoint' | 'securitygroup' | 'bucket';
export type OwnerId = Id<OwnerKind>;

/** Letters, digits, dot, dash and underscore; must start with a letter or digit. */
const ENDPOINT_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const isEndpointName = (text: string): text is EndpointName => ENDPOINT_NAME.test(text);

/** Throws RangeError for a name that would break ids and configuration keys. */
export function endpointName(text: string): EndpointName {
  if (!isEndpointName(text)) throw new RangeError(`not an endpoint name: ${JSON.stringify(text)}`);
  return text;
}

/**
 * A name for an endpoint out of what another tool calls it. The same text gives the same name; texts that differ in a
 * letter or a digit give different ones, also when that letter can't be kept or stands behind the longest name: what was
 * lost is then marked by some digits made of the whole text. `most`: characters, 63 at most.
 */
export function endpointNameFor(text: string, most = 63): EndpointName {
  const plain = text.normalize('NFKD').replace(/\p{M}+/gu, '');
  const usable = plain.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+|-+$/g, '');
  const isWhole = usable.length <= most && !/[^\P{L}A-Za-z]|[^\P{N}0-9]/u.test(plain);
  if (usable !== '' && isWhole) return endpointName(usable);
  const mark = markOf(text);
  return endpointName([usable.slice(0, most - mark.length - 1), mark].filter(Boolean).join('-'));
}

/** FNV-1a, 32 bits (draft-eastlake-fnv), in seven digits. */
function markOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(36).padStart(7, '0');
}

export const vmId = (endpoint: EndpointName, native: string): VmId => `${endpoint}/${native}` as VmId;
export const nodeId = (endpoint: EndpointName, native: string): NodeId => `${endpoint}/${native}` as NodeId;
export const poolId = (endpoint: EndpointName, native: string): PoolId => `${endpoint}/${native}` as PoolId;

/**
 * What hangs under a VM carries the VM's id in its own, so that policy, audit and queue find the VM without asking: no
 * platform's id of a VM has a `#`. What comes behind it may be anything, as the name of a snapshot.
 */
export const snapshotId = (vm: VmId, native: string): SnapshotId => `${vm}#${native}` as SnapshotId;
export const diskId = (vm: VmId, native: string): DiskId => `${vm}#${native}` as DiskId;
export const nicId = (vm: VmId, native: string): NicId => `${vm}#${native}` as NicId;

/** The VM that something hangs under. */
export const vmOf = (id: PartId): VmId => id.slice(0, id.indexOf('#')) as VmId;
/** The VM of what hangs under one; everything else is a row of the tree itself. */
export const rowOf = (id: Id): VmId | NodeId | PoolId =>
  id.includes('#') ? vmOf(id as PartId) : (id as VmId | NodeId | PoolId);
/** What its platform calls it, within its VM. */
export const nativeOfPart = (id: PartId): string => id.slice(id.indexOf('#') + 1);

/** What is listed of a whole endpoint: a `#` in what its platform calls it is `%23`, since that sign stands behind a VM's id. */
const listedId = (endpoint: EndpointName, native: string): string =>
  `${endpoint}/${native.replaceAll('%', '%25').replaceAll('#', '%23')}`;
export const storageId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as StorageId;
export const volumeId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as VolumeId;
export const volumeSnapshotId = (endpoint: EndpointName, native: string) =>
  listedId(endpoint, native) as VolumeSnapshotId;
export const networkId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as NetworkId;
export const leaseId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as LeaseId;
export const dnsId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as DnsId;
export const imageId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as ImageId;
export const flavorId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as FlavorId;
export const backupId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as BackupId;
export const subnetId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as SubnetId;
export const securityGroupId = (endpoint: EndpointName, native: string) =>
  listedId(endpoint, native) as SecurityGroupId;
export const zoneId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as ZoneId;
export const balancerId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as BalancerId;
export const routerId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as RouterId;
export const bucketId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as BucketId;
export const fileId = (bucket: BucketId, native: string) => `${bucket}#${native}` as FileId;
export const addressId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as AddressId;
export const keyPairId = (endpoint: EndpointName, native: string) => listedId(endpoint, native) as KeyPairId;
/** What hangs under something that is listed carries its id in its own, as what hangs under a VM does. */
export const securityRuleId = (group: SecurityGroupId, native: string) => `${group}#${native}` as SecurityRuleId;

/** The object in whose list it stands. */
export const ownerOf = (id: Id): OwnerId =>
  id.includes('#') ? (id.slice(0, id.indexOf('#')) as OwnerId) : endpointOf(id);
/** What its platform calls something that is listed, within its owner. */
export const nativeOfListed = (id: Id): string =>
  id.includes('#') ? nativeOfPart(id as PartId) : nativeOf(id).replaceAll('%23', '#').replaceAll('%25', '%');

/** A pool that the user made. `~` can't start an endpoint's name, so the two kinds of pools never meet. */
export const userPoolId = (name: string): PoolId => `~/${name}` as PoolId;
export const isUserPool = (id: PoolId): boolean => id.startsWith('~/');

/** The endpoint that an object comes through. `~` for a pool that the user made. */
export function endpointOf(id: Id): EndpointName {
  const slash = id.indexOf('/');
  return (slash < 0 ? id : id.slice(0, slash)) as EndpointName;
}
export const nativeOf = (id: Id): string => id.slice(id.indexOf('/') + 1);
