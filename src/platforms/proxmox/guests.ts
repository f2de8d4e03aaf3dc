/** What /cluster/resources tells of guests and nodes, in one request for the whole cluster. */
import type { Bytes } from '../../units.ts';
import { asRows, type Row, textOf } from '../lib/json.ts';
import { bytesOf, flagOf, numberOf } from './json.ts';

export type GuestKind = 'qemu' | 'lxc';

/** What a storage must take for the disks of such a guest. */
export const diskContent = (kind: GuestKind): 'images' | 'rootdir' => (kind === 'qemu' ? 'images' : 'rootdir');

export interface Guest {
  /** The server's own id, unique in its cluster: `qemu/100`. */
  readonly key: string;
  readonly kind: GuestKind;
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
  readonly status: string;
  readonly lock: string | undefined;
  readonly template: boolean;
  readonly cpus: number;
  readonly memory: Bytes;
  readonly tags: readonly string[];
  /** Resource pool of the cluster. */
  readonly pool: string | undefined;
  /** State of high availability: `started`, `error`. */
  readonly ha: string | undefined;
  readonly use: Usage;
}

/** Gauges and counters as they stood when its node last told, every ten seconds or so. */
export interface Usage {
  /** Seconds; what tells one reading from the next. */
  readonly uptime: number;
  /** 0..1 of its own CPUs. */
  readonly cpu: number;
  readonly memory: number;
  /** Bytes since its start. */
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netIn: number;
  readonly netOut: number;
}

export interface ClusterNode {
  readonly name: string;
  readonly online: boolean;
  readonly cpus: number;
  readonly memory: Bytes;
  readonly cpu: number;
  readonly memoryUsed: number;
}

/** All of it where what is in use is not known. */
export const memoryFree = ({ memory, memoryUsed }: ClusterNode): number =>
  memory - (Number.isNaN(memoryUsed) ? 0 : memoryUsed);

export interface Resources {
  readonly guests: ReadonlyMap<string, Guest>;
  readonly nodes: ReadonlyMap<string, ClusterNode>;
  /** Names of storages, and whether several nodes reach them. */
  readonly storages: ReadonlyMap<string, boolean>;
}

export function readResources(data: unknown): Resources {
  const guests = new Map<string, Guest>();
  const nodes = new Map<string, ClusterNode>();
  const storages = new Map<string, boolean>();
  for (const row of asRows(data, 'the resources of the cluster')) {
    const guest = readGuest(row);
    if (guest) guests.set(guest.key, guest);
    const node = readNode(row);
    if (node) nodes.set(node.name, node);
    const storage = row['type'] === 'storage' ? textOf(row, 'storage') : undefined;
    if (storage !== undefined) storages.set(storage, flagOf(row, 'shared'));
  }
  return { guests, nodes, storages };
}

function readGuest(row: Row): Guest | undefined {
  const kind = row['type'];
  const vmid = numberOf(row, 'vmid');
  const node = textOf(row, 'node');
  if ((kind !== 'qemu' && kind !== 'lxc') || vmid === undefined || node === undefined) return undefined;
  return {
    key: `${kind}/${vmid}`,
    kind,
    vmid,
    node,
    name: textOf(row, 'name') ?? `${kind === 'qemu' ? 'VM' : 'CT'} ${vmid}`,
    status: textOf(row, 'status') ?? 'unknown',
    lock: textOf(row, 'lock'),
    template: flagOf(row, 'template'),
    cpus: numberOf(row, 'maxcpu') ?? 0,
    memory: bytesOf(row, 'maxmem'),
    tags: readTags(textOf(row, 'tags')),
    pool: textOf(row, 'pool'),
    ha: textOf(row, 'hastate'),
    use: {
      uptime: numberOf(row, 'uptime') ?? 0,
      cpu: numberOf(row, 'cpu') ?? Number.NaN,
      memory: numberOf(row, 'mem') ?? Number.NaN,
      diskRead: numberOf(row, 'diskread') ?? Number.NaN,
      diskWrite: numberOf(row, 'diskwrite') ?? Number.NaN,
      netIn: numberOf(row, 'netin') ?? Number.NaN,
      netOut: numberOf(row, 'netout') ?? Number.NaN,
    },
  };
}

function readNode(row: Row): ClusterNode | undefined {
  const name = textOf(row, 'node');
  if (row['type'] !== 'node' || name === undefined) return undefined;
  return {
    name,
    online: row['status'] === 'online',
    cpus: numberOf(row, 'maxcpu') ?? 0,
    memory: bytesOf(row, 'maxmem'),
    cpu: numberOf(row, 'cpu') ?? Number.NaN,
    memoryUsed: numberOf(row, 'mem') || Number.NaN,
  };
}

const readTags = (text: string | undefined): readonly string[] => text?.split(/[;,\s]+/).filter(Boolean) ?? [];

/** A single guest, as `status/current` tells it: at once, where the list is some seconds old. */
export interface Current {
  readonly status: string;
  readonly runState: string | undefined;
  readonly lock: string | undefined;
  readonly name: string | undefined;
  readonly cpus: number | undefined;
  readonly memory: Bytes | undefined;
  readonly tags: readonly string[];
  readonly agent: boolean;
  /** Seconds; 0 for one that is off. */
  readonly uptime: number;
}

export function readCurrent(row: Row): Current {
  const memory = bytesOf(row, 'maxmem');
  return {
    status: textOf(row, 'status') ?? 'unknown',
    runState: textOf(row, 'qmpstatus'),
    lock: textOf(row, 'lock'),
    name: textOf(row, 'name'),
    cpus: numberOf(row, 'cpus'),
    memory: memory > 0 ? memory : undefined,
    tags: readTags(textOf(row, 'tags')),
    agent: flagOf(row, 'agent'),
    uptime: numberOf(row, 'uptime') ?? 0,
  };
}
