/** Which addresses the NICs of a new guest have, which gateways and name servers it asks, what its domain is. */
import type { Settings } from '../../contract.ts';
import { addressOf, isDomain } from '../addresses.ts';
import { addressText, type Cidr, cidrOf, lengthOfMask } from '../cidr.ts';
import { linesIn, refused, textIn, wordsIn } from '../spec-values.ts';

export interface NicAddresses {
  /** It asks for addresses, it has none, or these. */
  readonly how: 'dhcp' | 'none' | 'static';
  /** With the lengths of their networks. */
  readonly addresses: readonly Cidr[];
  readonly gateways: readonly string[];
}

export interface GuestNetwork {
  /** Whether the guest gets a configuration: otherwise it does what its image does. */
  readonly isConfigured: boolean;
  /** In the order of the NICs; those behind the last one ask for addresses. */
  readonly nics: readonly NicAddresses[];
  readonly dns: readonly string[];
  readonly domain: string;
  /** What the network of the first NIC keeps for it; '' where nothing is to be kept. */
  readonly kept: { readonly ip: string; readonly isReserved: boolean; readonly isNamed: boolean };
}

/** Of a NIC without a word about it. */
export const ASKS: NicAddresses = { how: 'dhcp', addresses: [], gateways: [] };

interface Written {
  readonly how: NicAddresses['how'];
  readonly addresses: readonly { readonly ip: Cidr; readonly length: number | undefined }[];
}

export function readNetwork(spec: Settings): GuestNetwork {
  const masks = linesIn(spec, 'netmasks');
  const written = linesIn(spec, 'ips').map((line, at) => readLine(line, masks[at] ?? ''));
  const [isReserved, isNamed] = [spec['reserve-ip'] === true, spec['reserve-dns'] === true];
  const first = written[0]?.addresses[0];
  if ((isReserved || isNamed) && !first)
    throw refused(
      `${isReserved ? 'reserve-ip' : 'reserve-dns'} needs the address of the first NIC`,
      'give it with ips',
    );
  const gateways = wordsIn(textIn(spec, 'gateway')).map((text) => addressIn(text, 'address of a gateway'));
  const unused = new Set(gateways);
  const nics = written.map(({ how, addresses }, at): NicAddresses => {
    const own = addresses.flatMap(({ ip, length }) => {
      const cidr = length === undefined ? undefined : cidrOf(textOf(ip), length);
      // The network hands it out: nothing is to be set then, and nothing else can be.
      if (!cidr && !(isReserved && at === 0 && addresses.length === 1))
        throw refused(`${textOf(ip)} has no length of its network`, `write ${textOf(ip)}/24, or give netmasks`);
      return cidr ?? [];
    });
    const reached = gateways.filter((one) => own.some((cidr) => isIn(one, cidr)));
    for (const one of reached) unused.delete(one);
    return own.length > 0
      ? { how: 'static', addresses: own, gateways: reached.map(textOf) }
      : { ...ASKS, how: how === 'static' ? 'dhcp' : how };
  });
  const [lost] = unused;
  if (lost)
    throw refused(`the gateway ${textOf(lost)} is in no network of the addresses`, 'give ips with their lengths');
  const all = written.flatMap(({ addresses }) => addresses.map(({ ip }) => textOf(ip)));
  const twice = all.find((ip, at) => all.indexOf(ip) < at);
  if (twice !== undefined) throw refused(`two NICs are to have the address ${twice}`);
  const dns = wordsIn(textIn(spec, 'dns')).map((text) => textOf(addressIn(text, 'address of a name server')));
  const domain = textIn(spec, 'domain');
  if (domain !== '' && !isDomain(domain)) throw refused(`${JSON.stringify(domain)} is no domain`);
  return {
    isConfigured: dns.length > 0 || nics.some(({ how }) => how !== 'dhcp'),
    nics,
    dns,
    domain,
    kept: { ip: first && (isReserved || isNamed) ? textOf(first.ip) : '', isReserved, isNamed },
  };
}

const textOf = ({ address, family }: Cidr): string => addressText(address, family);
const isIn = ({ family, address }: Cidr, net: Cidr): boolean =>
  family === net.family && address >= net.first && address <= net.last && address !== net.address;

/** `10.0.0.5/24 fd00::5/64`, `dhcp`, `none`. */
function readLine(line: string, mask: string): Written {
  if (line === '' || line === 'dhcp') return { how: 'dhcp', addresses: [] };
  if (line === 'none') return { how: 'none', addresses: [] };
  const addresses = wordsIn(line).map((word) => {
    const [text = '', length, ...more] = word.split('/');
    const ip = addressIn(more.length > 0 ? word : text, 'address');
    if (length === undefined) return { ip, length: mask === '' ? undefined : lengthIn(mask, text) };
    return { ip, length: lengthIn(length, text) };
  });
  return { how: 'static', addresses };
}

function lengthIn(text: string, ip: string): number {
  const length = /^\d{1,3}$/.test(text) ? Number(text) : lengthOfMask(text);
  if (length === undefined || length === 0 || !cidrOf(ip, length))
    throw refused(`${JSON.stringify(text)} is no length of a network for ${ip}`);
  return length;
}

function addressIn(text: string, what: string): Cidr {
  const address = addressOf(text);
  if (!address) throw refused(`${JSON.stringify(text)} is no ${what}`);
  return address;
}
