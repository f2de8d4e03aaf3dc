import { networkId } from '../../../ids.ts';
import type { Network } from '../../contract.ts';
import { type Host, type HostCall, readEach } from '../host/host-call.ts';
import { uuidText } from '../link/uuid.ts';
import { NETWORKS, procedures } from '../rpc/protocol.ts';
import { type NetworkXml, readNetworkXml } from '../xml/network-xml.ts';

const UNREAD: NetworkXml = {
  type: 'unknown',
  mode: undefined,
  cidrs: [],
  dhcp: undefined,
  device: undefined,
  vlan: undefined,
  mtu: undefined,
  domain: undefined,
};

/**
 * The virtual networks of a host, active or not: two lists, and the XML of each. Bridges that the host has without libvirt
 * are not among them: libvirt would have to be asked for each interface by itself.
 */
export async function readNetworks({ place, clock }: Host, { client, signal }: HostCall): Promise<readonly Network[]> {
  const list = (flags: number) => client.call(procedures.listNetworks, { needResults: true, flags }, { signal });
  const [all, active] = await Promise.all([list(0), list(NETWORKS.active)]);
  const running = new Set(active.networks.map(({ uuid }) => uuidText(uuid)));
  const each = await readEach(all.networks, clock, async (network) =>
    readNetworkXml(await client.call(procedures.networkXml, { network, flags: 0 }, { signal })),
  );
  return each.map(({ one: { name, uuid }, read, trouble }) => ({
    ...(read ?? UNREAD),
    id: networkId(place.endpoint, uuidText(uuid)),
    name,
    node: place.node,
    active: running.has(uuidText(uuid)),
    ...trouble,
  }));
}
