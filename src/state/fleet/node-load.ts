import type { Node } from '../../platforms/contract.ts';
import type { Fleet } from './fleet.ts';

/** The share of the CPUs in use of those nodes of which it is known; NaN where it is known of none. */
export function loadOf(nodes: readonly Node[], { nodeSamples }: Pick<Fleet, 'nodeSamples'>): number {
  let [busy, cpus] = [0, 0];
  for (const node of nodes) {
    const share = nodeSamples.of(node.id)?.cpu ?? Number.NaN;
    if (!Number.isFinite(share * node.cpus)) continue;
    busy += share * node.cpus;
    cpus += node.cpus;
  }
  return cpus > 0 ? busy / cpus : Number.NaN;
}
