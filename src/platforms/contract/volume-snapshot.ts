/** Snapshots of volumes: what was on one at an instant, whether or not a VM used it, that new volumes are made of. */
import type { EndpointName, VolumeId, VolumeSnapshotId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface VolumeSnapshot extends Listed<'volumesnapshot'> {
  /** The name of the volume that it is of; its id where that is gone; undefined where the platform has not kept it. */
  readonly volume: string | undefined;
  /** Of the volume that it is of, at that instant. */
  readonly size: Bytes | undefined;
  /** Epoch, ms. */
  readonly created: number | undefined;
  /** The platform's own word for its state: `completed`, `available`. */
  readonly status: string | undefined;
  readonly description: string | undefined;
}

export interface VolumeSnapshotSpec {
  /** Unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  readonly description: string;
}

export interface RestoreVolumeSpec {
  /** Of the new volume: one that is there already is an op.conflict. */
  readonly name: string;
  /** The name of its storage; empty: the usual one. */
  readonly storage: string;
}

export interface VolumeSnapshotOps {
  /** Of all volumes that are this login's own. */
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly VolumeSnapshot[]>;
  /** Of what is on the volume now, also while a VM writes to it: it is then as after a power cut. */
  create?(
    volume: VolumeId,
    spec: VolumeSnapshotSpec,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: VolumeSnapshotId }>;
  /** Another volume; the one that it is of stays as it is. Rejects with op.conflict for one that is not whole yet. */
  restore?(
    id: VolumeSnapshotId,
    spec: RestoreVolumeSpec,
    signal: AbortSignal,
  ): Promise<Accepted & { readonly id?: VolumeId }>;
  /** `refused` names what needs it, as an image that is made of it. */
  planDelete?(id: VolumeSnapshotId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused while something needs it. */
  delete?(id: VolumeSnapshotId, signal: AbortSignal): Promise<Accepted>;
}
