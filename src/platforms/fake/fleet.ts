import { setImmediate } from 'node:timers/promises';
import { FleetError } from '../../errors.ts';
import type { EndpointName, NodeId, VmId } from '../../ids.ts';
import type { Inventory, Node, Pool, Vm } from '../contract.ts';
import { type Layout, layOut } from './layout.ts';
import { createMachineMaker, type Slot } from './machines.ts';
import { hash } from './random.ts';

/** What a VM's guest does to its samples. */
export const ACTIVITY = { off: 0, on: 1, frozen: 2 } as const;

/** Facts of every row as columns, so that a tick over 100,000 VMs touches no object. */
export interface Columns {
  readonly role: Uint8Array;
  readonly activity: Uint8Array;
  readonly cpus: Uint16Array;
  readonly memory: Float64Array;
  /** Seconds that a VM's load is ahead of its neighbours'. */
  readonly phase: Uint16Array;
  /** -1 for a VM on no node. */
  readonly node: Int32Array;
}

/** The state of the simulated fleet. A VM keeps its row as long as it lives; no row is used twice. */
export interface Fleet {
  readonly seed: number;
  readonly pools: readonly Pool[];
  readonly columns: Columns;
  /** Goes up when a VM has come or gone. */
  readonly shape: number;
  /** How many rows are or were in use. */
  readonly rows: number;
  nodes(): readonly Node[];
  inventory(): Inventory;
  vm(row: number): Vm | undefined;
  find(id: VmId): number | undefined;
  /** Throws vm.not-found. */
  rowOf(id: VmId): number;
  /** Throws node.not-found. */
  nodeRowOf(id: NodeId): number;
  replaceVm(row: number, vm: Vm): void;
  replaceNode(row: number, node: Node): void;
  remove(row: number): void;
  /** Throws op.refused when there is no room for another one. */
  add(make: (row: number) => Vm): Vm;
}

export interface FleetSize {
  readonly vms: number;
  readonly seed: number;
  readonly running: number;
  readonly oddNames: boolean;
}

/** So many VMs are made between two looks at what else the process has to do; about a millisecond. */
const CHUNK = 500;

/** How many VMs may be made later. */
const ROOM = 1_000;

export async function createFleet(endpoint: EndpointName, size: FleetSize, now: number): Promise<Fleet> {
  const layout = layOut(endpoint, size.vms, size.seed);
  const nodes = [...layout.nodes];
  const nodeRows = new Map(nodes.map((node, row) => [node.id, row]));
  const rows = new Map<VmId, number>();
  const vms: (Vm | undefined)[] = [];
  const most = size.vms + ROOM;
  const columns: Columns = {
    role: new Uint8Array(most),
    activity: new Uint8Array(most),
    cpus: new Uint16Array(most),
    memory: new Float64Array(most),
    phase: new Uint16Array(most),
    node: new Int32Array(most),
  };
  let shape = 0;

  function put(row: number, vm: Vm) {
    vms[row] = vm;
    columns.activity[row] = activityOf(vm);
    columns.cpus[row] = vm.cpus;
    columns.memory[row] = vm.memory;
    columns.node[row] = vm.node === undefined ? -1 : (nodeRows.get(vm.node) ?? -1);
  }

  const make = createMachineMaker(endpoint, size, now);
  for (const slot of slotsOf(layout)) {
    const { row } = slot;
    const { vm, role } = make(slot);
    rows.set(vm.id, row);
    columns.role[row] = role;
    columns.phase[row] = hash(size.seed, row, 71) & 1023;
    put(row, vm);
    if (row % CHUNK === CHUNK - 1) await setImmediate();
  }

  return {
    seed: size.seed,
    pools: layout.pools,
    columns,
    get shape() {
      return shape;
    },
    get rows() {
      return vms.length;
    },
    nodes: () => nodes,
    inventory: () => ({
      pools: layout.pools,
      nodes: [...nodes],
      vms: vms.filter((vm) => vm !== undefined),
    }),
    vm: (row) => vms[row],
    find: (id) => rows.get(id),
    rowOf(id) {
      const row = rows.get(id);
      if (row === undefined) throw new FleetError('vm.not-found', `VM ${id} not found`);
      return row;
    },
    nodeRowOf(id) {
      const row = nodeRows.get(id);
      if (row === undefined) throw new FleetError('node.not-found', `node ${id} not found`);
      return row;
    },
    replaceVm: put,
    replaceNode(row, node) {
      nodes[row] = node;
    },
    add(make) {
      const row = vms.length;
      if (row >= most) throw new FleetError('op.refused', `${endpoint} has no room for another VM`);
      const vm = make(row);
      rows.set(vm.id, row);
      columns.phase[row] = hash(size.seed, row, 71) & 1023;
      put(row, vm);
      shape++;
      return vm;
    },
    remove(row) {
      const vm = vms[row];
      if (!vm) return;
      rows.delete(vm.id);
      vms[row] = undefined;
      columns.activity[row] = ACTIVITY.off;
      shape++;
    },
  };
}

function* slotsOf({ nodes, places }: Layout): Generator<Slot> {
  for (const [index, { site, from, until }] of places.entries()) {
    const node = nodes[index];
    if (!node) continue;
    const first = places[index - 1]?.site === site ? -1 : from;
    const last = places[index + 1]?.site === site || until - from <= 5 ? -1 : until - 1;
    for (let row = from; row < until; row++) yield { row, node, opensSite: row === first, closesSite: row === last };
  }
}

function activityOf({ state }: Vm): number {
  if (state === 'paused') return ACTIVITY.frozen;
  return state === 'running' || state === 'starting' || state === 'stopping' || state === 'migrating'
    ? ACTIVITY.on
    : ACTIVITY.off;
}
