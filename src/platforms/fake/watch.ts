import { wait } from '../../clock.ts';
import type { VmId } from '../../ids.ts';
import type { Feed, NodeSample, WatchOptions } from '../contract.ts';
import { makeSamples, type NodeLoad, nodeCpu, nodeMemory, type Samples, sampleRows } from './curves.ts';
import type { FakeServer } from './server.ts';

/** Rows that are sampled in one go; at most about a millisecond of work. */
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
  const leave = server.subscribe(sink);
  let shards: readonly Shard[] = [];
  let drawnFor = '';
  try {
    for (;;) {
      const drawing = `${fleet.shape} ${faults.hangings}`;
      if (drawing !== drawnFor) {
        shards = drawShards(server);
        drawnFor = drawing;
      }
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
async function tick(server: FakeServer, shards: readonly Shard[], options: WatchOptions, end: AbortSignal) {
  const { clock, faults, fleet } = server;
  const at = clock.now();
  const windowMs = options.everyMs();
  const gap = windowMs / Math.max(1, shards.length);
  const nodes = fleet.nodes();
  const load = { cpus: new Float64Array(nodes.length), memory: new Float64Array(nodes.length) };
  for (const [index, { rows, ids, samples }] of inSight(server, shards, options.interest()).entries()) {
    if (index > 0) await wait(clock, gap, end);
    if (faults.frozen) continue;
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

/** The VMs that have something to tell, in the order of the tree. */
function drawShards({ fleet, faults, options }: FakeServer): readonly Shard[] {
  const rows: number[] = [];
  for (let row = 0; row < options.vms; row++) {
    if (fleet.vm(row) && !faults.hangs(fleet.columns.node[row] ?? -1)) rows.push(row);
  }
  const shards: Shard[] = [];
  for (let from = 0; from < rows.length; from += SHARD) {
    const part = Int32Array.from(rows.slice(from, from + SHARD));
    const ids = [...part].map((row) => fleet.vm(row)?.id).filter((id) => id !== undefined);
    shards.push({ rows: part, ids, samples: makeSamples(part.length) });
  }
  return shards;
}

/** Shards that hold a VM of interest come first. */
function inSight({ fleet }: FakeServer, shards: readonly Shard[], interest: readonly VmId[]): readonly Shard[] {
  if (shards.length < 2 || interest.length === 0) return shards;
  const seen = new Set<Shard>();
  for (const id of interest) {
    const row = fleet.find(id);
    const shard = row === undefined ? undefined : shards.find(({ rows }) => row <= (rows.at(-1) ?? -1));
    if (shard) seen.add(shard);
    if (seen.size === shards.length) break;
  }
  return [...seen, ...shards.filter((shard) => !seen.has(shard))];
}
