/** Which node takes a VM when the user names none: ConVirt's policy, F-018. */
import type { NodeId, VmId } from '../ids.ts';
import type { Vm } from '../platforms/contract.ts';
import type { Fleet } from '../state/fleet/fleet.ts';

/** What decides, in the order in which it does. Less is better, but of memory. */
export interface NodeLoad {
  readonly node: NodeId;
  /** What VMs take of the CPUs of the node, 0..1. */
  readonly vmCpu: number;
  /** What VMs have of its memory, 0..1. */
  readonly vmMemory: number;
  readonly cpusPerCpu: number;
  readonly vms: number;
  readonly freeMemory: number;
}

/** VMs that are about to come to a node count as if they were there, and no more where they are now. */
export type Coming = ReadonlyMap<VmId, NodeId>;

const TAKES_MEMORY: ReadonlySet<Vm['state']> = new Set(['running', 'paused', 'starting', 'stopping', 'migrating']);

export function loadOf(fleet: Fleet, id: NodeId, coming: Coming): NodeLoad {
  const node = fleet.nodes.get(id);
  const here = fleet.vmsBelow(id).filter((vm) => (coming.get(vm) ?? id) === id);
  const arriving = [...coming].flatMap(([vm, to]) => (to === id && fleet.vms.get(vm)?.node !== id ? [vm] : []));
  const vms = [...here, ...arriving].flatMap((vm) => fleet.vms.get(vm) ?? []);
  const taken = takenBy(vms, fleet);
  const cpus = node?.cpus ?? Number.NaN;
  const memory = node?.memory ?? Number.NaN;
  // What the node itself says is more than its VMs, which say nothing of the host.
  const used = fleet.nodeSamples.of(id)?.memory ?? Number.NaN;
  const awaited = sum(arriving.flatMap((vm) => fleet.vms.get(vm)?.memory ?? 0));
  return {
    node: id,
    vmCpu: taken.busyCpus / cpus,
    vmMemory: taken.memory / memory,
    cpusPerCpu: taken.cpus / cpus,
    vms: vms.length,
    freeMemory: memory - Math.max(taken.memory, Number.isNaN(used) ? 0 : used + awaited),
  };
}

/** What VMs that are on take of their nodes: CPUs that they keep busy, as far as that is known, their vCPUs, and bytes of memory. */
export function takenBy(
  vms: readonly Vm[],
  { samples }: Pick<Fleet, 'samples'>,
): { readonly busyCpus: number; readonly cpus: number; readonly memory: number } {
  const on = vms.filter(({ state }) => TAKES_MEMORY.has(state));
  return {
    busyCpus: sum(on.map((vm) => (samples.cpu(vm.id) || 0) * vm.cpus)),
    cpus: sum(on.map((vm) => vm.cpus)),
    memory: sum(on.map((vm) => vm.memory)),
  };
}

/**
 * Those with more free memory than it needs, the best first: least CPU of VMs, then memory of VMs, vCPUs per CPU, number of
 * VMs, and most free memory.
 */
export const byPolicy = (loads: readonly NodeLoad[], needed: number): readonly NodeLoad[] =>
  loads
    // What is not known forbids nothing: the platform's own checks come behind this.
    .filter(({ freeMemory }) => Number.isNaN(freeMemory) || freeMemory > needed)
    .toSorted(
      (a, b) =>
        less(rounded(a.vmCpu), rounded(b.vmCpu)) ||
        less(rounded(a.vmMemory), rounded(b.vmMemory)) ||
        less(a.cpusPerCpu, b.cpusPerCpu) ||
        less(a.vms, b.vms) ||
        less(-a.freeMemory, -b.freeMemory),
    );

/** Whole percents, as they are shown: noise does not decide before what is written next. */
const rounded = (share: number): number => Math.round(share * 100);

/** What is not known comes last. */
const less = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
