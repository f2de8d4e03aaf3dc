import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate as breathe } from 'node:timers/promises';
import type { EndpointName } from '../../ids.ts';
import type { Inventory, Node, Pool, Vm } from '../../platforms/contract.ts';
import { cacheKey, replaceCache } from './cache-file.ts';

export interface CachedInventory {
  /** Epoch, ms: when it was true. */
  readonly at: number;
  readonly inventory: Inventory;
}

/** What each endpoint had when it was last seen: shown at the next start, marked stale, before any network call. */
export interface InventoryCache {
  /** Undefined when there is none that can be read. Never rejects: a cache is worth no error. */
  read(endpoint: CachedEndpoint): Promise<CachedInventory | undefined>;
  write(endpoint: CachedEndpoint, cached: CachedInventory): Promise<void>;
}

/** Another address is another machine, whatever it is called. */
interface CachedEndpoint {
  readonly name: EndpointName;
  readonly platform: string;
  readonly address: string;
}

interface Head {
  readonly version: typeof VERSION;
  readonly at: number;
  readonly pools: readonly Pool[];
  readonly nodes: readonly Node[];
  readonly cloud?: string;
}

/** Of the shape of the objects: another one is not read. */
const VERSION = 1;
/** A line that is parsed or made at once must not be felt at the keys. */
const VMS_PER_LINE = 256;

/** `configPath` is part of the key: two configurations may call different hosts by one name. */
export function createInventoryCache(directory: string, configPath: string): InventoryCache {
  const fileOf = ({ name, platform, address }: CachedEndpoint) =>
    join(directory, `${name}-${cacheKey(configPath, name, platform, address)}.jsonl`);

  /** A cache that could not be written once is off for this run. */
  let isOff = false;

  return {
    async read(endpoint) {
      const vms: Vm[] = [];
      let head: Head | undefined;
      try {
        for await (const line of createInterface({ input: createReadStream(fileOf(endpoint)) })) {
          if (head) vms.push(...(JSON.parse(line) as readonly Vm[]));
          else head = JSON.parse(line) as Head;
          if (head.version !== VERSION) return undefined;
          await breathe();
        }
      } catch {
        return undefined;
      }
      if (!head) return undefined;
      const { at, pools, nodes, cloud } = head;
      return { at, inventory: { pools, nodes, vms, ...(cloud !== undefined && { cloud }) } };
    },

    async write(endpoint, cached) {
      if (!isOff) isOff = !(await replaceCache(fileOf(endpoint), linesOf(cached)));
    },
  };
}

function* linesOf({ at, inventory: { pools, nodes, vms, cloud } }: CachedInventory): Generator<string> {
  const head: Head = { version: VERSION, at, pools, nodes, ...(cloud !== undefined && { cloud }) };
  yield `${JSON.stringify(head)}\n`;
  for (let from = 0; from < vms.length; from += VMS_PER_LINE) {
    yield `${JSON.stringify(vms.slice(from, from + VMS_PER_LINE))}\n`;
  }
}
