/** What can be done with a VM. */
import type { VmId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { DeletePlan } from './delete-plan.ts';
import type { Settings, SettingsTarget } from './fields.ts';
import type { VmInfo } from './info.ts';

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
}

export interface VmOps {
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
  planDelete?(id: VmId, signal: AbortSignal): Promise<DeletePlan>;
  /** A running VM is refused with op.conflict: stopping is another decision. */
  delete?(id: VmId, options: DeleteOptions, signal: AbortSignal): Promise<Accepted>;
  /** Values of the manifest's settings fields, as they are for this target. */
  settings?(id: VmId, target: SettingsTarget, signal: AbortSignal): Promise<Settings>;
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
