/** How much storage nodes have together, as the lists of their endpoints say, which are read once a minute. */
import { type EndpointName, endpointOf, type NodeId, type PoolId } from '../../ids.ts';
import type { ListedKind, ObjectOf, Storage, Vm } from '../../platforms/contract.ts';
import type { Fleet, VmStorageSum } from './fleet.ts';

/** Bytes of those that say both; `count` of all that can be used. */
export interface StorageSum {
  readonly count: number;
  readonly size: number;
  readonly used: number;
}

interface StorageSums {
  readonly local: StorageSum;
  readonly shared: StorageSum;
}

/** What these nodes have of a kind that is listed by endpoint: theirs, and what is of no node alone. Undefined until a list was read. */
export function listedOf<K extends Extract<ListedKind, 'storage' | 'network'>>(
  kind: K,
  nodes: readonly NodeId[],
  { listings }: Pick<Fleet, 'listings'>,
): readonly ObjectOf<K>[] | undefined {
  const own = new Set(nodes);
  const endpoints = new Set<EndpointName>(nodes.map(endpointOf));
  const lists = [...endpoints].flatMap((name) => listings.of(kind, name) ?? []);
  if (lists.length === 0) return undefined;
  return lists.flatMap(({ items }) => items.filter(({ node }) => node === undefined || own.has(node)));
}

/** What the disks of all VMs right below these can hold. */
export function sumOfVms(parents: readonly (NodeId | PoolId)[], fleet: Pick<Fleet, 'vmStorage'>): VmStorageSum {
  let [size, known] = [0, 0];
  for (const parent of parents) {
    const sum = fleet.vmStorage(parent);
    size += sum.size;
    known += sum.known;
  }
  return { size, known };
}

/** Undefined where it is not known of all of its disks where they are. */
export const localStorageOf = ({ storage, sharedStorage }: Vm): number | undefined =>
  storage === undefined || sharedStorage === undefined ? undefined : Math.max(0, storage - sharedStorage);

/** NaN where it is not known of all of them: a part would look like the whole. */
export function storageOfVms(
  parents: readonly (NodeId | PoolId)[],
  fleet: Pick<Fleet, 'vmStorage' | 'counts'>,
): number {
  const { size, known } = sumOfVms(parents, fleet);
  const total = parents.reduce((sum, parent) => sum + fleet.counts(parent).total, 0);
  return known > 0 && known === total ? size : Number.NaN;
}

/** Each storage counts once, whichever of the nodes use it. */
export function sumStorages(storages: readonly Storage[]): StorageSums {
  const seen = new Map<string, number[]>();
  const sums = { local: { ...NOTHING }, shared: { ...NOTHING } };
  for (const storage of storages) {
    if (!storage.active) continue;
    const sum = storage.shared ? sums.shared : sums.local;
    sum.count++;
    const { size, used } = storage;
    if (size === undefined || used === undefined) continue;
    const alike = seen.get(spaceOf(storage)) ?? [];
    if (alike.some((other) => Math.abs(other - used) <= size * DRIFT)) continue;
    seen.set(spaceOf(storage), [...alike, used]);
    sum.size += size;
    sum.used += used;
  }
  return sums;
}

const NOTHING = { count: 0, size: 0, used: 0 };

/** Their sizes are read one after the other, while the file system is written to. */
const DRIFT = 0.001;

/** Two directories of one file system report the whole of it: as large, and as full. Of empty ones that says nothing. */
const spaceOf = ({ id, node, size, used }: Storage): string =>
  used === undefined || used === 0 ? id : `${endpointOf(id)} ${node} ${size}`;
