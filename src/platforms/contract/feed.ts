/** What `watch()` tells. */
import type { NodeId, PoolId, VmId } from '../../ids.ts';
import type { Node, Pool, Vm } from './objects.ts';

export interface Inventory {
  readonly pools: readonly Pool[];
  readonly nodes: readonly Node[];
  readonly vms: readonly Vm[];
  /**
   * The cloud that the endpoint leads to, where others may lead to it with other rights, as `keystone:5000/v3 RegionOne`: there
   * one uuid is one machine, also when only some of the logins may see its node.
   */
  readonly cloud?: string;
}

export type Change =
  | { readonly kind: 'vm-upsert'; readonly vm: Vm }
  | { readonly kind: 'vm-remove'; readonly id: VmId }
  /** The same machine is called so at another endpoint now: what is kept of it goes along. */
  | { readonly kind: 'vm-moved'; readonly from: VmId; readonly to: VmId }
  | { readonly kind: 'node-upsert'; readonly node: Node }
  | { readonly kind: 'node-remove'; readonly id: NodeId }
  | { readonly kind: 'pool-upsert'; readonly pool: Pool }
  | { readonly kind: 'pool-remove'; readonly id: PoolId };

/**
 * One instant of many VMs, as columns: row i of every column belongs to ids[i]. NaN = unknown, never 0.
 * The columns are the platform's again when the sink returns; it may write into them at the next tick.
 * `ids` should be the same array from block to block while the VMs are the same: the store remembers where they go.
 */
export interface SampleBlock {
  /** Epoch, ms. */
  readonly at: number;
  /** The time that rates are averaged over. */
  readonly windowMs: number;
  readonly ids: readonly VmId[];
  /** 0..1 of the VM's own vCPUs. */
  readonly cpu: Float32Array;
  /** Bytes in use inside the guest; NaN where the guest does not tell. */
  readonly memory: Float64Array;
  /** Bytes per second. */
  readonly diskRead: Float32Array;
  readonly diskWrite: Float32Array;
  readonly netRx: Float32Array;
  readonly netTx: Float32Array;
}

export interface NodeSample {
  readonly node: NodeId;
  readonly at: number;
  /** Share of all CPUs of the node; NaN = unknown. */
  readonly cpu: number;
  /** Bytes in use, caches not counted; NaN = unknown. */
  readonly memory: number;
}

/** Something that happened at the platform, for people to read. */
export interface PlatformEvent {
  readonly at: number;
  readonly subject: VmId | NodeId | undefined;
  /** Sentence case, without the subject's name: `Started (booted)`. */
  readonly text: string;
}

/** How far something is that the platform does by itself after it was accepted, and how it ended. */
export interface PlatformTask {
  /** What `Accepted.task` named. */
  readonly task: string;
  readonly subject: VmId | NodeId | undefined;
  readonly state: 'running' | 'done' | 'failed';
  /** 0..1; NaN where the platform does not say. */
  readonly share: number;
  /** Of a failed one: why, in the platform's words. Otherwise what it does, for people to read. */
  readonly text: string;
}

/** What `watch()` tells. The first feed of every watch is an inventory: what is not in it is gone. */
export type Feed =
  | { readonly kind: 'inventory'; readonly at: number; readonly inventory: Inventory }
  | { readonly kind: 'changes'; readonly at: number; readonly changes: readonly Change[] }
  | { readonly kind: 'samples'; readonly block: SampleBlock }
  | { readonly kind: 'node-samples'; readonly samples: readonly NodeSample[] }
  | { readonly kind: 'events'; readonly events: readonly PlatformEvent[] }
  /** A task that fails after it was accepted is reported here, and only here. */
  | { readonly kind: 'tasks'; readonly tasks: readonly PlatformTask[] }
  /**
   * Once per watch: everything that the inventory had left open has come. A platform that sends rows first and their
   * addresses, plans and images a moment later says so here; a command line prints no list before it.
   */
  | { readonly kind: 'complete'; readonly at: number }
  /** The other side answered and nothing was new. One feed of any kind must come per `everyMs`, or per `silentMs` of the manifest, or rows go stale. */
  | { readonly kind: 'alive'; readonly at: number };

export type Sink = (feed: Feed) => void;

/** What users look at now: samples for these come first and often, the rest rarely. Read again at each tick. */
export type Interest = () => readonly VmId[];

export interface WatchOptions {
  readonly sink: Sink;
  readonly signal: AbortSignal;
  readonly interest: Interest;
  /** How often samples should come. The session changes it with the link and the focus: ask at each tick. */
  readonly everyMs: () => number;
}
