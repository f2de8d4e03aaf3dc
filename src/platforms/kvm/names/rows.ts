/** Leases and DNS entries as lists: each network has its own, and an id begins with the name of its network. */
import { type DnsId, type EndpointName, type LeaseId, nativeOfListed } from '../../../ids.ts';
import type { DnsRecord, Lease } from '../../contract.ts';
import { noListed } from '../../lib/listed.ts';
import { type Host, type HostCall, onHost, readEach } from '../host/host-call.ts';
import { findNetwork } from '../network/find-network.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';

type Row = Lease | DnsRecord;
type Read<F> = (call: HostCall, network: VirtualNetwork) => Promise<readonly F[]>;

/** Those of all networks. One that can't be read has a row that says so, made by `unread`. */
export const listRows = <R extends Row>(
  host: Host,
  of: EndpointName,
  signal: AbortSignal,
  read: Read<{ readonly row: R }>,
  unread: (network: string) => R,
): Promise<readonly R[]> =>
  onHost(host, of, signal, async (call) => {
    const all = await call.client.call(procedures.listNetworks, { needResults: true, flags: 0 }, { signal });
    const each = await readEach(all.networks, host.clock, (network) => read(call, network));
    return each.flatMap(({ one, read: rows, trouble }) =>
      rows ? rows.map(({ row }) => row) : [{ ...unread(one.name), ...trouble }],
    );
  });

/** Works on one of them, as it is now. Rejects with `lease.not-found` or `dns.not-found`. */
export function onRow<F extends { readonly row: Row }, T>(
  host: Host,
  kind: 'lease' | 'dns',
  id: LeaseId | DnsId,
  signal: AbortSignal,
  read: Read<F>,
  work: (call: HostCall, network: VirtualNetwork, found: F) => Promise<T>,
): Promise<T> {
  const [name = ''] = nativeOfListed(id).split('/');
  return onHost(host, name, signal, async (call) => {
    const network = await findNetwork(call, name);
    const found = network && (await read(call, network)).find(({ row }) => row.id === id);
    if (!network || !found) throw noListed(kind, id);
    return work(call, network, found);
  });
}
