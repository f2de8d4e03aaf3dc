/** States of volumes that new volumes can be made of, whether or not a VM uses them. Those of whole VMs are in snapshot.ts. */
import type { EndpointName, VolumeId, VolumeSnapshotId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface VolumeSnapshot extends Listed<'volumesnapshot'> {
  /** The name of its volume, or its id where that has none, or is not there any more. */
  readonly volume: string | undefined;
  /** Of its volume, when it was taken. */
  readonly size: Bytes | undefined;
  /** Epoch, ms. */
  readonly created: number | undefined;
  /** The platform's own word for its state: `available`. */
  readonly status: string | undefined;
  readonly description: string | undefined;
}

export interface VolumeSnapshotSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** Empty: none. */
  readonly description: string;
}

export interface VolumeRestoreSpec {
  /** Of the new volume: one that is there already is an op.conflict. */
  readonly name: string;
  /** Else that of the snapshot; less is an op.refused. */
  readonly size?: Bytes;
}

export interface VolumeSnapshotOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly VolumeSnapshot[]>;
  /** Also of a volume that a VM writes to: as if the VM had lost its power then, which is a warning. */
  create?(
    of: VolumeId,
    spec: VolumeSnapshotSpec,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: VolumeSnapshotId }>;
  /** Makes a volume of it; the one that it was taken of stays as it is. */
  restore?(
    id: VolumeSnapshotId,
    spec: VolumeRestoreSpec,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: VolumeId }>;
  planDelete?(id: VolumeSnapshotId, signal: AbortSignal): Promise<LossPlan>;
  delete?(id: VolumeSnapshotId, signal: AbortSignal): Promise<Accepted>;
}
