/** What can be done with a VM. */
import type { EndpointName, ImageId, VmId, VolumeId } from '../../ids.ts';
import type { Accepted, Warning } from './accepted.ts';
import type { Definition } from './definition.ts';
import type { DeletePlan, LossPlan } from './delete-plan.ts';
import type { Settings, SettingsTarget } from './fields.ts';
import type { HistoryOps } from './history.ts';
import type { VmInfo } from './info.ts';
import type { MigrationOps } from './migration.ts';

export type StopHow = 'graceful' | 'force';

export interface DeleteOptions {
  readonly keepDisks: boolean;
  /** Delete the snapshots too; without it a VM that has some is refused. */
  readonly snapshots: boolean;
  /** Paths from `DeletePlan.unknown` that are deleted all the same. One that another VM is known to use stays whatever this says. */
  readonly deleteUnknown?: readonly string[];
}

/** Who stands behind an id now, read from the other side. */
export interface VmIdentity {
  readonly name: string;
  readonly identity: string;
  /** A later VM of this id may have the same identity: it is made of what is given again. */
  readonly mayRecur?: true;
}

export interface CloneSpec {
  /** Unique within the endpoint where the platform asks for that: one that is there already is an op.conflict. */
  readonly name: string;
  /** Its disks hold what it changes alone, and need those of the VM that it was made of. */
  readonly linked: boolean;
  readonly start: boolean;
}

export interface RestoreSpec {
  /** The file on the node that `save` has made. */
  readonly path: string;
  /** It waits for `resume` then. */
  readonly paused: boolean;
}

export interface ExportSpec {
  /** What the image is called: unique within its storage. */
  readonly name: string;
  /** The name of the storage; empty: that of the VM's first disk. */
  readonly storage: string;
}

export interface RebuildSpec {
  /** The image that it is made of from now on; empty: the one that it was made of. */
  readonly image: string;
}

export interface RescueSpec {
  /** The image that it runs from meanwhile; empty: the platform's choice. */
  readonly image: string;
}

/** What was made, and how the platform calls it. */
export type Made = Accepted & { readonly id: VmId };

/** What a change of settings would come to. */
export interface ChangePlan {
  /** What speaks against it, or should be known before: it can be made all the same. */
  readonly warnings: readonly Warning[];
}

export interface VmOps extends MigrationOps, HistoryOps {
  /**
   * Makes a VM. `spec` has values of the manifest's settings of the mode `provision`, each of them; what is empty is the
   * platform's choice. Rejects with op.conflict for a name that is taken, and with KIND.not-found for an image, storage or network
   * that is not there. What was made for it when something fails is deleted again, or named in the error.
   */
  create?(of: EndpointName, spec: Settings, signal: AbortSignal): Promise<Made>;
  /**
   * What is left for new VMs of what the platform limits, by the key of the setting that asks for it: `vcpus`: `12 of 20 left`. What is
   * not limited, or not told, is missing.
   */
  limits?(of: EndpointName, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * Another VM with the same disks and settings, and with addresses and a uuid of its own. One that runs is refused with
   * op.conflict where its disks can't be copied meanwhile.
   */
  clone?(id: VmId, spec: CloneSpec, signal: AbortSignal): Promise<Made>;
  info(id: VmId, signal: AbortSignal): Promise<VmInfo>;
  /**
   * Only where ids are used again: read before each mutator that a user has confirmed, and compared with what was
   * confirmed. Rejects with vm.not-found.
   */
  identity?(id: VmId, signal: AbortSignal): Promise<VmIdentity>;
  /** A paused VM is resumed. One that runs already is accepted with a warning. */
  start(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** `graceful` asks the guest and resolves when it was asked; `force` cuts the power. Off already: accepted with a warning. */
  stop(id: VmId, how: StopHow, signal: AbortSignal): Promise<Accepted>;
  /** `graceful` asks the guest to reboot, `force` resets it. */
  restart?(id: VmId, how: StopHow, signal: AbortSignal): Promise<Accepted>;
  pause?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** A paused VM goes on, a suspended one is woken up. */
  resume?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** Memory is written to disk and the VM leaves its node, to go on where it was: state `suspended`. `start` wakes it too. */
  suspend?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /**
   * Memory is written to a file of this path on its node, and the VM is off; `restore` takes it from there. Until then its disks must
   * stay as they are. A file that is there already is an op.conflict.
   */
  save?(id: VmId, path: string, signal: AbortSignal): Promise<Accepted>;
  /** The VM whose memory is in the file goes on where it was. The file stays. One that runs already is an op.conflict. */
  restore?(of: EndpointName, spec: RestoreSpec, signal: AbortSignal): Promise<Made>;
  /** A copy of its first disk, whole, that other VMs can be made of. One that is on is refused with op.conflict. */
  export?(id: VmId, spec: ExportSpec, signal: AbortSignal): Promise<Accepted & { readonly id?: VolumeId | ImageId }>;
  /** What its platform has of it, as that writes it: what the next start takes. */
  definition?(id: VmId, signal: AbortSignal): Promise<Definition>;
  /**
   * Takes `text` for the definition, after the platform has checked it: op.refused with its words for what is not valid.
   * `basedOn` is the text that was changed: a definition that is another one by now is an op.conflict, and so is a text of another VM.
   */
  define?(id: VmId, text: string, basedOn: string, signal: AbortSignal): Promise<Accepted>;
  /** Keeps it from being changed, by mistake or by others; `reason` is shown to them. */
  lock?(id: VmId, reason: string, signal: AbortSignal): Promise<Accepted>;
  unlock?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** It is turned off and gives its place on a node back; its disks and addresses stay. `start` brings it back. */
  shelve?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** It starts from another disk, with its own ones beside it, so that they can be repaired. */
  rescue?(id: VmId, spec: RescueSpec, signal: AbortSignal): Promise<Accepted>;
  /** It starts from its own disk again. */
  unrescue?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** Rejects with image.not-found. */
  planRebuild?(id: VmId, spec: RebuildSpec, signal: AbortSignal): Promise<LossPlan>;
  /** Its own disk is written again, from an image; name, addresses and other disks stay. Rejects with image.not-found. */
  rebuild?(id: VmId, spec: RebuildSpec, signal: AbortSignal): Promise<Accepted>;
  /** Keeps the size that it has been given: the way back is gone. Rejects with op.conflict where none waits for that. */
  confirmResize?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  /** It is put back to the size that it had. Rejects with op.conflict where none waits for that. */
  revertResize?(id: VmId, signal: AbortSignal): Promise<Accepted>;
  planDelete?(id: VmId, signal: AbortSignal): Promise<DeletePlan>;
  /** A running VM is refused with op.conflict: stopping is another decision. */
  delete?(id: VmId, options: DeleteOptions, signal: AbortSignal): Promise<Accepted>;
  /** Values of the manifest's settings fields, as they are for this target. */
  settings?(id: VmId, target: SettingsTarget, signal: AbortSignal): Promise<Settings>;
  /** Looks at a change and makes none. Rejects with what `configure` would say of it, as far as that is known before. */
  planConfigure?(
    id: VmId,
    target: SettingsTarget,
    changes: Settings,
    basedOn: Settings,
    signal: AbortSignal,
  ): Promise<ChangePlan>;
  /**
   * The only edit of a VM's settings. `changes` has only what changed; `basedOn` what the form had been filled with,
   * for the same keys: a value that is different by now is an op.conflict that names it.
   */
  configure?(
    id: VmId,
    target: SettingsTarget,
    changes: Settings,
    basedOn: Settings,
    signal: AbortSignal,
  ): Promise<Accepted>;
}
