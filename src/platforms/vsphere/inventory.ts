/** The inventory as watch() knows it: what the server says goes in, what that changes for people comes out. */
import type { EndpointName } from '../../ids.ts';
import type { Change, Inventory, Node, Pool, Vm } from '../contract.ts';
import { breathe } from '../transport/breathe.ts';
import type { ObjectUpdate } from './collector.ts';
import { FIGURES } from './inventory-spec.ts';
import { forget, type Known, knownFrom, learn, type Objects } from './objects.ts';
import { isNode, isPool, isVm, nodeRow, type Place, poolRow, vmRow } from './rows.ts';

export interface VsphereInventory {
  readonly objects: Objects;
  /** Counts what came and went: lists of VMs and hosts are recreated when it has grown. */
  shape(): number;
  apply(update: ObjectUpdate): void;
  /** Takes away what the server does not know any more. */
  drop(value: string): void;
  /** A task began on it (`powerOn`), or none runs any more. */
  setTask(value: string, task: string | undefined): void;
  /** All rows, recreated; keys come first meanwhile. */
  whole(): Promise<Inventory>;
  /** What has changed for people since the last time, or since whole(), some hundred at a time; undefined: nothing is left. */
  changes(): readonly Change[] | undefined;
  /** Whether figures have come since the last time. */
  freshFigures(): boolean;
}

/** Rows that are drawn between two looks at the keyboard. */
const AT_ONCE = 250;

export function createInventory(endpoint: EndpointName, standalone: boolean, now: () => number): VsphereInventory {
  const objects = new Map<string, Known>();
  const tasks = new Map<string, string>();
  const askedAt = new Map<string, number>();
  const rows = { pools: new Map<string, Pool>(), nodes: new Map<string, Node>(), vms: new Map<string, Vm>() };
  const touched = new Set<string>();
  /** Something that others hang on has changed: which of them, only a look at all tells. It is rare. */
  let treeTouched = false;
  let figures = false;
  let shape = 0;
  const place: Place = { endpoint, objects, standalone };

  function touch(known: Known): void {
    if (isVm(known)) touched.add(known.ref.value);
    else treeTouched = true;
  }

  function drop(value: string): void {
    const known = objects.get(value);
    if (!known) return;
    objects.delete(value);
    tasks.delete(value);
    askedAt.delete(value);
    shape++;
    touch(known);
  }

  const drawVm = (known: Known): Vm => {
    const { value } = known.ref;
    if (!known.values.get('runtime.question.text')) askedAt.delete(value);
    else if (!askedAt.has(value)) askedAt.set(value, now());
    return vmRow(known, { ...place, task: tasks.get(value), askedAt: askedAt.get(value) ?? 0 });
  };

  function put<Row extends { readonly id: string }>(
    table: Map<string, Row>,
    value: string,
    row: Row | undefined,
    change: { readonly upsert: (row: Row) => Change; readonly remove: (row: Row) => Change },
  ): readonly Change[] {
    const before = table.get(value);
    if (!row) {
      table.delete(value);
      return before ? [change.remove(before)] : [];
    }
    if (before && JSON.stringify(before) === JSON.stringify(row)) return [];
    table.set(value, row);
    return [change.upsert(row)];
  }

  /** Pools and hosts; a VM's row also says whether its host is known. */
  function drawTree(): readonly Change[] {
    const hosts = new Set(rows.nodes.keys());
    const changes: Change[] = [];
    for (const value of new Set([...rows.pools.keys(), ...rows.nodes.keys(), ...objects.keys()])) {
      const known = objects.get(value);
      if (known && isVm(known)) continue;
      const pool = known && isPool(known, place) ? poolRow(known, place) : undefined;
      const node = known && isNode(known) ? nodeRow(known, place) : undefined;
      changes.push(...put(rows.pools, value, pool, POOL_CHANGE), ...put(rows.nodes, value, node, NODE_CHANGE));
    }
    const moved = (host: string) => hosts.has(host) !== rows.nodes.has(host);
    for (const known of objects.values()) {
      if (moved(known.values.get('runtime.host') ?? '')) touched.add(known.ref.value);
    }
    return changes;
  }

  function changes(): readonly Change[] | undefined {
    if (!treeTouched && touched.size === 0) return undefined;
    const found: Change[] = treeTouched ? [...drawTree()] : [];
    treeTouched = false;
    let left = AT_ONCE;
    for (const value of touched) {
      if (left-- === 0) break;
      touched.delete(value);
      const known = objects.get(value);
      found.push(...put(rows.vms, value, known && drawVm(known), VM_CHANGE));
    }
    return found;
  }

  return {
    objects,
    shape: () => shape,
    apply(update) {
      const { ref, kind } = update;
      if (kind === 'leave') return drop(ref.value);
      const known = objects.get(ref.value);
      if (!known) {
        const entered = knownFrom(update);
        objects.set(ref.value, entered);
        shape++;
        figures = true;
        touch(entered);
        return;
      }
      // What a server tells again when it tells everything: a value that it leaves out is not set any more.
      const left = kind === 'enter' ? [...known.values.keys()].filter((path) => !update.changes.has(path)) : [];
      for (const path of [...learn(known, update.changes), ...forget(known, left)]) {
        if (FIGURES.has(path)) figures = true;
        else touch(known);
      }
    },
    drop,
    setTask(value, task) {
      if (tasks.get(value) === task) return;
      if (task === undefined) tasks.delete(value);
      else tasks.set(value, task);
      if (objects.has(value)) touched.add(value);
    },
    async whole() {
      while (changes()) await breathe();
      return { pools: [...rows.pools.values()], nodes: [...rows.nodes.values()], vms: [...rows.vms.values()] };
    },
    changes,
    freshFigures() {
      const fresh = figures;
      figures = false;
      return fresh;
    },
  };
}

const POOL_CHANGE = {
  upsert: (pool: Pool): Change => ({ kind: 'pool-upsert', pool }),
  remove: ({ id }: Pool): Change => ({ kind: 'pool-remove', id }),
};
const NODE_CHANGE = {
  upsert: (node: Node): Change => ({ kind: 'node-upsert', node }),
  remove: ({ id }: Node): Change => ({ kind: 'node-remove', id }),
};
const VM_CHANGE = {
  upsert: (vm: Vm): Change => ({ kind: 'vm-upsert', vm }),
  remove: ({ id }: Vm): Change => ({ kind: 'vm-remove', id }),
};
