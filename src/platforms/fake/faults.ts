import type { NodeId } from '../../ids.ts';
import type { OperationName } from '../contract.ts';
import type { Fleet } from './fleet.ts';
import type { Link } from './link.ts';
import type { FakeOptions } from './options.ts';

/** What goes wrong in the simulated world, on order: of the endpoint's fields at first, then of tests. */
export interface Faults {
  /** Every answer takes this much longer: of one node, or of all. */
  slow(ms: number, node?: NodeId): void;
  /** The node tells nothing any more, and operations on it and its VMs never answer. */
  hang(node: NodeId): void;
  recover(node: NodeId): void;
  /** The server keeps its connections open and says nothing at all. */
  freeze(): void;
  thaw(): void;
  cutLink(): void;
  restoreLink(): void;
  refuseLogins(refuse: boolean): void;
  /** The next so many operations of this name fail half-way. */
  fail(operation: OperationName, times?: number): void;
  /** The next so many operations of this name are done, but the link dies before their answer. */
  lose(operation: OperationName, times?: number): void;
}

/** The same for the server: which fault strikes now. */
export interface Trap {
  readonly frozen: boolean;
  readonly loginsRefused: boolean;
  delayMs(nodeRow: number): number;
  hangs(nodeRow: number): boolean;
  /** Goes up when a node begins or ceases to hang. */
  readonly hangings: number;
  takeFailure(operation: OperationName): boolean;
  takeLoss(operation: OperationName): boolean;
}

const SLOW_NODE_MS = 3000;

/** `changed` is called when a node begins or ceases to hang, and when the server thaws. */
export function createFaults(
  options: FakeOptions,
  fleet: Fleet,
  link: Link,
  changed: (nodeRow: number | undefined) => void,
): Faults & Trap {
  const failures = new Map<OperationName, number>();
  const losses = new Map<OperationName, number>();
  const slow = new Map<number, number>(options.slowNode > 0 ? [[options.slowNode - 1, SLOW_NODE_MS]] : []);
  const hanging = new Set<number>(options.hangingNode > 0 ? [options.hangingNode - 1] : []);
  let everywhereMs = options.latencyMs;
  let frozen = false;
  let loginsRefused = false;
  let hangings = 0;
  if (options.fails) failures.set(options.fails, Number.POSITIVE_INFINITY);
  if (options.loses) losses.set(options.loses, Number.POSITIVE_INFINITY);

  return {
    slow(ms, node) {
      if (node === undefined) everywhereMs = ms;
      else slow.set(fleet.nodeRowOf(node), ms);
    },
    hang(node) {
      const row = fleet.nodeRowOf(node);
      hanging.add(row);
      hangings++;
      changed(row);
    },
    recover(node) {
      const row = fleet.nodeRowOf(node);
      hanging.delete(row);
      hangings++;
      changed(row);
    },
    freeze() {
      frozen = true;
    },
    thaw() {
      frozen = false;
      changed(undefined);
    },
    cutLink: () => link.cut(),
    restoreLink: () => link.restore(),
    refuseLogins(refuse) {
      loginsRefused = refuse;
    },
    fail: (operation, times = 1) => void failures.set(operation, times),
    lose: (operation, times = 1) => void losses.set(operation, times),

    get frozen() {
      return frozen;
    },
    get loginsRefused() {
      return loginsRefused;
    },
    get hangings() {
      return hangings;
    },
    delayMs: (nodeRow) => everywhereMs + (slow.get(nodeRow) ?? 0),
    hangs: (nodeRow) => hanging.has(nodeRow),
    takeFailure: (operation) => take(failures, operation),
    takeLoss: (operation) => take(losses, operation),
  };
}

function take(counts: Map<OperationName, number>, operation: OperationName): boolean {
  const left = counts.get(operation) ?? 0;
  if (left <= 0) return false;
  counts.set(operation, left - 1);
  return true;
}
