/** What can be changed of a network, as its document has it. */
import type { NetworkMode, NetworkSettings } from '../../contract.ts';
import { addressText, type Cidr, cidrOf } from '../../lib/cidr.ts';
import { attribute, child, childrenOf, textAt, type XmlElement } from '../../transport/xml.ts';
import { KCLI_NAMESPACE } from '../xml/metadata.ts';
import type { Range } from './network-parts.ts';
import { cidrOfIp, modeOf } from './network-xml.ts';

/** One of its own addresses, with what DHCP gives of it. */
export interface Subnet {
  readonly ip: XmlElement;
  readonly cidr: Cidr;
  readonly ranges: readonly Range[];
}

/** Modes in which the host has a bridge with addresses for it, and which can become one another. */
export const OWN_MODES: readonly NetworkMode[] = ['nat', 'routed', 'isolated', 'open'];

export const subnetsOf = (network: XmlElement): readonly Subnet[] =>
  childrenOf(network, 'ip').flatMap((ip) => {
    const own = cidrOfIp(ip);
    // Ranges are of the network; the address is the host's.
    const cidr = own && cidrOf(addressText(own.first, own.family), own.length);
    return cidr ? [{ ip, cidr, ranges: rangesIn(ip, cidr) }] : [];
  });

const rangesIn = (ip: XmlElement, of: Cidr): readonly Range[] =>
  childrenOf(child(ip, 'dhcp'), 'range').flatMap((range) => {
    const [from, to] = ['start', 'end'].map((key) => {
      const text = attribute(range, key) ?? '';
      return cidrOf(text, text.includes(':') ? 128 : 32)?.address;
    });
    return from === undefined || to === undefined ? [] : [{ of, from, to }];
  });

/** Only those that can be changed of it; `autostart` is no part of the document. */
export function settingsIn(network: XmlElement): Partial<NetworkSettings> {
  const mode = modeOf(network);
  const plan = planIn(network) ?? '';
  if (mode === undefined || !OWN_MODES.includes(mode)) return { plan };
  const mtu = Number(attribute(child(network, 'mtu'), 'size') ?? Number.NaN);
  const always = { plan, mtu: Number.isNaN(mtu) ? null : mtu };
  const subnets = subnetsOf(network);
  // Without addresses the host has none in it, and nothing there that could hand them out or answer.
  if (subnets.length === 0) return always;
  return {
    ...always,
    mode,
    dhcp: childrenOf(network, 'ip').some((ip) => child(ip, 'dhcp') !== undefined),
    range: subnets.flatMap(({ ranges }) => ranges.map(spelled)).join(', '),
    domain: attribute(child(network, 'domain'), 'name') ?? '',
    forwarders: plainForwarders(network).map((one) => attribute(one, 'addr') ?? ''),
  };
}

const spelled = ({ of: { family }, from, to }: Range): string =>
  [from, to].map((address) => addressText(address, family)).join('-');

/** Those for all names: others are asked for some domains alone. */
export const plainForwarders = (network: XmlElement): readonly XmlElement[] =>
  childrenOf(child(network, 'dns'), 'forwarder').filter((one) => attribute(one, 'domain') === undefined);

/** kcli's element in the metadata. */
export const kcliInfoOf = (network: XmlElement): XmlElement | undefined =>
  childrenOf(child(network, 'metadata'), 'info').find(({ attributes }) =>
    Object.entries(attributes).some(([key, value]) => key.startsWith('xmlns') && value === KCLI_NAMESPACE),
  );

export const planIn = (network: XmlElement): string | undefined =>
  textAt(kcliInfoOf(network) ?? network, 'plan')?.trim() || undefined;
