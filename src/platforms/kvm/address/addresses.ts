import type { VmAddress } from '../../contract.ts';
import type { GuestInterface } from '../rpc/protocol.ts';

const isUsable = (address: string): boolean => !/^(fe80:|169\.254\.|127\.|::1$)/i.test(address);

/** The addresses that a client could connect to: no link-local ones, IPv4 before IPv6, each once. */
export function addressesIn(interfaces: readonly GuestInterface[], source: VmAddress['source']): readonly VmAddress[] {
  const all = new Map<string, VmAddress>();
  for (const { mac, addresses } of interfaces)
    for (const { address, prefix } of addresses)
      if (isUsable(address) && !all.has(address))
        all.set(address, { address, source, ...(mac && { mac }), ...(prefix > 0 && { prefix }) });
  const isNew = ({ address }: VmAddress) => address.includes(':');
  return [...all.values()].toSorted((a, b) => Number(isNew(a)) - Number(isNew(b)));
}
