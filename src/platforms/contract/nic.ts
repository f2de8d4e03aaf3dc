/** What can be done with the network cards of a VM. */
import type { NicId, VmId } from '../../ids.ts';
import type { Accepted } from './accepted.ts';
import type { AttachedNic } from './objects.ts';

export interface NicSpec {
  /** Name of the network, bridge or port group. */
  readonly network: string;
  /** `virtio`, `e1000`; empty for the platform's choice. */
  readonly model: string;
  /** `52:54:00:12:34:56`; empty for one that the platform makes. */
  readonly mac: string;
}

export interface NicOps {
  /** In the order of the platform's tools. Rejects with vm.not-found. */
  list?(vm: VmId, signal: AbortSignal): Promise<readonly AttachedNic[]>;
  /** Plugged in at once where the VM runs, and saved. Rejects with network.not-found, and op.conflict for a MAC that is taken. */
  create?(vm: VmId, spec: NicSpec, signal: AbortSignal): Promise<Accepted & { readonly id: NicId }>;
  /** Rejects with op.timeout for a guest that does not let go of it; what is saved has it still then. */
  delete?(id: NicId, signal: AbortSignal): Promise<Accepted>;
  /** Plugs it into another network; MAC and model stay. */
  connect?(id: NicId, network: string, signal: AbortSignal): Promise<Accepted>;
}
