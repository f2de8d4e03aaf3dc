/**
 * Virtual networks of the whole cluster (SDN): GET /cluster/sdn/vnets and /cluster/sdn/zones, and the subnets of each, of which
 * the API has no list of all (PVE::API2::Network::SDN). `pending=1` tells which ones are not applied yet.
 */
import { sentence } from '../../errors.ts';
import { networkId } from '../../ids.ts';
import type { Network } from '../contract.ts';
import { asRows, type Row, textOf } from '../lib/json.ts';
import { isNotOffered } from './api.ts';
import { type ListContext, troubleNow } from './catalog.ts';
import { flagOf, numberOf } from './json.ts';
import { placePath, readEach } from './read-each.ts';

const SDN_MS = 8_000;
const VNETS = '/cluster/sdn/vnets';

interface Vnet {
  readonly name: string;
  /** As it is; as it will be, for one that is not applied yet. */
  readonly row: Row;
  readonly isNew: boolean;
}

/** None where there is no SDN, or this login may not see it. What else can't be read is a row with that trouble. */
export async function listVnets(context: ListContext, signal: AbortSignal): Promise<readonly Network[]> {
  const read = async (path: string, query: Readonly<Record<string, number>>) =>
    asRows(
      await context.api.get(path, { signal, subject: 'the virtual networks', query, deadlineMs: SDN_MS }),
      'the virtual networks',
    );
  const [first, second] = await readEach([VNETS, '/cluster/sdn/zones'], signal, (path) =>
    read(path, path === VNETS ? { pending: 1 } : {}),
  );
  if (first?.error) return isNotOffered(first.error) ? [] : [unreadRow(context, sentence(first.error))];
  const zones = new Map(second?.value?.map((zone) => [textOf(zone, 'zone'), zone]));
  const vnets = (first?.value ?? []).flatMap((row) => vnetOf(row) ?? []);
  const parts = await readEach(vnets, signal, ({ name }) => read(`${VNETS}${placePath(name)}/subnets`, {}));
  const nameless = (first?.value?.length ?? 0) - vnets.length;
  const rows = parts.map(
    ({ part, value, error }): Network => ({
      ...vnetRow(context, part, zones.get(textOf(part.row, 'zone')), value ?? []),
      ...(error && { trouble: troubleNow(context, `its subnets were not read: ${sentence(error)}`) }),
    }),
  );
  return nameless === 0 ? rows : [...rows, unreadRow(context, `entries without a name: ${nameless}`)];
}

function vnetOf(row: Row): Vnet | undefined {
  const name = textOf(row, 'vnet');
  if (name === undefined) return undefined;
  const { pending } = row;
  const isNew = row['state'] === 'new';
  return { name, row: isNew && typeof pending === 'object' ? { ...row, ...pending } : row, isNew };
}

/** What no network has, unless its server tells it. */
export const BARE_NETWORK = {
  type: 'unknown',
  mode: undefined,
  node: undefined,
  active: false,
  cidrs: [],
  dhcp: undefined,
  device: undefined,
  vlan: undefined,
  mtu: undefined,
  domain: undefined,
} as const;

const unreadRow = (context: ListContext, why: string): Network => ({
  ...BARE_NETWORK,
  // neither a name of a virtual network nor of a node
  id: networkId(context.endpoint, ':vnets'),
  name: '(virtual networks)',
  trouble: troubleNow(context, `not read: ${why}`),
  unread: true,
});

/** Zones whose tag is that of a VLAN; that of the others is a VNI. */
const IS_VLAN = /^(?:vlan|qinq)$/;

function vnetRow(
  { endpoint }: ListContext,
  { name, row, isNew }: Vnet,
  zone: Row | undefined,
  subnets: readonly Row[],
): Network {
  const type = zone && textOf(zone, 'type');
  const hasRanges = subnets.some(({ 'dhcp-range': ranges }) => Array.isArray(ranges) && ranges.length > 0);
  return {
    ...BARE_NETWORK,
    id: networkId(endpoint, name),
    name,
    type: type ?? 'vnet',
    mode: subnets.some((subnet) => flagOf(subnet, 'snat')) ? 'nat' : undefined,
    active: !isNew,
    cidrs: subnets.flatMap((subnet) => textOf(subnet, 'cidr') ?? []),
    dhcp: zone && textOf(zone, 'dhcp') !== undefined && hasRanges,
    device: zone && textOf(zone, 'bridge'),
    vlan: IS_VLAN.test(type ?? '') ? numberOf(row, 'tag') : undefined,
    mtu: zone && numberOf(zone, 'mtu'),
    domain: zone && textOf(zone, 'dnszone'),
  };
}
