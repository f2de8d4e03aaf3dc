/** What drover reads of a virtual network's XML (https://libvirt.org/formatnetwork.html). */
import type { Network, NetworkMode } from '../../contract.ts';
import { type Cidr, cidrOf, cidrText, lengthOfMask } from '../../lib/cidr.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import { readDocument } from '../xml/document.ts';

export type NetworkXml = Pick<Network, 'type' | 'mode' | 'cidrs' | 'dhcp' | 'device' | 'vlan' | 'mtu' | 'domain'>;

const MODES: Readonly<Record<string, NetworkMode>> = {
  nat: 'nat',
  route: 'routed',
  isolated: 'isolated',
  open: 'open',
  bridge: 'bridge',
  private: 'macvtap',
  vepa: 'macvtap',
  passthrough: 'macvtap',
};

/** Rejects with XmlError for what is no network. */
export async function readNetworkXml(xml: string): Promise<NetworkXml> {
  const network = await readDocument(xml, 'network');
  const forward = child(network, 'forward');
  const bridge = attribute(child(network, 'bridge'), 'name');
  const [type, mode] = [typeOf(network), modeOf(network)];
  const ips = childrenOf(network, 'ip');
  const tags = childrenOf(child(network, 'vlan'), 'tag');
  return {
    type,
    mode,
    cidrs: ips.flatMap((ip) => {
      const cidr = cidrOfIp(ip);
      return cidr ? [cidrText(cidr)] : [];
    }),
    // Behind a bridge or an interface others may hand out what they like.
    dhcp:
      mode === undefined || mode === 'bridge' || mode === 'macvtap'
        ? undefined
        : ips.some((ip) => child(ip, 'dhcp') !== undefined),
    device: bridge ?? attribute(forward, 'dev') ?? attribute(child(forward, 'interface'), 'dev'),
    // A trunk carries several: it has no tag of its own.
    vlan: tags.length === 1 ? count(attribute(tags[0], 'id')) : undefined,
    mtu: count(attribute(child(network, 'mtu'), 'size')),
    domain: attribute(child(network, 'domain'), 'name'),
  };
}

const typeOf = (network: XmlElement): string => {
  const forward = child(network, 'forward');
  return forward ? (attribute(forward, 'mode') ?? 'nat') : 'isolated';
};

export function modeOf(network: XmlElement): NetworkMode | undefined {
  const type = typeOf(network);
  // Without a bridge that is named, guests are plugged into the interface by macvtap.
  if (type === 'bridge' && !attribute(child(network, 'bridge'), 'name')) return 'macvtap';
  return Object.hasOwn(MODES, type) ? MODES[type] : undefined;
}

/** Of an element `ip`; its `address` is the host's own. Undefined for what is no address. */
export function cidrOfIp(ip: XmlElement): Cidr | undefined {
  const address = attribute(ip, 'address') ?? '';
  const mask = attribute(ip, 'netmask');
  const length = count(attribute(ip, 'prefix')) ?? (mask === undefined ? usualLength(address) : lengthOfMask(mask));
  return length === undefined ? undefined : cidrOf(address, length);
}

/** What libvirt takes where neither mask nor prefix is written (virSocketAddrGetIPPrefix): the class of the address. */
function usualLength(address: string): number | undefined {
  if (address.includes(':')) return 64;
  const first = Number(address.split('.')[0]);
  return first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : undefined;
}

const count = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
