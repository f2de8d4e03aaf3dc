import type { NodeId, PoolId } from '../../ids.ts';
import type { Vm, VmState } from '../../platforms/contract.ts';
import { type Counts, parentOf, troubleOf, type VmStorageSum } from './fleet.ts';

/** What the VMs below each node and pool come to; kept up to date one VM at a time, so that a sum never costs all of them. */
export interface VmTallies {
  /** `by`: 1 for a VM that came, -1 for one that goes. */
  count(vm: Vm, by: 1 | -1): void;
  counts(parent: NodeId | PoolId): Counts;
  storage(parent: NodeId | PoolId): VmStorageSum;
}

type Tally = { -readonly [Key in keyof Counts]: number };
type StorageTally = { -readonly [Key in keyof VmStorageSum]: number };
const NOTHING: Counts = { total: 0, running: 0, paused: 0, crashed: 0, off: 0, troubled: 0 };
const COUNTED: Partial<Record<VmState, keyof Counts>> = {
  running: 'running',
  paused: 'paused',
  crashed: 'crashed',
  stopped: 'off',
  suspended: 'off',
};
const NO_STORAGE: VmStorageSum = { size: 0, known: 0 };

export function createVmTallies(): VmTallies {
  const tallies = new Map<NodeId | PoolId, Tally>();
  const storages = new Map<NodeId | PoolId, StorageTally>();

  return {
    count(vm, by) {
      const parent = parentOf(vm);
      if (parent === undefined) return;
      let tally = tallies.get(parent);
      if (!tally) {
        tally = { ...NOTHING };
        tallies.set(parent, tally);
      }
      tally.total += by;
      if (troubleOf(vm) !== undefined) tally.troubled += by;
      const counted = COUNTED[vm.state];
      if (counted) tally[counted] += by;
      if (vm.storage === undefined) return;
      let storage = storages.get(parent);
      if (!storage) {
        storage = { ...NO_STORAGE };
        storages.set(parent, storage);
      }
      storage.size += by * vm.storage;
      storage.known += by;
    },
    counts: (parent) => tallies.get(parent) ?? NOTHING,
    storage: (parent) => storages.get(parent) ?? NO_STORAGE,
  };
}
