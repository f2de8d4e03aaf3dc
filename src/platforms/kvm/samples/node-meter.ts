import type { Clock } from '../../../clock.ts';
import type { NodeId } from '../../../ids.ts';
import type { NodeSample } from '../../contract.ts';
import { byName, type Counters, createMemoryReader, unsupported } from '../host/host-memory.ts';
import type { RpcClient } from '../rpc/client.ts';
import { procedures } from '../rpc/protocol.ts';

/** The host's own CPU and memory. */
export interface NodeMeter {
  read(poll: RpcClient, signal: AbortSignal): Promise<NodeSample>;
}

const ALL = -1;

export function createNodeMeter(node: NodeId, clock: Clock): NodeMeter {
  // The daemon requires the exact number of counters, and returns that number when it is asked for none.
  let cpuCount = 0;
  const memory = createMemoryReader();
  let busyBefore = Number.NaN;
  let allBefore = Number.NaN;

  async function cpuCounters(poll: RpcClient, signal: AbortSignal): Promise<Counters> {
    if (cpuCount === 0)
      cpuCount = (await poll.call(procedures.nodeCpuStats, { cpu: ALL, count: 0, flags: 0 }, { signal })).count;
    const { counters } = await poll.call(procedures.nodeCpuStats, { cpu: ALL, count: cpuCount, flags: 0 }, { signal });
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
      const [cpu, used] = await Promise.all([cpuCounters(poll, signal).catch(unsupported), memory(poll, signal)]);
      return { node, at: clock.now(), cpu: cpu.size > 0 ? cpuShare(cpu) : Number.NaN, memory: used };
    },
  };
}
