/** What can be done with the disks and drives of a VM. */
import type { DiskId, VmId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { AttachedDisk } from './objects.ts';

export interface DiskSpec {
  /** Path or name of a volume that is there and is attached as it is; empty for a new one. */
  readonly volume: string;
  /** Of a new one. */
  readonly size: Bytes;
  /** Name of the storage of a new one; empty for that of the VM's first disk. */
  readonly storage: string;
  /** Of a new one: `qcow2`, `raw`; empty for the platform's choice. */
  readonly format: string;
  /** `virtio`, `scsi`, `sata`; empty for that of the VM's first disk. */
  readonly bus: string;
  /** Several VMs may write to it at the same time. */
  readonly shareable: boolean;
  /** The image that a new one is made of, by path or name; it is a copy, unless it is linked. A size below that of the image is op.refused. */
  readonly image?: string;
  /** It holds only what differs from the image, which must stay as it is then. */
  readonly linked?: boolean;
}

export interface DiskMoveSpec {
  /** The name of the storage that it goes to. */
  readonly storage: string;
  /** `qcow2`, `raw`; empty for the platform's choice, which is the one that it has where the storage can hold that. */
  readonly format: string;
  /** The volume that it had stays, as one that no VM uses. */
  readonly keep: boolean;
}

export interface DiskOps {
  /** Disks and drives, in the order of the platform's tools. Rejects with vm.not-found. */
  list?(vm: VmId, signal: AbortSignal): Promise<readonly AttachedDisk[]>;
  /**
   * A new volume, or one that is there, becomes a disk of the VM, at once where it runs, and in what is saved. Rejects with
   * op.conflict for a volume that another VM has, unless both say that it is shareable; with op.unsupported for an image where
   * disks are made empty alone. What is left of a half-made one is gone,
   * or named in the error.
   */
  create?(vm: VmId, spec: DiskSpec, signal: AbortSignal): Promise<Accepted & { readonly id: DiskId }>;
  /**
   * Takes it off the VM; its volume stays as it is. Rejects with op.timeout for a guest that does not let go of it; what is saved
   * has it still then.
   */
  detach?(id: DiskId, signal: AbortSignal): Promise<Accepted>;
  /** `refused` names the VMs that use its volume too. */
  planDelete?(id: DiskId, signal: AbortSignal): Promise<LossPlan>;
  /** Takes it off the VM and deletes its volume. Rejects with op.refused while another VM uses that. */
  delete?(id: DiskId, signal: AbortSignal): Promise<Accepted>;
  /** Larger only: rejects with op.refused for what would cut it off. The guest sees it at once where it runs. */
  resize?(id: DiskId, size: Bytes, signal: AbortSignal): Promise<Accepted>;
  /**
   * Its content is copied to another storage, also while the VM runs, and the disk is the copy from then on; the volume that it had
   * goes when the copy is whole. Resolves when that is so. Rejects with op.refused for a volume that something else needs, unless it
   * is kept. One that is given up is where it was, and what it rejects with says so. Where a storage is a kind of volume, the volume
   * becomes one of that kind in its place, and to keep the old one is op.unsupported.
   */
  move?(id: DiskId, spec: DiskMoveSpec, signal: AbortSignal): Promise<Accepted>;
  /** Puts a medium into a drive, by path or name of a volume, also in place of another one; empty ejects. */
  insert?(id: DiskId, volume: string, signal: AbortSignal): Promise<Accepted>;
}
