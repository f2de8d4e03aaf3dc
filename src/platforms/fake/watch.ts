import { wait } from '../../clock.ts';
import type { VmId } from '../../ids.ts';
import type { Feed, NodeSample, WatchOptions } from '../contract.ts';
import { makeSamples, type NodeLoad, nodeCpu, nodeMemory, type Samples, sampleRows } from './curves.ts';
import type { FakeServer } from './server.ts';

/** Rows that are sampled in one go; about a millisecond of work. */
const SHARD = 10_000;

/** A part of the fleet with arrays of its own, which are written again at each tick. */
interface Shard {
  readonly rows: Int32Array;
  readonly ids: readonly VmId[];
  readonly samples: Samples;
}

/** The contract's `watch()`. `alive` aborts, with the error to throw, when the link is lost. */
export async function watch(server: FakeServer, alive: AbortSignal, options: WatchOptions): Promise<void> {
  const { clock, faults, fleet } = server;
  const { sink, signal } = options;
  if (signal.aborted) return;
  alive.throwIfAborted();
  const end = AbortSignal.any([signal, alive]);
  sink({ kind: 'inventory', at: clock.now(), inventory: fleet.inventory() });
  sink({ kind: 'complete', at: clock.now() });
  const leave = server.news.subscribe(sink);
  let shards = new Map<number, Shard>();
  let drawnFor = '';
  try {
    for (;;) {
      const drawing = `${fleet.shape} ${faults.hangings}`;
      if (drawing !== drawnFor) shards = new Map();
      drawnFor = drawing;
      await tick(server, shards, options, end);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    leave();
  }
}

/**
 * One round over the fleet. All samples are of its first instant; those of a large fleet are spread over the round,
 * beginning with the shards that people look at.
 */
async function tick(server: FakeServer, shards: Map<number, Shard>, options: WatchOptions, end: AbortSignal) {
  const { clock, faults, fleet } = server;
  const at = clock.now();
  const windowMs = options.everyMs();
  const nodes = fleet.nodes();
  const load = { cpus: new Float64Array(nodes.length), memory: new Float64Array(nodes.length) };
  const order = inSight(server, options.interest());
  const gap = windowMs / Math.max(1, order.length);
  for (const [turn, index] of order.entries()) {
    if (turn > 0) await wait(clock, gap, end);
    if (faults.frozen) continue;
    const shard = shards.get(index) ?? drawShard(server, index);
    shards.set(index, shard);
    const { rows, ids, samples } = shard;
    if (ids.length === 0) continue;
    sampleRows(fleet.columns, fleet.seed, rows, at, samples, load);
    options.sink({ kind: 'samples', block: { at, windowMs, ids, ...samples } });
  }
  if (!faults.frozen) options.sink(nodeFeed(server, load, at));
  await wait(clock, gap, end);
}

function nodeFeed({ fleet, faults }: FakeServer, load: NodeLoad, at: number): Feed {
  const samples: NodeSample[] = [];
  for (const [row, node] of fleet.nodes().entries()) {
    if (faults.hangs(row)) continue;
    samples.push({ node: node.id, at, cpu: nodeCpu(load, row, node), memory: nodeMemory(load, row, node) });
  }
  return samples.length > 0 ? { kind: 'node-samples', samples } : { kind: 'alive', at };
}

/** The VMs of a part of the rows that have something to tell. */
function drawShard({ fleet, faults }: FakeServer, index: number): Shard {
  const rows: number[] = [];
  const ids: VmId[] = [];
  for (let row = index * SHARD; row < Math.min(fleet.rows, (index + 1) * SHARD); row++) {
    const vm = fleet.vm(row);
    if (!vm || faults.hangs(fleet.columns.node[row] ?? -1)) continue;
    rows.push(row);
    ids.push(vm.id);
  }
  return { rows: new Int32Array(rows), ids, samples: makeSamples(rows.length) };
}

/** The indexes of all shards; those that hold a VM of interest come first. */
function inSight({ fleet }: FakeServer, interest: readonly VmId[]): readonly number[] {
  const count = Math.ceil(fleet.rows / SHARD);
  const order = new Set<number>();
  for (const id of interest) {
    if (order.size === count) break;
    const row = fleet.find(id);
    if (row !== undefined) order.add(Math.floor(row / SHARD));
  }
  for (let index = 0; index < count; index++) order.add(index);
  return [...order];
}
