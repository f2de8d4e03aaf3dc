/** What a fleet is made of: immutable, a change is a new object. Names and words come from hosts and are hostile. */
import type { NodeId, OwnerKind, PoolId, SnapshotId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Address } from './address.ts';
import type { Backup } from './backup.ts';
import type { Balancer } from './balancer.ts';
import type { Listed } from './base.ts';
import type { Bucket, BucketFile } from './bucket.ts';
import type { Disk, Nic } from './devices.ts';
import type { KeyPair } from './key-pair.ts';
import type { DnsRecord, Flavor, Image, Lease, Network, Storage, Volume } from './listed-objects.ts';
import type { Router } from './router.ts';
import type { SecurityGroup, SecurityRule } from './security-group.ts';
import type { Subnet } from './subnet.ts';
import type { VolumeSnapshot } from './volume-snapshot.ts';
import type { Zone } from './zone.ts';

export const VM_STATES = [
  'running',
  'paused',
  'suspended',
  'stopped',
  'starting',
  'stopping',
  'migrating',
  'crashed',
  'error',
  'unknown',
] as const;
export type VmState = (typeof VM_STATES)[number];

/**
 * What a VM can be in beside its state. `locked`: its platform refuses changes until it is unlocked. `rescue`: it runs from another
 * disk, its own ones beside it. `resized`: its new size waits to be confirmed or reverted. `shelved`: it is off and has given its
 * place on a node back.
 */
export type VmMode = 'locked' | 'rescue' | 'resized' | 'shelved';

export interface Vm extends Listed<'vm'> {
  /** The platform's own identity of the machine; marks, history and open consoles hang on it across a migration. */
  readonly uuid: string;
  /** Undefined for a VM that is on no node now (stopped in a cloud): it hangs under `pool`. */
  readonly node: NodeId | undefined;
  readonly pool: PoolId | undefined;
  readonly state: VmState;
  /** The platform's own word for it. */
  readonly rawState: string;
  readonly cpus: number;
  readonly memory: Bytes;
  readonly ips: readonly string[];
  readonly autostart: boolean | undefined;
  readonly plan: string | undefined;
  readonly profile: string | undefined;
  readonly image: string | undefined;
  /** The operating system in it, as the platform knows it or was told: `debian 12`, `Windows`. */
  readonly os?: string;
  /** The size that it comes in, where there are such: `m5.large`. */
  readonly flavor?: string;
  /** Whose it is, where that was written down. */
  readonly owner?: string;
  /** What its disks can hold together, where the inventory has it; of disks that others share too. */
  readonly storage?: Bytes;
  /** What of that is where several nodes reach it, where it is known of all of its disks. */
  readonly sharedStorage?: Bytes;
  /** How many disks it has, without drives for media, and how many network cards, where the inventory has it. */
  readonly diskCount?: number;
  readonly nicCount?: number;
  readonly tags: readonly string[];
  /**
   * Of one that runs: what its next start changes, one thing each: `Memory 4GiB`, `disk vdb`. Empty or undefined for nothing, and
   * where that is not known.
   */
  readonly pending?: readonly string[];
  /** Epoch, ms: when the machine was powered on last, where the platform's inventory has it. Undefined while it is off. */
  readonly bootedAt?: number;
  /** Absent where it is in none of them. */
  readonly modes?: readonly VmMode[];
}

export type NodeState = 'up' | 'down' | 'maintenance' | 'unknown';

export interface Node extends Listed<'node'> {
  /** The pool that the platform reports; the user's own pools are drover's business. */
  readonly pool: PoolId | undefined;
  readonly state: NodeState;
  readonly address: string | undefined;
  /** NaN where the platform does not say, as of a zone of a cloud; memory likewise. */
  readonly cpus: number;
  readonly memory: Bytes;
  /** What runs the VMs, with its version: `QEMU 7.2.22, libvirt 9.0.0`. */
  readonly version: string;
  /** The operating system of the node itself, where the watch has it: `Debian GNU/Linux 12 (bookworm)`, `VMware ESXi 8.0.2`. */
  readonly os?: string;
}

/** A group of nodes that the platform itself knows: cluster, region, datacenter. */
export interface Pool extends Listed<'pool'> {
  readonly parent: PoolId | undefined;
}

/** A state of a VM that it can be put back to. */
export interface Snapshot extends Listed<'snapshot'> {
  /** The snapshot that it was made on top of; undefined for the first. */
  readonly parent: SnapshotId | undefined;
  /** Epoch, ms. */
  readonly created: number | undefined;
  /** The VM's disks continue from this one. */
  readonly current: boolean;
  /** It holds the memory of the running VM too; undefined where the platform doesn't say. */
  readonly memory: boolean | undefined;
  /** Its disks are files of their own, outside of the image. */
  readonly external: boolean | undefined;
  readonly description: string | undefined;
}

/** A disk or drive of a VM, by its device; its identity is its volume. */
export interface AttachedDisk extends Listed<'disk'>, Disk {}
/** A network card of a VM, by its device; its identity is its MAC. */
export interface AttachedNic extends Listed<'nic'>, Nic {}

/** The endpoint itself, as what something is made on. */
export type EndpointObject = Listed<'endpoint'>;

/** The type of each kind of object that a platform has. */
export interface Objects {
  readonly endpoint: EndpointObject;
  readonly pool: Pool;
  readonly node: Node;
  readonly vm: Vm;
  readonly snapshot: Snapshot;
  readonly disk: AttachedDisk;
  readonly nic: AttachedNic;
  readonly storage: Storage;
  readonly volume: Volume;
  readonly network: Network;
  readonly lease: Lease;
  readonly dns: DnsRecord;
  readonly image: Image;
  readonly flavor: Flavor;
  readonly backup: Backup;
  readonly volumesnapshot: VolumeSnapshot;
  readonly subnet: Subnet;
  readonly securitygroup: SecurityGroup;
  readonly securityrule: SecurityRule;
  readonly keypair: KeyPair;
  readonly address: Address;
  readonly bucket: Bucket;
  readonly file: BucketFile;
  readonly zone: Zone;
  readonly balancer: Balancer;
  readonly router: Router;
}
export type ObjectKind = keyof Objects;
export type ObjectOf<K extends ObjectKind> = Objects[K];
/** Kinds that are not watched but listed when a user looks, of a VM, of an endpoint or of what that has: `KIND.list` reads them. */
export type ListedKind = Exclude<ObjectKind, 'endpoint' | 'pool' | 'node' | 'vm'>;

/** Of what has its owner's id in its own: what that is where it is no VM. */
const UNDER_LISTED: { readonly [K in ListedKind]?: OwnerKind } = {
  securityrule: 'securitygroup',
  file: 'bucket',
};

/** The kind of the object that an id of this kind begins with. */
export const ownerKindOf = (kind: ObjectKind): OwnerKind => UNDER_LISTED[kind as ListedKind] ?? 'vm';
