/** The addresses of a guest, each with who says so. */
import type { VmAddress } from '../../contract.ts';
import type { RpcClient } from '../rpc/client.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { ADDRESS_SOURCE } from '../rpc/flags.ts';
import { type Domain, procedures } from '../rpc/protocol.ts';
import { addressesIn } from './addresses.ts';

/** The guest agent is inside the guest: it may be there and not answer. The host's table may be large. */
const PATIENCE_MS = 1_500;

interface AddressCall {
  readonly client: RpcClient;
  readonly domain: Domain;
  readonly signal: AbortSignal;
}

/** The host's own leases, what the agent in the guest says, and what the host has heard of its NICs; each address once. */
export async function guestAddresses(
  { client, domain, signal }: AddressCall,
  hasAgent: boolean,
): Promise<readonly VmAddress[]> {
  // Without an agent that answers, or a table that can be read, there are the leases.
  const mayFail = (source: 'agent' | 'arp') =>
    readAddresses(client, domain, source, { signal, deadlineMs: PATIENCE_MS }).catch(() => []);
  const found = await Promise.all([
    leasedAddresses(client, domain, signal),
    hasAgent ? mayFail('agent') : [],
    mayFail('arp'),
  ]);
  return onceEach(found.flat());
}

/** What the host's own DHCP server gave the guest. */
export const leasedAddresses = (
  client: RpcClient,
  domain: Domain,
  signal: AbortSignal,
): Promise<readonly VmAddress[]> =>
  readAddresses(client, domain, 'lease', { signal }).catch((error: unknown) => {
    if (error instanceof LibvirtError && error.code !== VIR_ERR.noDomain) return [];
    throw error;
  });

const readAddresses = (
  client: RpcClient,
  domain: Domain,
  source: keyof typeof ADDRESS_SOURCE,
  options: { readonly signal: AbortSignal; readonly deadlineMs?: number },
): Promise<readonly VmAddress[]> =>
  client
    .call(procedures.domainAddresses, { domain, source: ADDRESS_SOURCE[source], flags: 0 }, options)
    .then((found) => addressesIn(found, source));

export const onceEach = (all: readonly VmAddress[]): readonly VmAddress[] =>
  all.filter(({ address }, at) => all.findIndex((other) => other.address === address) === at);

/** The one that kcli or drover gave it in its metadata. */
export const fixedAddress = (address: string): VmAddress => ({ address, source: 'static' });
