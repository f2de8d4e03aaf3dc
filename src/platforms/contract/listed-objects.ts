/** What an endpoint has beside nodes and VMs. Read as a whole by `KIND.list`; `undefined` is not known, an empty list is none. */
import type { NodeId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Listed } from './base.ts';

/** Where disks and images are kept: a libvirt pool, a storage of Proxmox VE, a datastore, a type of Cinder volumes. */
export interface Storage extends Listed<'storage'> {
  /** The platform's own word: `dir`, `zfspool`, `VMFS`. */
  readonly type: string;
  /** The node whose it is; undefined for one that is not of one node alone. */
  readonly node: NodeId | undefined;
  /** Whether several nodes use the same one. */
  readonly shared: boolean | undefined;
  /** Whether it can be used now. */
  readonly active: boolean;
  readonly size: Bytes | undefined;
  readonly used: Bytes | undefined;
  /** The directory, volume group, dataset or URL that it is. */
  readonly path: string | undefined;
  /** Where it comes from, in the words of StorageSpec, where the platform says so. */
  readonly source?: string;
  readonly hosts?: readonly string[];
  /** What it takes, in the platform's words: `images`, `iso`. Empty where it takes anything, or does not say. */
  readonly content: readonly string[];
}

/** A disk or file in a storage, whether or not a VM uses it. */
export interface Volume extends Listed<'volume'> {
  /** The name of the storage that it is in. */
  readonly storage: string;
  /** The platform's own word: `file`, `iso`, `backup`. */
  readonly type: string | undefined;
  /** `qcow2`, `raw`. */
  readonly format: string | undefined;
  /** What a guest sees. */
  readonly size: Bytes | undefined;
  /** What it takes of its storage. */
  readonly used: Bytes | undefined;
  readonly path: string | undefined;
  /** Names of the VMs that have it as a disk. */
  readonly users: readonly string[] | undefined;
}

export const NETWORK_MODES = ['nat', 'routed', 'isolated', 'bridge', 'open', 'macvtap'] as const;
export type NetworkMode = (typeof NETWORK_MODES)[number];

/** What a NIC of a VM is plugged into. */
export interface Network extends Listed<'network'> {
  /** The platform's own word: `bridge`, `vlan`, `vxlan`, `DistributedVirtualPortgroup`. */
  readonly type: string;
  /** How it reaches other networks. */
  readonly mode: NetworkMode | undefined;
  /** The node whose it is; undefined for one that is not of one node alone. */
  readonly node: NodeId | undefined;
  /** Whether it can be used now. */
  readonly active: boolean;
  /** `192.168.122.0/24`, of both versions of IP. */
  readonly cidrs: readonly string[];
  /** Whether it hands addresses out. */
  readonly dhcp: boolean | undefined;
  /** The bridge or switch behind it, as its node calls it. */
  readonly device: string | undefined;
  readonly vlan: number | undefined;
  /** Bytes. */
  readonly mtu: number | undefined;
  /** The DNS domain of its addresses. */
  readonly domain: string | undefined;
  /** The plan that it belongs to, where the platform keeps that. */
  readonly plan?: string;
}

/** An address that DHCP has given to a NIC, or keeps for one. Its name is that of the host. */
export interface Lease extends Listed<'lease'> {
  /** The name of the network. */
  readonly network: string;
  readonly mac: string | undefined;
  readonly ip: string;
  /** Kept for this NIC, also while it has it not. */
  readonly reserved: boolean;
  /** Epoch, ms: when it ends; undefined for one that is only kept. */
  readonly until: number | undefined;
}

/** An entry of a name server. */
export interface DnsRecord extends Listed<'dns'> {
  /** On libvirt a network. */
  readonly zone: string;
  readonly type: string;
  /** Seconds. */
  readonly ttl: number | undefined;
  readonly data: string;
}

/** What a VM can be made of, or boot from. */
export interface Image extends Listed<'image'> {
  /** `disk`, `iso`, `container`, or the platform's own word. */
  readonly type: string;
  readonly format: string | undefined;
  readonly size: Bytes | undefined;
  /** The name of the storage that it is in, where images are in storages. */
  readonly storage: string | undefined;
  readonly path: string | undefined;
  /** The system in it, as the platform says it. */
  readonly os: string | undefined;
  readonly arch: string | undefined;
  /** Epoch, ms. */
  readonly created: number | undefined;
  /** The platform's own word for its state: `active`, `queued`. */
  readonly status: string | undefined;
  /** Who may use it, in the platform's own word. */
  readonly visibility: string | undefined;
  /** Whether it can't be deleted, where the platform has that. */
  readonly protected?: boolean;
  /** What its makers have said of it, where the platform keeps that. */
  readonly properties?: Readonly<Record<string, string>>;
}

/** Of an hour, without what its disks and its traffic cost, and without tax. */
export interface Price {
  /** `USD`. */
  readonly currency: string;
  /** What is paid as one goes. */
  readonly hour?: number;
  /** Of one that may be taken back at any time: the least of those of its places now. */
  readonly spotHour?: number;
}

/** A size that VMs come in. */
export interface Flavor extends Listed<'flavor'> {
  readonly cpus: number;
  readonly memory: Bytes;
  /** The disk that comes with it; undefined where VMs bring their own. */
  readonly disk: Bytes | undefined;
  readonly arch: string | undefined;
  readonly description: string | undefined;
  /** What an hour of it costs, where the platform tells that. */
  readonly price?: Price;
}
