/** What can be done with the snapshots of a VM. */
import type { SnapshotId, VmId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { LossPlan } from './delete-plan.ts';
import type { Snapshot } from './objects.ts';

export interface SnapshotSpec {
  /** Unique within the VM, also where the server would take a second one: one that is there already is an op.conflict. */
  readonly name: string;
  readonly description: string;
  /** The memory of a running VM too, so that it goes on from there. Ignored, with a warning, for one that is off. */
  readonly memory: boolean;
  /** The disks go on in files of their own, laid on what they were. Otherwise, or left out, as the platform does it. */
  readonly external?: boolean;
  /**
   * The guest writes out to its disks what it has in memory, and holds still for that moment: its agent or tools do. Refused with
   * op.conflict where they don't answer; a platform that has no such order for one snapshot reports that as a warning.
   */
  readonly quiesce?: boolean;
}

export interface SnapshotOps {
  /**
   * Parents before their children, older before newer ones; one that is still being taken is not among them. Empty for a VM
   * without any. Rejects with vm.not-found.
   */
  list?(vm: VmId, signal: AbortSignal): Promise<readonly Snapshot[]>;
  /**
   * `id` where the platform names it at once. `memory: false` of a running VM may be refused, where it is not possible.
   */
  create?(vm: VmId, spec: SnapshotSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: SnapshotId }>;
  /**
   * What reverting to it destroys: what was written since, the memory of a VM that runs, newer snapshots where the storage
   * can't keep them.
   */
  planRevert?(id: SnapshotId, signal: AbortSignal): Promise<LossPlan>;
  /**
   * Puts the VM back to it; one that was taken with memory runs afterwards. Also to the current one: that is what the disks
   * continue from, not what they are. One without memory leaves the VM stopped; settings may go back too, which the plan says.
   */
  revert?(id: SnapshotId, signal: AbortSignal): Promise<Accepted>;
  /** What deleting it destroys: its state alone, with `children` all that descend from it. */
  planDelete?(id: SnapshotId, options: SnapshotDeleteOptions, signal: AbortSignal): Promise<LossPlan>;
  /**
   * The VM keeps what it has now. Children of a snapshot that is deleted alone become children of its parent. Where it takes
   * several tasks, it resolves when the others have ended and names the last.
   */
  delete?(id: SnapshotId, options: SnapshotDeleteOptions, signal: AbortSignal): Promise<Accepted>;
}

export interface SnapshotDeleteOptions {
  readonly children: boolean;
}
