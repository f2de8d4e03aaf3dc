import { endpointOf, type NodeId } from '../ids.ts';
import type { Node } from '../platforms/contract.ts';
import type { Fleet } from './fleet.ts';
import { poolNameOf } from './pool-of.ts';
import { naturalKey } from './siblings.ts';
import { compareKeys, type Sort, type SortKey } from './sort.ts';

/** What nodes are sorted by, by the id of the column that tells it of VMs. */
const KEYS: Readonly<Record<string, (node: Node, fleet: Fleet) => SortKey>> = {
  name: ({ name }) => naturalKey(name),
  state: ({ state }) => (state === 'up' ? 0 : 1),
  cpu: ({ id }, { nodeSamples }) => nodeSamples.of(id)?.cpu,
  mem: ({ id }, { nodeSamples }) => nodeSamples.of(id)?.memory,
  memory: ({ memory }) => memory,
  cpus: ({ cpus }) => cpus,
  ip: ({ address }) => address && naturalKey(address),
  pool: (node, fleet) => nodePool(node, fleet),
  endpoint: ({ id }) => naturalKey(endpointOf(id)),
  platform: ({ id }, { endpoints }) => endpoints.get(endpointOf(id))?.platform,
  version: ({ version }) => version && naturalKey(version),
};

/** Whether a column tells something of nodes, too. */
export const tellsOfNodes = (column: string): boolean => column in KEYS;

/** The name of the pool that a node is in. */
export const nodePool = ({ id, pool }: Node, fleet: Fleet): string | undefined =>
  poolNameOf(fleet, id, pool, endpointOf(id));

/** All nodes of the fleet by what is told of them now; those that are alike by name. By name where nothing else is wanted. */
export function nodesInOrder(fleet: Fleet, sort: Sort | undefined): readonly NodeId[] {
  const keyOf = (sort && KEYS[sort.by.id]) ?? (() => undefined);
  const keyed = Array.from(fleet.nodes.values(), (node) => {
    const key = keyOf(node, fleet);
    return { id: node.id, name: naturalKey(node.name), key: Number.isNaN(key) ? undefined : key };
  });
  const descending = sort?.descending ?? false;
  keyed.sort((a, b) => compareKeys(a.key, b.key, descending) || compareKeys(a.name, b.name, false));
  return keyed.map(({ id }) => id);
}
