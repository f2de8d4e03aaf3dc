import { networkId } from '../../../ids.ts';
import type { Network } from '../../contract.ts';
import { type Host, type HostCall, readEach } from '../host/host-call.ts';
import { uuidText } from '../link/uuid.ts';
import { unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { NETWORK_XML, NETWORKS } from '../rpc/flags.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';
import { planIn } from './network-settings.ts';
import { type NetworkXml, readNetworkXml } from './network-xml.ts';

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
 * The virtual networks of a host, active or not: two lists, and the XML of each, as it runs and as it is saved, which has the plan. Bridges that the host has without libvirt
 * are not among them: libvirt would have to be asked for each interface by itself.
 */
export async function readNetworks({ place, clock }: Host, { client, signal }: HostCall): Promise<readonly Network[]> {
  const list = (flags: number) => client.call(procedures.listNetworks, { needResults: true, flags }, { signal });
  const [all, active] = await Promise.all([list(0), list(NETWORKS.active)]);
  const running = new Set(active.networks.map(({ uuid }) => uuidText(uuid)));
  const xml = (network: VirtualNetwork, flags: number) =>
    client.call(procedures.networkXml, { network, flags }, { signal });
  const each = await readEach(all.networks, clock, async (network) => {
    const now = await readNetworkXml(await xml(network, 0));
    const saved = await xml(network, NETWORK_XML.inactive).catch(unlessOneHalf);
    const plan = saved && planIn(await readDocument(saved, 'network'));
    return { ...now, ...(plan !== undefined && { plan }) };
  });
  return each.map(({ one: { name, uuid }, read, trouble }) => ({
    ...(read ?? UNREAD),
    id: networkId(place.endpoint, uuidText(uuid)),
    name,
    node: place.node,
    active: running.has(uuidText(uuid)),
    ...trouble,
  }));
}

/** libvirt's test driver keeps a network once, and takes no flag that asks for the half that is saved. */
const unlessOneHalf = unlessCode(VIR_ERR.invalidArgument);
