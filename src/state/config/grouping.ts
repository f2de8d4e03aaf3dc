import { type EndpointName, endpointOf, type NodeId, type PoolId, userPoolId } from '../../ids.ts';
import type { Grouping } from '../fleet/fleet.ts';
import type { Config } from './model.ts';

/** The user's pools as the store wants them. */
export function groupingOf({ pools, notes }: Pick<Config, 'pools' | 'notes'>): Grouping {
  const placeOf = new Map<EndpointName | NodeId, PoolId>();
  for (const pool of pools.values()) {
    for (const node of pool.nodes) placeOf.set(node, userPoolId(pool.name));
  }
  return {
    placeOf,
    notes,
    pools: [...pools.values()].map(({ name, in: around, readOnly, variables }) => ({
      id: userPoolId(name),
      name,
      parent: around === undefined ? undefined : userPoolId(around),
      readOnly,
      variables,
    })),
  };
}

/** The name of the pool that a node is in: where it is named itself, else where its endpoint is. */
export function poolNameOf({ pools }: Config, node: EndpointName | NodeId): string | undefined {
  const endpoint = node.includes('/') ? endpointOf(node as NodeId) : undefined;
  let byEndpoint: string | undefined;
  for (const { name, nodes } of pools.values()) {
    if (nodes.includes(node)) return name;
    if (endpoint !== undefined && nodes.includes(endpoint)) byEndpoint = name;
  }
  return byEndpoint;
}
