/** What hangs on routers, by the ports that they have in networks. */
import { type Row, textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import { rowsIn } from '../json.ts';
import { type ListedRow, readListed } from '../listed-rows.ts';

/** Who owns the port of a router in a network of a project: routers of one node, distributed ones, those with a spare (neutron-lib). */
const OWNERS = [
  'network:router_interface',
  'network:router_interface_distributed',
  'network:ha_router_replicated_interface',
] as const;

const isRouterPort = (row: Row): boolean => OWNERS.some((owner) => owner === textOf(row, 'device_owner'));

/** Of all routers, so that their number does not grow with what else has ports. */
export async function readRouterPorts(
  neutron: Api,
  subject: string,
  signal: AbortSignal,
): Promise<readonly ListedRow[]> {
  const pages = await Promise.all(
    OWNERS.map((device_owner) => readListed(neutron, '/ports', 'ports', { subject, signal, query: { device_owner } })),
  );
  return pages.flat();
}

/** Of one router, those in a network where one is named. */
export async function portsOfRouter(
  neutron: Api,
  router: string,
  subject: string,
  signal: AbortSignal,
  network?: string,
): Promise<readonly ListedRow[]> {
  const query = { device_id: router, ...(network !== undefined && { network_id: network }) };
  const ports = await readListed(neutron, '/ports', 'ports', { subject, signal, query });
  return ports.filter(({ row }) => isRouterPort(row));
}

export const subnetsOfPort = (row: Row): readonly string[] =>
  rowsIn(row, 'fixed_ips').flatMap((one) => textOf(one, 'subnet_id') ?? []);
