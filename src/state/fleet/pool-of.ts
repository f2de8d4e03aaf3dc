import { type EndpointName, endpointOf, type NodeId, type PoolId } from '../../ids.ts';
import type { Node } from '../../platforms/contract.ts';
import type { Fleet, UserPool } from './fleet.ts';

/** The name of the pool that people see above a node, or above a VM without one: the user's, else the platform's. */
export function poolNameOf(
  fleet: Fleet,
  node: NodeId | undefined,
  pool: PoolId | undefined,
  endpoint: EndpointName,
): string | undefined {
  const [own] = userPoolsAbove(fleet, node, endpoint);
  return own?.name ?? (pool && fleet.pools.get(pool)?.name);
}

/** Every pool around a node, or around a VM without one, the platform's and the user's. */
export function poolNames(
  fleet: Fleet,
  node: NodeId | undefined,
  pool: PoolId | undefined,
  endpoint: EndpointName,
): readonly string[] {
  const names: string[] = [];
  let platformPool = pool && fleet.pools.get(pool);
  for (let depth = 0; platformPool && depth < MOST_NESTED; depth++) {
    names.push(platformPool.name);
    platformPool = platformPool.parent && fleet.pools.get(platformPool.parent);
  }
  for (const { name } of userPoolsAbove(fleet, node, endpoint)) names.push(name);
  return names;
}

/** A server that reports a pool inside itself must not hang the screen. */
const MOST_NESTED = 32;

/** The user's pools that a node is in, or a VM without one, from the inside out. The configuration lets none be inside itself. */
export function* userPoolsAbove(
  { grouping: { placeOf, pools } }: Fleet,
  node: NodeId | undefined,
  endpoint: EndpointName,
): Generator<UserPool, void> {
  let place = (node && placeOf.get(node)) ?? placeOf.get(endpoint);
  while (place !== undefined) {
    const pool = pools.find(({ id }) => id === place);
    if (pool) yield pool;
    place = pool?.parent;
  }
}

/** The nodes of an endpoint; with `pool`, those of them that are in the user's pool of this name, or in one inside it. */
export const nodesOf = (fleet: Fleet, endpoint: EndpointName, pool?: string): readonly Node[] =>
  [...fleet.nodes.values()].filter(
    ({ id }) =>
      endpointOf(id) === endpoint &&
      (pool === undefined || [...userPoolsAbove(fleet, id, endpoint)].some(({ name }) => name === pool)),
  );
