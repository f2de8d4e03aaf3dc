/** Whether what is made on an endpoint comes onto a node of the pool that it is asked for in. */
import { FleetError } from '../../errors.ts';
import type { EndpointName } from '../../ids.ts';
import type { Field, Node, Settings } from '../../platforms/contract.ts';

/** VMs that are to be made on one endpoint: what its platform asks for, and the settings of each. */
export interface Wanted {
  readonly endpoint: EndpointName;
  readonly fields: readonly Field[];
  readonly all: readonly Settings[];
}

/** The setting that names the node to a platform. */
const NODE = 'node';

/** A platform with several nodes that lets the user choose one is given its name. */
export const onNode = <W extends Wanted>(wanted: W, node: string): W =>
  choosesNode(wanted)
    ? { ...wanted, all: wanted.all.map((one) => (one[NODE] ? one : { ...one, [NODE]: node })) }
    : wanted;

const choosesNode = ({ fields }: Pick<Wanted, 'fields'>): boolean => fields.some(({ key }) => key === NODE);

/**
 * Throws usage for a node that is said and that is not in the pool, and op.refused where the platform takes a node by itself, which
 * may be another. `all`: the nodes of the endpoint.
 */
export function refuseOutside(
  { endpoint, ...wanted }: Wanted,
  all: readonly Node[],
  isInside: (node: Node) => boolean,
  pool: string,
): void {
  if (!choosesNode(wanted)) {
    const outside = all.find((node) => !isInside(node));
    if (!outside) return;
    throw new FleetError('op.refused', `its platform takes a node by itself, and ${outside.name} is not in the pool`, {
      fix: `-C ${endpoint} makes it on any of its nodes`,
    });
  }
  const inside = new Set(all.filter(isInside).map(({ name }) => name));
  for (const { [NODE]: said } of wanted.all)
    if (said && !inside.has(String(said))) throw new FleetError('usage', `node ${said} is not in pool ${pool}`);
}
