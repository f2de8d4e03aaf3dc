/** Whether what is made on an endpoint comes onto a node of the pool that it is asked for in. */
import { FleetError } from '../errors.ts';
import type { EndpointName } from '../ids.ts';
import type { Node } from '../platforms/contract.ts';
import type { CreatePlan } from './create-plan.ts';

/** The setting that names the node to a platform. */
const NODE = 'node';

export const choosesNode = ({ fields }: Pick<CreatePlan, 'fields'>): boolean => fields.some(({ key }) => key === NODE);

/**
 * Throws usage for a node that is said and that is not in the pool, and op.refused where the platform takes a node by itself, which
 * may be another. `all`: the nodes of the endpoint.
 */
export function refuseOutside(
  plan: Pick<CreatePlan, 'fields' | 'all'>,
  endpoint: EndpointName,
  all: readonly Node[],
  isInside: (node: Node) => boolean,
  pool: string,
): void {
  if (!choosesNode(plan)) {
    const outside = all.find((node) => !isInside(node));
    if (!outside) return;
    throw new FleetError('op.refused', `its platform takes a node by itself, and ${outside.name} is not in the pool`, {
      fix: `-C ${endpoint} makes it on any of its nodes`,
    });
  }
  const inside = new Set(all.filter(isInside).map(({ name }) => name));
  for (const { [NODE]: said } of plan.all)
    if (said && !inside.has(String(said))) throw new FleetError('usage', `node ${said} is not in pool ${pool}`);
}
