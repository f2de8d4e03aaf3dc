import type { NodeId } from '../../ids.ts';
import type { Vm, VmState } from '../../platforms/contract.ts';
import type { Fleet } from './fleet.ts';

/** What the VMs that are on take of nodes. NaN where it is not known. */
export interface VmShares {
  /** Of their CPU time, now; 0..1. */
  readonly cpu: number;
  /** Of their memory, what VMs were given; more than 1 where more was given than there is. */
  readonly memory: number;
  /** Bytes: what VMs were given. */
  readonly given: number;
  readonly vcpus: number;
}

const IS_ON: ReadonlySet<VmState> = new Set<VmState>(['running', 'paused', 'starting', 'stopping', 'migrating']);

/** Whether it takes CPUs and memory of its node. */
export const isOn = ({ state }: Vm): boolean => IS_ON.has(state);

/** Nodes of which it is not known how large they are are left out, with their VMs. Costs by all VMs of the nodes. */
export function vmSharesOf(
  nodes: readonly NodeId[],
  fleet: Pick<Fleet, 'nodes' | 'vms' | 'vmsBelow' | 'samples'>,
): VmShares {
  let [cpus, busy, vcpus, memory, given] = [0, Number.NaN, 0, 0, 0];
  for (const id of nodes) {
    const node = fleet.nodes.get(id);
    if (!node) continue;
    const on = fleet.vmsBelow(id).flatMap((vm) => {
      const known = fleet.vms.get(vm);
      return known && isOn(known) ? [known] : [];
    });
    if (Number.isFinite(node.memory)) {
      memory += node.memory;
      for (const vm of on) given += vm.memory;
    }
    if (!Number.isFinite(node.cpus)) continue;
    cpus += node.cpus;
    for (const vm of on) {
      vcpus += vm.cpus;
      const share = fleet.samples.cpu(vm.id);
      if (!Number.isNaN(share)) busy = (Number.isNaN(busy) ? 0 : busy) + share * vm.cpus;
    }
  }
  const of = (part: number, whole: number) => (whole > 0 ? part / whole : Number.NaN);
  return {
    cpu: of(busy, cpus),
    memory: of(given, memory),
    given: memory > 0 ? given : Number.NaN,
    vcpus: cpus > 0 ? vcpus : Number.NaN,
  };
}
