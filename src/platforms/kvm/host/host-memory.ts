/** How much of a host's memory is in use, by its own counters. */
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';

/** What a host counts, by name. */
export type Counters = ReadonlyMap<string, number>;
const ALL = -1;
const NONE: Counters = new Map();

type MemoryReader = (client: RpcClient, signal: AbortSignal) => Promise<number>;

/** The daemon requires the exact number of counters, and returns that number when it is asked for none. */
export function createMemoryReader(): MemoryReader {
  let count = 0;
  const read = async (client: RpcClient, signal: AbortSignal): Promise<Counters> => {
    if (count === 0)
      count = (await client.call(procedures.nodeMemoryStats, { count: 0, cell: ALL, flags: 0 }, { signal })).count;
    return byName((await client.call(procedures.nodeMemoryStats, { count, cell: ALL, flags: 0 }, { signal })).counters);
  };
  return async (client, signal) => usedMemory(await read(client, signal).catch(unsupported));
}

/** Bytes of the host's memory in use now; NaN where its driver does not count. */
export const memoryUsed: MemoryReader = (client, signal) => createMemoryReader()(client, signal);

export const byName = (counters: readonly { readonly name: string; readonly value: number }[]): Counters =>
  new Map(counters.map(({ name, value }) => [name, value]));

/** Not every driver counts. */
export function unsupported(error: unknown): Counters {
  if (error instanceof LibvirtError) return NONE;
  throw error;
}

/** Caches do not count as used: the host frees them when a program needs the memory. */
function usedMemory(counters: Counters): number {
  const kib = (name: string) => counters.get(name) ?? Number.NaN;
  return (kib('total') - kib('free') - (counters.get('buffers') ?? 0) - (counters.get('cached') ?? 0)) * 1024;
}
