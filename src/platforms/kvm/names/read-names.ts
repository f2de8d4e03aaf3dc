/** What a network keeps of addresses and names (https://libvirt.org/formatnetwork.html): reservations of DHCP, and entries of its DNS. */
import { isIP } from 'node:net';
import type { Cidr } from '../../lib/cidr.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import type { HostCall } from '../host/host-call.ts';
import { cidrOfIp } from '../network/network-xml.ts';
import { NETWORK_XML, SECTION } from '../rpc/flags.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { readDocument } from '../xml/document.ts';
import { element } from '../xml/write-element.ts';

/** As it runs, and as it is saved; undefined where it does not run, and where it has no saved definition. */
export interface Halves<T> {
  readonly live: T | undefined;
  readonly saved: T | undefined;
}

export interface NetworkNames {
  /** That names without one belong to. */
  readonly domain: string | undefined;
  /** Of each element `ip`, in their order; undefined for one that can't be read. */
  readonly subnets: readonly (Subnet | undefined)[];
  readonly reservations: readonly Reservation[];
  readonly records: readonly DnsEntry[];
  /** Whether it answers questions for names. */
  readonly hasDns: boolean;
}

/** The address is the host's own. */
export type Subnet = Cidr & { readonly hasDhcp: boolean };

export interface Reservation {
  /** The place of its element `ip`. */
  readonly subnet: number;
  readonly ip: string;
  readonly mac: string | undefined;
  readonly name: string | undefined;
  readonly element: XmlElement;
}

export interface DnsEntry {
  readonly name: string;
  readonly type: 'A' | 'AAAA' | 'TXT' | 'SRV';
  readonly data: string;
  /** Of NETWORK_UPDATE. */
  readonly section: number;
  /** All that libvirt has in one element: an address has several names. */
  readonly element: XmlElement;
  /** The same without this name; undefined where nothing would be left. */
  readonly rest: XmlElement | undefined;
}

/** Both halves. Rejects with XmlError for what is no network. */
export async function readHalves(
  { client, signal }: Pick<HostCall, 'client' | 'signal'>,
  network: VirtualNetwork,
): Promise<Halves<NetworkNames>> {
  const options = { signal };
  const [isActive, isPersistent] = await Promise.all([
    client.call(procedures.networkIsActive, { network }, options),
    client.call(procedures.networkIsPersistent, { network }, options),
  ]);
  const read = async (flags: number) =>
    readNames(await client.call(procedures.networkXml, { network, flags }, options));
  const [live, saved] = await Promise.all([
    isActive ? read(0) : undefined,
    isPersistent ? read(NETWORK_XML.inactive) : undefined,
  ]);
  return { live, saved };
}

async function readNames(xml: string): Promise<NetworkNames> {
  const network = await readDocument(xml, 'network');
  const ips = childrenOf(network, 'ip');
  const dns = child(network, 'dns');
  const domain = attribute(child(network, 'domain'), 'name');
  return {
    domain,
    subnets: ips.map((ip) => {
      const cidr = cidrOfIp(ip);
      return cidr && { ...cidr, hasDhcp: child(ip, 'dhcp') !== undefined };
    }),
    reservations: ips.flatMap((ip, subnet) =>
      childrenOf(child(ip, 'dhcp'), 'host').map((host) => ({
        subnet,
        ip: attribute(host, 'ip') ?? '',
        mac: attribute(host, 'mac')?.toLowerCase(),
        name: attribute(host, 'name'),
        element: host,
      })),
    ),
    records: [
      ...childrenOf(dns, 'host').flatMap(readHost),
      ...childrenOf(dns, 'txt').map(readTxt),
      ...childrenOf(dns, 'srv').map((srv) => readSrv(srv, domain)),
    ],
    // Without addresses of its own it has no dnsmasq.
    hasDns: ips.length > 0 && attribute(dns, 'enable') !== 'no',
  };
}

function readHost(host: XmlElement): readonly DnsEntry[] {
  const data = attribute(host, 'ip') ?? '';
  const hostnames = childrenOf(host, 'hostname');
  return [...new Set(hostnames.map(({ text }) => text))].map((name) => {
    const left = hostnames.filter(({ text }) => text !== name);
    const rest = left.length > 0 ? { ...host, children: left } : undefined;
    return { name, type: typeOf(data), data, section: SECTION.dnsHost, element: host, rest };
  });
}

const readTxt = (txt: XmlElement): DnsEntry => ({
  name: attribute(txt, 'name') ?? '',
  type: 'TXT',
  data: attribute(txt, 'value') ?? '',
  section: SECTION.dnsTxt,
  element: txt,
  rest: undefined,
});

/** In the words of RFC 2782, with what dnsmasq takes for what is not said. */
function readSrv(srv: XmlElement, zone: string | undefined): DnsEntry {
  const said = (key: string): string | undefined => attribute(srv, key);
  const target = said('target');
  const owner = [`_${said('service') ?? ''}`, `_${said('protocol') ?? ''}`, said('domain') ?? zone].filter(Boolean);
  return {
    name: owner.join('.'),
    type: 'SRV',
    data: [said('priority') ?? '0', said('weight') ?? '0', said('port') ?? (target ? '1' : '0'), target ?? '.'].join(
      ' ',
    ),
    section: SECTION.dnsSrv,
    element: srv,
    rest: undefined,
  };
}

const typeOf = (ip: string): 'A' | 'AAAA' => (isIP(ip) === 6 ? 'AAAA' : 'A');

/** An element `host` of DNS: those of `before`, with one name more. */
export const withHostname = (before: XmlElement | undefined, ip: string, name: string): XmlElement => {
  const host = before ?? element('host', { ip });
  return { ...host, children: [...host.children, { ...element('hostname'), text: name }] };
};
