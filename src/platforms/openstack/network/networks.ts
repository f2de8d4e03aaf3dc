/** Networks of Neutron (API reference of Networking v2.0: GET /v2.0/networks, GET /v2.0/subnets). */
import { FleetError } from '../../../errors.ts';
import { networkId } from '../../../ids.ts';
import type { Network, Trouble } from '../../contract.ts';
import { type Row, textOf } from '../../lib/json.ts';
import type { Api } from '../api.ts';
import type { Cloud } from '../cloud.ts';
import { numberOf, textsIn, timeOf } from '../json.ts';
import { isOfProject, type ListedRow, readListed } from '../listed-rows.ts';

/** By the id of their network; or why they can't be read. */
type Subnets = ReadonlyMap<string, readonly Row[]> | string;

/**
 * Those of the project, and those that are shared with it or lead outside. What a network is made of (`provider:…`) is told
 * to administrators only; which way it leads out is not told at all, since that is decided by routers.
 */
export async function listNetworks(neutron: Api, cloud: Cloud, signal: AbortSignal): Promise<readonly Network[]> {
  const [rows, subnets] = await Promise.all([
    readListed(neutron, '/networks', 'networks', { subject: `the networks of ${cloud.name}`, signal }),
    readSubnets(neutron, cloud, signal),
  ]);
  return rows.filter(({ row }) => isSeen(cloud, row)).map((listed) => networkOf(cloud, listed, subnets));
}

/** Of the project, or shared with it. */
export function isSeen(cloud: Cloud, row: Row): boolean {
  const owner = textOf(row, 'project_id') ?? textOf(row, 'tenant_id');
  return isOfProject(cloud, owner, row['shared'] === true || row['router:external'] === true);
}

async function readSubnets(neutron: Api, cloud: Cloud, signal: AbortSignal): Promise<Subnets> {
  const subject = `the subnets of ${cloud.name}`;
  try {
    const rows = await readListed(neutron, '/subnets', 'subnets', { subject, signal });
    return Map.groupBy(
      rows.map(({ row }) => row),
      (row) => textOf(row, 'network_id') ?? '',
    );
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return error.message;
    throw error;
  }
}

function networkOf({ endpoint }: Cloud, { id, name, row, trouble }: ListedRow, subnets: Subnets): Network {
  const own = typeof subnets === 'string' ? [] : (subnets.get(id) ?? []);
  const type = textOf(row, 'provider:network_type');
  const wrong = trouble ?? troubleOf(row, subnets);
  return {
    id: networkId(endpoint, id),
    name,
    type: type ?? 'network',
    mode: undefined,
    node: undefined,
    active: textOf(row, 'status') === 'ACTIVE' && row['admin_state_up'] !== false,
    cidrs: own.flatMap((subnet) => textOf(subnet, 'cidr') ?? []),
    dhcp: handsOut(row, own),
    device: undefined,
    vlan: type === 'vlan' ? numberOf(row, 'provider:segmentation_id') : undefined,
    // 0 where Neutron does not know it.
    mtu: numberOf(row, 'mtu') || undefined,
    domain: textOf(row, 'dns_domain'),
    ...(wrong ? { trouble: wrong } : {}),
  };
}

/** A tenant does not see the subnets of every network that it sees. */
function handsOut(row: Row, subnets: readonly Row[]): boolean | undefined {
  if (subnets.some((subnet) => subnet['enable_dhcp'] === true)) return true;
  const seesAll = Array.isArray(row['subnets']) && textsIn(row, 'subnets').length <= subnets.length;
  return seesAll && subnets.every((subnet) => subnet['enable_dhcp'] === false) ? false : undefined;
}

function troubleOf(row: Row, subnets: Subnets): Trouble | undefined {
  const since = timeOf(row, 'updated_at') ?? timeOf(row, 'created_at') ?? 0;
  if (textOf(row, 'status') === 'ERROR') return { message: 'Neutron says that it is in error', since };
  if (typeof subnets === 'string') return { message: `its subnets can't be read: ${subnets}`, since };
  return undefined;
}
