import type { ErrorCode } from '../../errors.ts';
import type { EndpointName, Id, NodeId, PoolId, VmId } from '../../ids.ts';
import type { Node, ObjectKind, ObjectOf, PlatformEvent, Pool, Vm } from '../../platforms/contract.ts';
import type { Scanned } from '../templates/template.ts';
import type { Listings } from './listings.ts';
import type { PlatformTasks } from './platform-tasks.ts';
import type { NodeSamples, VmSamples } from './samples.ts';

/**
 * idle: not asked to connect (disabled). down: retried automatically. blocked: needs the user (login, host key,
 * configuration), so it is not retried until the user asks.
 */
export type EndpointPhase = 'idle' | 'connecting' | 'up' | 'down' | 'blocked';

export interface EndpointStatus {
  readonly name: EndpointName;
  readonly platform: string;
  /** Where it points, for people: `root@10.0.0.1`. */
  readonly address: string;
  readonly phase: EndpointPhase;
  /** Epoch, ms: since when it is in this phase. */
  readonly since: number;
  /** Epoch, ms: when it was last heard of, while what is shown of it may be out of date. */
  readonly staleSince?: number;
  readonly problem?: { readonly code: ErrorCode | 'bug'; readonly message: string; readonly fix?: string };
  /** Why nothing may be changed here, if so. */
  readonly readOnly?: string;
  /** Events that came faster than they can be shown and were dropped, since this phase began. */
  readonly droppedEvents?: number;
}

/** ConVirt's server pool: made by the user, kept in the configuration. */
export interface UserPool {
  readonly id: PoolId;
  readonly name: string;
  readonly parent: PoolId | undefined;
  readonly readOnly: boolean;
  readonly variables: Readonly<Record<string, string>>;
}

/** What people should know of a VM or node; the user's own, kept in the configuration. */
export interface Note {
  readonly text: string;
  /** Who wrote it: `anna@desk`; empty where the file does not say. */
  readonly by: string;
  /** Epoch, ms; NaN where the file does not say. */
  readonly at: number;
  /** Of the VM that it was written of: another machine may come under its id. */
  readonly uuid?: string;
}

/** The user's own grouping: pools, and which pool an endpoint (all its nodes) or a single node is in. */
export interface Grouping {
  readonly pools: readonly UserPool[];
  readonly placeOf: ReadonlyMap<EndpointName | NodeId, PoolId>;
  readonly notes: ReadonlyMap<NodeId | VmId, Note>;
}

export interface Counts {
  readonly total: number;
  readonly running: number;
  readonly paused: number;
  readonly crashed: number;
  /** Stopped or suspended: those that are in none of these states are on their way, or it is not known. */
  readonly off: number;
  /** With something wrong that a user should look at; crashed ones are among them. */
  readonly troubled: number;
}

/** Bytes that the disks of VMs can hold together, and of how many of the VMs that is known. */
export interface VmStorageSum {
  readonly size: number;
  readonly known: number;
}

/** What the screen, the command line and the actions read. Maps are changed in place, their entries never. */
export interface Fleet {
  readonly endpoints: ReadonlyMap<EndpointName, EndpointStatus>;
  readonly pools: ReadonlyMap<PoolId, Pool>;
  readonly nodes: ReadonlyMap<NodeId, Node>;
  readonly vms: ReadonlyMap<VmId, Vm>;
  /** An object of any kind: as it is watched, or as it was listed last. */
  find<K extends ObjectKind>(kind: K, id: Id<K>): ObjectOf<K> | undefined;
  /** What was looked at and is not watched. */
  readonly listings: Pick<Listings, 'of' | 'get' | 'version'>;
  readonly grouping: Grouping;
  /** The template library, as it was scanned last. */
  readonly library: Scanned;
  readonly samples: VmSamples;
  readonly nodeSamples: NodeSamples;
  readonly events: readonly PlatformEvent[];
  /** What a VM is called since it has moved to another endpoint; undefined for one that has not. */
  movedTo(id: VmId): VmId | undefined;
  /** Also of VMs that are gone, as long as events may speak of them. */
  nameOf(id: VmId | NodeId): string | undefined;
  readonly platformTasks: PlatformTasks;
  /** VMs right below a node, or below a platform pool when they are on no node; in natural order of their names. */
  vmsBelow(parent: NodeId | PoolId): readonly VmId[];
  /** Place of a VM among its siblings, -1 when it is gone. */
  placeAmongSiblings(id: VmId): number;
  counts(parent: NodeId | PoolId): Counts;
  /** Of the VMs right below it, as their rows say. */
  vmStorage(parent: NodeId | PoolId): VmStorageSum;
  /** Grows with everything that landed. */
  readonly version: number;
  /** Epoch, ms: when something landed last. What is counted from a time (an uptime) is counted up to here. */
  readonly landedAt: number;
  /** Grows when something came, went, moved or was renamed: lists are rebuilt on this, not on samples. */
  readonly shape: number;
}

/** What is wrong with a VM: the platform's own words, or its state where there are none. Undefined for nothing. */
export function troubleOf({ trouble, state }: Vm): string | undefined {
  if (trouble) return trouble.message;
  return state === 'crashed' || state === 'error' ? `it is in state ${state}; no reason given` : undefined;
}

/** The parent of a VM in the tree. */
export const parentOf = (vm: Vm): NodeId | PoolId | undefined => vm.node ?? vm.pool;

/** `web1 on host3`: names alone may be those of several. */
export function placeOf({ name, node }: Vm, fleet: Fleet): string {
  const at = node === undefined ? undefined : fleet.nodes.get(node)?.name;
  return at === undefined ? name : `${name} on ${at}`;
}

interface Machine {
  readonly uuid?: string | undefined;
  readonly identity?: string | undefined;
}

/**
 * Whether an id stands for another machine than before: nothing that is known of the earlier one holds for it. An identity
 * that one of them lacks says nothing.
 */
export const isAnother = (before: Machine, now: Machine): boolean =>
  before.uuid !== now.uuid ||
  (before.identity !== undefined && now.identity !== undefined && before.identity !== now.identity);
