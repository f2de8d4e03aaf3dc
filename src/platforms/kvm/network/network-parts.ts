/** Parts of a network's document, which are written of a new one and of one that is changed (https://libvirt.org/formatnetwork.html). */
import type { NetworkMode } from '../../contract.ts';
import { addressOf, isDomain } from '../../lib/addresses.ts';
import { addressText, type Cidr, cidrText } from '../../lib/cidr.ts';
import { KCLI_NAMESPACE } from '../xml/metadata.ts';
import { refused, words } from '../xml/write-host-xml.ts';

/** `nat` is that of both versions of IP: without `ipv6` the second one would be routed (libvirt 6.5 and later). */
export function forwardOf(mode: NetworkMode, device: string, hasIpv6: boolean): string {
  const dev = device === '' ? '' : ` dev="${words(device)}"`;
  if (mode === 'nat')
    return hasIpv6 ? `<forward mode="nat"${dev}><nat ipv6="yes"/></forward>` : `<forward mode="nat"${dev}/>`;
  if (mode === 'routed') return `<forward mode="route"${dev}/>`;
  return mode === 'open' ? '<forward mode="open"/>' : '';
}

/** The least that Linux takes, and what IPv6 needs (RFC 8200): with less the kernel takes IPv6 from the bridge without a word. */
const LEAST_MTU = { all: 68, ipv6: 1280 } as const;
const MOST_MTU = 65_535;

export function mtuOf(name: string, mtu: number, hasIpv6: boolean): string {
  const least = hasIpv6 ? LEAST_MTU.ipv6 : LEAST_MTU.all;
  if (!Number.isInteger(mtu) || mtu < least || mtu > MOST_MTU)
    throw refused(name, `the MTU ${mtu} is not from ${least} to ${MOST_MTU}${hasIpv6 ? ', as IPv6 needs it' : ''}`);
  return `<mtu size="${mtu}"/>`;
}

/** Names that the network does not know are asked for elsewhere also below its own domain, as kcli has it. */
export const domainOf = (name: string, domain: string): string =>
  `<domain name="${domainName(name, domain)}" localOnly="no"/>`;

export function domainName(name: string, domain: string): string {
  if (!isDomain(domain)) throw refused(name, `${JSON.stringify(domain)} is no domain`, 'write one such as lab.test');
  return words(domain);
}

export function forwardersOf(name: string, forwarders: readonly string[]): string {
  const wrong = forwarders.find((one) => !addressOf(one));
  if (wrong !== undefined)
    throw refused(name, `the forwarder ${JSON.stringify(wrong)} is no address`, 'write addresses of name servers');
  return forwarders.map((one) => `<forwarder addr="${words(one)}"/>`).join('');
}

/** As kcli keeps the plan of a network, and that it is one of Open vSwitch. */
export function metadataOf(plan = '', openvswitch = false): string {
  const text = (key: string, value: string) =>
    value === '' ? '' : `<${KCLI_NAMESPACE}:${key}>${words(value)}</${KCLI_NAMESPACE}:${key}>`;
  const inside = `${text('plan', plan)}${text('ovs', openvswitch ? 'true' : '')}`;
  if (inside === '') return '';
  const info = `${KCLI_NAMESPACE}:info`;
  return `<metadata><${info} xmlns:${KCLI_NAMESPACE}="${KCLI_NAMESPACE}">${inside}</${info}></metadata>`;
}

/** Addresses that DHCP gives, of one of the network's own. */
export interface Range {
  readonly of: Cidr;
  readonly from: bigint;
  readonly to: bigint;
}

export const endsOf = ({ of: { family }, from, to }: Range): { readonly start: string; readonly end: string } => ({
  start: addressText(from, family),
  end: addressText(to, family),
});

export function writeRange(range: Range): string {
  const { start, end } = endsOf(range);
  return `<range start="${start}" end="${end}"/>`;
}

/** libvirt 9.0 refuses a range of more, though it says 65,535. */
const MOST_LEASED = 65_534n;

/** The host has the first address, VMs get the second to the last but one. */
export const usualRange = (of: Cidr): Range => {
  const most = of.first + 1n + MOST_LEASED;
  return { of, from: of.first + 2n, to: of.last - 1n < most ? of.last - 1n : most };
};

/** `A-B`, or several with commas between them. Throws op.refused for what is none of these networks. */
export const rangesOf = (name: string, text: string, dhcp: boolean, all: readonly Cidr[]): readonly Range[] =>
  text.split(',').map((one) => rangeOf(name, one.trim(), dhcp, all));

function rangeOf(name: string, text: string, dhcp: boolean, all: readonly Cidr[]): Range {
  const said = `the DHCP range ${JSON.stringify(text)}`;
  if (!dhcp) throw refused(name, `${said} needs DHCP`, 'turn DHCP on, or leave the range out');
  const [from, to, ...more] = text.split('-').map((part) => addressOf(part.trim()));
  if (!from || !to || more.length > 0 || from.family !== to.family)
    throw refused(name, `${said} is not two addresses`, 'write it as 192.168.150.50-192.168.150.99');
  const of = all.find(({ family, first, last }) =>
    [from, to].every((one) => one.family === family && one.address >= first && one.address <= last),
  );
  if (!of) throw refused(name, `${said} is not in ${all.map(cidrText).join(' or ')}`);
  if (from.address > to.address) throw refused(name, `${said} ends before it begins`);
  if (from.address <= of.first + 1n)
    throw refused(name, `${said} has ${addressText(of.first + 1n, of.family)} in it, which is the host's own`);
  if (to.address === of.last) throw refused(name, `${said} has the last address in it, which no VM may have`);
  if (to.address - from.address >= MOST_LEASED) throw refused(name, `${said} has more than ${MOST_LEASED} addresses`);
  return { of, from: from.address, to: to.address };
}
