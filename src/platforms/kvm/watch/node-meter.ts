import type { Clock } from '../../../clock.ts';
import type { NodeId } from '../../../ids.ts';
import type { NodeSample } from '../../contract.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';

/** The host's own CPU and memory. */
export interface NodeMeter {
  read(poll: RpcClient, signal: AbortSignal): Promise<NodeSample>;
}

type Counters = ReadonlyMap<string, number>;
const ALL = -1;
const NONE: Counters = new Map();

export function createNodeMeter(node: NodeId, clock: Clock): NodeMeter {
  // The daemon requires the exact number of counters, and returns that number when it is asked for none.
  let cpuCount = 0;
  let memoryCount = 0;
  let busyBefore = Number.NaN;
  let allBefore = Number.NaN;

  async function cpuCounters(poll: RpcClient, signal: AbortSignal): Promise<Counters> {
    if (cpuCount === 0)
      cpuCount = (await poll.call(procedures.nodeCpuStats, { cpu: ALL, count: 0, flags: 0 }, { signal })).count;
    const { counters } = await poll.call(procedures.nodeCpuStats, { cpu: ALL, count: cpuCount, flags: 0 }, { signal });
    return byName(counters);
  }
  async function memoryCounters(poll: RpcClient, signal: AbortSignal): Promise<Counters> {
    if (memoryCount === 0)
      memoryCount = (await poll.call(procedures.nodeMemoryStats, { count: 0, cell: ALL, flags: 0 }, { signal })).count;
    const { counters } = await poll.call(
      procedures.nodeMemoryStats,
      { count: memoryCount, cell: ALL, flags: 0 },
      { signal },
    );
    return byName(counters);
  }
  function cpuShare(counters: Counters): number {
    const get = (name: string) => counters.get(name) ?? 0;
    const busy = get('kernel') + get('user') + get('intr');
    const all = busy + get('idle') + get('iowait');
    const share = all > allBefore ? (busy - busyBefore) / (all - allBefore) : Number.NaN;
    busyBefore = busy;
    allBefore = all;
    return Math.min(1, Math.max(0, share));
  }
  return {
    async read(poll, signal) {
      const [cpu, memory] = await Promise.all([
        cpuCounters(poll, signal).catch(unsupported),
        memoryCounters(poll, signal).catch(unsupported),
      ]);
      return { node, at: clock.now(), cpu: cpu.size > 0 ? cpuShare(cpu) : Number.NaN, memory: usedMemory(memory) };
    },
  };
}

const byName = (counters: readonly { readonly name: string; readonly value: number }[]): Counters =>
  new Map(counters.map(({ name, value }) => [name, value]));

/** Caches do not count as used: the host frees them when a program needs the memory. */
function usedMemory(counters: Counters): number {
  const kib = (name: string) => counters.get(name) ?? Number.NaN;
  return (kib('total') - kib('free') - (counters.get('buffers') ?? 0) - (counters.get('cached') ?? 0)) * 1024;
}

/** Not every driver counts. */
function unsupported(error: unknown): Counters {
  if (error instanceof LibvirtError) return NONE;
  throw error;
}
