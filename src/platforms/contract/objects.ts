/** What a fleet is made of: immutable, a change is a new object. Names and words come from hosts and are hostile. */
import type { NodeId, PoolId, VmId } from '../../ids.ts';
import type { Bytes } from '../../units.ts';

export const VM_STATES = [
  'running',
  'paused',
  'suspended',
  'stopped',
  'starting',
  'stopping',
  'migrating',
  'crashed',
  'error',
  'unknown',
] as const;
export type VmState = (typeof VM_STATES)[number];

/** What went wrong with one object. The object stays in the list with its last known values. */
export interface Trouble {
  readonly message: string;
  /** Epoch, ms. */
  readonly since: number;
}

/** Immutable: a change is a new object. Names and words come from hosts and are hostile; the screen cleans them. */
export interface Vm {
  readonly id: VmId;
  readonly name: string;
  /** The platform's own identity of the machine; marks, history and open consoles hang on it across a migration. */
  readonly uuid: string;
  /**
   * Tells this machine from another one that gets the same id later (Proxmox hands out freed VMIDs again): uuid and time of
   * creation, as far as the platform has read them. Undefined where an id is never used again, or not read yet.
   */
  readonly identity?: string;
  /** Undefined for a VM that is on no node now (stopped in a cloud): it hangs under `pool`. */
  readonly node: NodeId | undefined;
  readonly pool: PoolId | undefined;
  readonly state: VmState;
  /** The platform's own word for it. */
  readonly rawState: string;
  readonly cpus: number;
  readonly memory: Bytes;
  readonly ips: readonly string[];
  readonly autostart: boolean | undefined;
  readonly plan: string | undefined;
  readonly profile: string | undefined;
  readonly image: string | undefined;
  readonly tags: readonly string[];
  /** Epoch, ms: when the machine was powered on last, where the platform's inventory has it. Undefined while it is off. */
  readonly bootedAt?: number;
  /**
   * Why an operation is not possible for this very object (a locked server, a template): name of the operation -> sentence.
   * Read by `disabledReason` alone, which knows the names.
   */
  readonly refuses?: Readonly<Record<string, string>>;
  readonly trouble?: Trouble;
}

export type NodeState = 'up' | 'down' | 'maintenance' | 'unknown';

export interface Node {
  readonly id: NodeId;
  readonly name: string;
  /** The pool that the platform reports; the user's own pools are drover's business. */
  readonly pool: PoolId | undefined;
  readonly state: NodeState;
  readonly address: string | undefined;
  /** NaN where the platform does not say, as of a zone of a cloud; memory likewise. */
  readonly cpus: number;
  readonly memory: Bytes;
  /** What runs the VMs, with its version: `QEMU 7.2.22, libvirt 9.0.0`. */
  readonly version: string;
  readonly trouble?: Trouble;
}

/** A group of nodes that the platform itself knows: cluster, region, datacenter. */
export interface Pool {
  readonly id: PoolId;
  readonly name: string;
  readonly parent: PoolId | undefined;
}
