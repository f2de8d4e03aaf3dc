/** What can be done with the storages of an endpoint, and with the volumes in them. */
import type { EndpointName, StorageId, VolumeId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { Storage, Volume } from './listed-objects.ts';

export interface StorageSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** One of the platform's types. */
  readonly type: string;
  /** The directory, volume group or dataset. */
  readonly path: string;
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
  readonly size: Bytes;
  readonly format: string;
}

export interface VolumeOps {
  /** Of all storages that are active. */
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Volume[]>;
  create?(of: EndpointName, spec: VolumeSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: VolumeId }>;
  /** `refused` names the VMs that use it. */
  planDelete?(id: VolumeId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while a VM uses it. */
  delete?(id: VolumeId, signal: AbortSignal): Promise<Accepted>;
  /** Larger only: rejects with op.refused for what would cut it off. */
  resize?(id: VolumeId, size: Bytes, signal: AbortSignal): Promise<Accepted>;
}
