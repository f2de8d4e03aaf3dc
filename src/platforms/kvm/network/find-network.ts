import { FleetError } from '../../../errors.ts';
import type { HostCall } from '../host/host-call.ts';
import { unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';

type Asked = Pick<HostCall, 'client' | 'signal'>;

/** Undefined where libvirt has no network of this name. */
export const findNetwork = ({ client, signal }: Asked, name: string): Promise<VirtualNetwork | undefined> =>
  client.call(procedures.networkByName, { name }, { signal }).catch(unlessCode(VIR_ERR.noNetwork));

/** Rejects with network.not-found. */
export async function networkNamed(call: Asked, name: string): Promise<VirtualNetwork> {
  const network = await findNetwork(call, name);
  if (network) return network;
  throw new FleetError('network.not-found', `the host has no network ${JSON.stringify(name)}`, {
    fix: 'write the name of one that is listed',
  });
}
