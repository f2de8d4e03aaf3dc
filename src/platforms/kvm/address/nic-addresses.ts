/** The addresses of each network card of a guest, with the mask and the gateway that the network gives to them. */
import type { Nic, VmAddress } from '../../contract.ts';
import { type Cidr, cidrOf, maskText } from '../../lib/cidr.ts';
import { attribute, childrenOf } from '../../transport/xml.ts';
import { findNetwork } from '../network/find-network.ts';
import { cidrOfIp, modeOf } from '../network/network-xml.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { readDocument } from '../xml/document.ts';
import type { NicXml } from '../xml/domain-xml.ts';

type Addressed = Pick<Nic, 'ips' | 'mask' | 'gateway'>;

/** In the order of `nics`: those that the guest reports or the host has leased, by hardware address. */
export const nicAddresses = (
  call: Pick<GuestCall, 'client' | 'signal'>,
  nics: readonly NicXml[],
  found: readonly VmAddress[],
): Promise<readonly Addressed[]> =>
  Promise.all(
    nics.map(async ({ mac, network }): Promise<Addressed> => {
      const own = found.filter((one) => one.mac?.toLowerCase() === mac.toLowerCase());
      const [first] = own;
      if (!first) return {};
      const cidr = first.prefix === undefined ? undefined : cidrOf(first.address, first.prefix);
      const gateway = network === undefined ? undefined : await gatewayIn(call, network, first.address);
      return {
        ips: own.map(({ address }) => address),
        ...(cidr && { mask: maskText(cidr) }),
        ...(gateway !== undefined && { gateway }),
      };
    }),
  );

/** Networks that guests leave by way of the host, whose address there is their gateway. */
const ROUTED: ReadonlySet<string | undefined> = new Set(['nat', 'routed', 'open']);

/** Undefined where the network has none, or is none of libvirt's any more. */
async function gatewayIn(
  call: Pick<GuestCall, 'client' | 'signal'>,
  name: string,
  address: string,
): Promise<string | undefined> {
  try {
    const network = await findNetwork(call, name);
    if (!network) return undefined;
    const xml = await call.client.call(procedures.networkXml, { network, flags: 0 }, { signal: call.signal });
    const element = await readDocument(xml, 'network');
    if (!ROUTED.has(modeOf(element))) return undefined;
    const host = childrenOf(element, 'ip').find((ip) => isIn(cidrOfIp(ip), address));
    return host && attribute(host, 'address');
  } catch (error) {
    // It was taken away in this moment; a link that is down is no such answer.
    if (error instanceof LibvirtError) return undefined;
    throw error;
  }
}

function isIn(network: Cidr | undefined, address: string): boolean {
  const one = network && cidrOf(address, network.family === 4 ? 32 : 128);
  return one !== undefined && network?.family === one.family && one.first >= network.first && one.last <= network.last;
}
