/** Backups: whole copies of VMs, kept outside of their disks, that VMs can be made of again. */
import type { BackupId, EndpointName, VmId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';
import type { Accepted } from './accepted.ts';
import type { Listed } from './base.ts';
import type { LossPlan } from './delete-plan.ts';

export interface Backup extends Listed<'backup'> {
  /** The name of the VM that it is of, also of one that is gone; undefined where the platform has not kept it. */
  readonly vm: string | undefined;
  /** The name of the storage that it is in. */
  readonly storage: string | undefined;
  /** Epoch, ms. */
  readonly created: number | undefined;
  /** What it takes there. */
  readonly size: Bytes | undefined;
  /** The platform's own word: `vma.zst`, `pbs-vm`. */
  readonly format: string | undefined;
  readonly description: string | undefined;
  /** It can't be deleted until that is taken off; undefined where the platform has no such thing. */
  readonly protected: boolean | undefined;
  readonly path: string | undefined;
}

export const BACKUP_MODES = ['snapshot', 'suspend', 'stop'] as const;
export type BackupMode = (typeof BACKUP_MODES)[number];

export interface BackupSpec {
  /** The name of the storage; empty: the usual one. */
  readonly storage: string;
  /** What becomes of a VM that runs: it goes on, stands still meanwhile, or is shut down and started again. */
  readonly mode: BackupMode;
  readonly description: string;
}

export interface RestoreBackupSpec {
  /** Of the new VM; unique within the endpoint: one that is there already is an op.conflict. */
  readonly name: string;
  /** The name of the storage of its disks; empty: as they were. */
  readonly storage: string;
  readonly start: boolean;
}

export interface BackupOps {
  list?(of: EndpointName, signal: AbortSignal): Promise<readonly Backup[]>;
  /** `id` as soon as it is known, at the latest when it is whole: it is in the list then. An abort takes it back. */
  create?(vm: VmId, spec: BackupSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: BackupId }>;
  planDelete?(id: BackupId, signal: AbortSignal): Promise<LossPlan>;
  /** Rejects with op.refused for one that is protected. */
  delete?(id: BackupId, signal: AbortSignal): Promise<Accepted>;
  /** Another VM, with addresses and an identity of its own; the one that it is of stays as it is. What fails leaves nothing. */
  restore?(id: BackupId, spec: RestoreBackupSpec, signal: AbortSignal): Promise<Accepted & { readonly id: VmId }>;
}
