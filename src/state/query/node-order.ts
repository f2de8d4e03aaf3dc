import { endpointOf, type NodeId } from '../../ids.ts';
import type { Node } from '../../platforms/contract.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { poolNameOf } from '../fleet/pool-of.ts';
import { naturalKey } from '../fleet/siblings.ts';
import { compareKeys, comparing, type Sort, type SortKey } from './sort.ts';

/** What nodes are sorted by, by the id of the column that shows it of VMs. */
const KEYS: Readonly<Record<string, (node: Node, fleet: Fleet) => SortKey>> = {
  name: nameKey,
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

/** Whether a column has a value for nodes, too. */
export const hasNodeValue = (column: string): boolean => column in KEYS;

/** The name of the pool that a node is in. */
export const nodePool = ({ id, pool }: Node, fleet: Fleet): string | undefined =>
  poolNameOf(fleet, id, pool, endpointOf(id));

/** Made once for each node as it is: it is replaced when it changes, and sorting by a load comes back every few seconds. */
const nameKeys = new WeakMap<Node, string>();

function nameKey(node: Node): string {
  const known = nameKeys.get(node);
  if (known !== undefined) return known;
  const key = naturalKey(node.name);
  nameKeys.set(node, key);
  return key;
}

/** All nodes of the fleet by their present values; those that are alike by name. By name where nothing else is wanted. */
export function nodesInOrder(fleet: Fleet, sort: Sort | undefined): readonly NodeId[] {
  const keyOf = sort && KEYS[sort.by.id];
  const nodes = [...fleet.nodes.values()];
  const names = nodes.map(nameKey);
  const keys = nodes.map((node) => {
    const key = keyOf?.(node, fleet);
    return Number.isNaN(key) ? undefined : key;
  });
  const byKey = comparing(keys, sort?.descending ?? false);
  const byName = (a: number, b: number) => compareKeys(names[a], names[b], false);
  const order = Uint32Array.from(nodes.keys()).sort((a, b) => byKey(a, b) || byName(a, b));
  return Array.from(order, (at) => (nodes[at] as Node).id);
}
