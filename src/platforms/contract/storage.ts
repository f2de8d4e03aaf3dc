/** What can be done with the storages of an endpoint, and with the volumes in them. */
import type { EndpointName, StorageId, VolumeId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { Storage, Volume } from './listed-objects.ts';
import type { Destination, Source } from './transfer.ts';

export interface StorageSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** One of the platform's types. */
  readonly type: string;
  /** The directory, volume group or dataset; where a file system is mounted; empty for the types without one. */
  readonly path: string;
  /** Where it comes from: a device, the exported directory, the target of iSCSI, the pool of Ceph. */
  readonly source?: string;
  /** Servers that it comes from, `nas` or `10.0.0.5:3260`; several for the monitors of Ceph. */
  readonly hosts?: readonly string[];
  /** Of its file system: `nfs`, `ext4`; else the platform finds out. */
  readonly format?: string;
  /** By which its node is known to an iSCSI target. */
  readonly initiator?: string;
  /** Who logs in at the server, with a secret that the platform has: by its usage or id, never by its value. */
  readonly login?: { readonly user: string; readonly secret: string };
  /** Of a volume group: the thin pool in it that volumes are to be taken from. */
  readonly thinPool?: string;
}

export interface StorageDeleteOptions {
  /** What is in it, too. Without it only the definition goes. */
  readonly volumes: boolean;
}

export interface StorageOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Storage[]>;
  create?(of: EndpointName, spec: StorageSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: StorageId }>;
  /** `refused` names the VMs that have a disk in it. */
  planDelete?(id: StorageId, options: StorageDeleteOptions, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a VM has a disk in it. */
  delete?(id: StorageId, options: StorageDeleteOptions, signal: AbortSignal): Promise<Accepted>;
  start?(id: StorageId, signal: AbortSignal): Promise<Accepted>;
  /** Rejects with op.refused while a running VM has a disk in it. */
  stop?(id: StorageId, signal: AbortSignal): Promise<Accepted>;
  /** Looks for what came into it past the platform. */
  refresh?(id: StorageId, signal: AbortSignal): Promise<Accepted>;
}

export interface VolumeSpec {
  /** Unique within the storage: one that is there already is an op.conflict. */
  readonly name: string;
  /** The name of the storage. */
  readonly storage: string;
  /** Of one that is made of an image at least that of the image: less is an op.refused. */
  readonly size: Bytes;
  readonly format: string;
  /** Path or name of the image whose content it has; else it is empty. One that is not there is an image.not-found. */
  readonly image?: string;
  /** It holds only what differs from the image, which must stay as it is: op.refused where the storage or the format can't. */
  readonly linked?: boolean;
}

export interface UploadSpec {
  /** Unique within the storage. */
  readonly name: string;
  /** The name of the storage. */
  readonly storage: string;
  /**
   * Goes on with the volume of this name, which holds the beginning of the file: from what the other side confirms, after size
   * and the last MiB before it were compared. Without it a volume that is there is an op.conflict.
   */
  readonly resume: boolean;
}

/** What a volume is taken over with. */
export interface VolumeOffer {
  /** How the platform calls the offer. */
  readonly id: string;
  /** The secret that belongs to it: a function, so that what writes requests down can't write it. */
  readonly key: () => string;
}

/** Of platforms whose volumes go from one owner to another. */
export interface VolumeOfferOps {
  /** Lets others take it over who have what it answers; nothing else can be done with it until then. Rejects with op.refused while a VM uses it. */
  offer?(id: VolumeId, signal: AbortSignal): Promise<Accepted & { readonly offer?: VolumeOffer }>;
  /** It is offered no longer. Rejects with op.refused for one that is not. */
  withdraw?(id: VolumeId, signal: AbortSignal): Promise<Accepted>;
  /** Takes over what another login offers. Rejects with volume.not-found, and with op.refused for a wrong key. */
  accept?(of: EndpointName, offer: VolumeOffer, signal: AbortSignal): Promise<Accepted & { readonly id?: VolumeId }>;
}

export interface VolumeOps extends VolumeOfferOps {
  /** Of all storages that are active. */
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Volume[]>;
  create?(of: EndpointName, spec: VolumeSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: VolumeId }>;
  /** `refused` names the VMs that use it. */
  planDelete?(id: VolumeId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a VM uses it. */
  delete?(id: VolumeId, signal: AbortSignal): Promise<Accepted>;
  /** Larger only: rejects with op.refused for what would cut it off. */
  resize?(id: VolumeId, size: Bytes, signal: AbortSignal): Promise<Accepted>;
  /**
   * A file of this machine as a new volume; resolves when the other side has all of it. A refusal and a cancel leave nothing. What
   * a lost link leaves is there to be gone on with, and the error says so: host.unreachable.
   */
  upload?(
    of: EndpointName,
    spec: UploadSpec,
    source: Source,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: VolumeId }>;
  /**
   * The file that it is, in its format. What is in `to` is gone on with when its last MiB is that of the volume, else cleared.
   * Rejects with op.conflict while a VM that runs writes to it, and when it becomes another one meanwhile.
   */
  download?(id: VolumeId, to: Destination, signal: AbortSignal): Promise<Accepted>;
}
