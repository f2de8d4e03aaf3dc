/** Which nodes the definitions of a pool are for, and which definitions a node has. */
import { type EndpointName, endpointOf, type NodeId } from '../../ids.ts';
import type { OfPool } from './definitions.ts';
import type { PoolConfig } from './model.ts';

type Pools = ReadonlyMap<string, PoolConfig>;

/** The endpoints whose nodes are in a pool, or in one inside it. */
export function endpointsIn(pools: Pools, name: string): readonly EndpointName[] {
  const inside = [...pools.values()].filter((pool) => around(pools, pool).some((one) => one.name === name));
  return [...new Set(inside.flatMap(({ nodes }) => nodes.map((node) => endpointOf(node))))];
}

/** What is to be on an endpoint: the definitions of the pools that its nodes are in, and of those around them. */
export function definitionsFor(pools: Pools, endpoint: EndpointName): readonly OfPool[] {
  const own = [...pools.values()].filter(({ nodes }) => nodes.some((node) => endpointOf(node) === endpoint));
  const all = new Set(own.flatMap((pool) => around(pools, pool)));
  return [...all].flatMap(({ name, definitions }) => definitions.map((definition) => ({ pool: name, definition })));
}

/** A pool and those that it is in, the inner ones first. */
function around(pools: Pools, inner: PoolConfig): readonly PoolConfig[] {
  const all: PoolConfig[] = [];
  for (
    let pool: PoolConfig | undefined = inner;
    pool && !all.includes(pool);
    pool = pool.in === undefined ? undefined : pools.get(pool.in)
  )
    all.push(pool);
  return all;
}

/** The pools as they are when a node, or an endpoint with all its nodes, has moved. */
export function poolsAfterMove(pools: Pools, node: EndpointName | NodeId, to: string | undefined): Pools {
  const goes = (one: string) => one === node || one.startsWith(`${node}/`);
  return new Map(
    [...pools].map(([name, pool]) => {
      const stays = pool.nodes.filter((one) => !goes(one));
      return [name, { ...pool, nodes: name === to ? [...stays, node] : stays }] as const;
    }),
  );
}
