import { FleetError } from '../../../errors.ts';
import { findNetwork } from '../network/find-network.ts';
import { interfaceType } from '../network/interfaces.ts';
import { procedures } from '../rpc/protocol.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import type { Plug } from '../xml/device-xml.ts';

/**
 * What a NIC is plugged into: a network of libvirt of this name, else a bridge of the host. Rejects with network.not-found, and
 * with op.conflict for a network that is not active.
 */
export async function plugOf(call: GuestCall, name: string): Promise<Plug> {
  const { client, signal } = call;
  const network = await findNetwork(call, name);
  if (!network) {
    if ((await interfaceType(call, name)) === 'bridge') return { type: 'bridge', name };
    throw new FleetError('network.not-found', `the host has no network or bridge ${JSON.stringify(name)}`);
  }
  if (await client.call(procedures.networkIsActive, { network }, { signal })) return { type: 'network', name };
  throw new FleetError('op.conflict', `the network ${name} is not active`, { fix: 'start the network first' });
}
