import type { EndpointName, NodeId, PoolId } from '../ids.ts';
import type { Fleet } from './fleet.ts';

/** The name of the pool that people see above a node, or above a VM without one: the user's, else the platform's. */
export function poolNameOf(
  fleet: Fleet,
  node: NodeId | undefined,
  pool: PoolId | undefined,
  endpoint: EndpointName,
): string | undefined {
  const { placeOf, pools } = fleet.grouping;
  const place = (node && placeOf.get(node)) ?? placeOf.get(endpoint);
  const own = pools.find(({ id }) => id === place)?.name;
  return own ?? (pool && fleet.pools.get(pool)?.name);
}
