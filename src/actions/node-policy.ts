/** Which node takes a VM when the user names none: ConVirt's policy, F-018, and what a pool says in its place. */
import { FleetError } from '../errors.ts';
import type { NodeId, VmId } from '../ids.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { isOn } from '../state/fleet/vm-shares.ts';

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

/** What a pool may order nodes by, by the words of its variable PLACEMENT: below 0 where the first is better. */
const COMPARED = {
  // Whole percents, as they are shown: noise does not decide before what is written next.
  'vm-cpu': (a, b) => less(rounded(a.vmCpu), rounded(b.vmCpu)),
  'vm-memory': (a, b) => less(rounded(a.vmMemory), rounded(b.vmMemory)),
  vcpus: (a, b) => less(a.cpusPerCpu, b.cpusPerCpu),
  vms: (a, b) => less(a.vms, b.vms),
  'free-memory': (a, b) => less(-a.freeMemory, -b.freeMemory),
  // Fills one node before it takes the next.
  'full-memory': (a, b) => less(a.freeMemory, b.freeMemory),
} satisfies Readonly<Record<string, (a: NodeLoad, b: NodeLoad) => number>>;
export type Criterion = keyof typeof COMPARED;

const CRITERIA = Object.keys(COMPARED) as readonly Criterion[];

/** F-018: least CPU of VMs, then memory of VMs, vCPUs per CPU, number of VMs, and most free memory. */
const USUAL: readonly Criterion[] = ['vm-cpu', 'vm-memory', 'vcpus', 'vms', 'free-memory'];

/** The variables of a pool that have its policy. */
const PLACEMENT = 'PLACEMENT';
const LOAD_TIME = 'SERVER_LOAD_TIME';
const MOST_HOURS = 8_760;

export interface PlacementRule {
  /** In the order in which they decide: the first that differs. */
  readonly criteria: readonly Criterion[];
  /** Over how many hours the load of CPUs is averaged; 0 takes what is now. */
  readonly averageHours: number;
}

/** How a pool with these variables chooses a node. Throws usage for what is no policy. */
export function placementRule(variables: Readonly<Record<string, string>>): PlacementRule {
  const words = (variables[PLACEMENT] ?? '').split(/[\s,]+/).filter(Boolean);
  const wrong = words.find((word) => !CRITERIA.some((one) => one === word));
  if (wrong !== undefined)
    throw new FleetError('usage', `${PLACEMENT}: ${JSON.stringify(wrong)} is nothing that a node is chosen by`, {
      fix: `it is a list of ${CRITERIA.join(', ')}, the first that decides first`,
    });
  const averageHours = Number(variables[LOAD_TIME] ?? 0);
  if (!(averageHours >= 0 && averageHours <= MOST_HOURS))
    throw new FleetError('usage', `${LOAD_TIME} must be hours, from 0 to ${MOST_HOURS}`);
  return { criteria: words.length === 0 ? USUAL : (words as readonly Criterion[]), averageHours };
}

/** VMs that are about to come to a node count as if they were there, and no more where they are now. */
export type Coming = ReadonlyMap<VmId, NodeId>;

export function loadOf(fleet: Fleet, id: NodeId, coming: Coming): NodeLoad {
  const node = fleet.nodes.get(id);
  const here = fleet.vmsBelow(id).filter((vm) => (coming.get(vm) ?? id) === id);
  const arriving = [...coming].flatMap(([vm, to]) => (to === id && fleet.vms.get(vm)?.node !== id ? [vm] : []));
  const vms = [...here, ...arriving].flatMap((vm) => fleet.vms.get(vm) ?? []);
  const on = vms.filter(isOn);
  const cpus = node?.cpus ?? Number.NaN;
  const memory = node?.memory ?? Number.NaN;
  const taken = sum(on.map((vm) => vm.memory));
  // What the node itself says is more than its VMs, which say nothing of the host.
  const used = fleet.nodeSamples.of(id)?.memory ?? Number.NaN;
  const awaited = sum(arriving.flatMap((vm) => fleet.vms.get(vm)?.memory ?? 0));
  return {
    node: id,
    vmCpu: sum(on.map((vm) => (fleet.samples.cpu(vm.id) || 0) * vm.cpus)) / cpus,
    vmMemory: taken / memory,
    cpusPerCpu: sum(on.map((vm) => vm.cpus)) / cpus,
    vms: vms.length,
    freeMemory: memory - Math.max(taken, Number.isNaN(used) ? 0 : used + awaited),
  };
}

/** Those with more free memory than it needs, the best first. `needed`: bytes. */
export const byPolicy = <Load extends NodeLoad>(
  loads: readonly Load[],
  needed: number,
  criteria: readonly Criterion[] = USUAL,
): readonly Load[] =>
  loads
    // What is not known forbids nothing: the platform's own checks come behind this.
    .filter(({ freeMemory }) => Number.isNaN(freeMemory) || freeMemory > needed)
    .toSorted((a, b) => {
      const deciding = criteria.find((one) => COMPARED[one](a, b) !== 0);
      return deciding === undefined ? 0 : COMPARED[deciding](a, b);
    });

const rounded = (share: number): number => Math.round(share * 100);

/** What is not known comes last. */
const less = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : a - b;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
