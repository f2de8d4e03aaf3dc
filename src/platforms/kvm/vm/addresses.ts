import type { GuestInterface } from '../rpc/protocol.ts';

const isUsable = (address: string): boolean => !/^(fe80:|169\.254\.|127\.|::1$)/i.test(address);

/** The addresses that a client could connect to: no link-local ones, IPv4 before IPv6, each once. */
export function usableAddresses(interfaces: readonly GuestInterface[]): readonly string[] {
  const all = interfaces.flatMap(({ addresses }) => addresses.map(({ address }) => address)).filter(isUsable);
  const unique = [...new Set(all)];
  return [...unique.filter((address) => !address.includes(':')), ...unique.filter((address) => address.includes(':'))];
}
