import { FleetError } from '../../../errors.ts';
import type { HostCall } from '../host/host-call.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { procedures, type VirtualNetwork } from '../rpc/protocol.ts';
import { otherDomains } from '../vm/other-domains.ts';
import { readNetworkXml } from './network-xml.ts';

type Which = 'all' | 'running';

/**
 * Names of the VMs that have a NIC in a network: all of them, or those that run with it. They are in it by its name, or by its
 * bridge. Rejects with op.refused where a VM can't be read: it may be in any.
 */
export async function vmsIn(call: HostCall, network: VirtualNetwork, which: Which): Promise<readonly string[]> {
  const { vms, fault } = await lookFor(call, network, which);
  if (fault !== undefined) throw fault;
  return vms;
}

/** Those that run with it, without those that can't be read: to be shown, not to be relied on. */
export const readableVmsIn = async (call: HostCall, network: VirtualNetwork): Promise<readonly string[]> =>
  (await lookFor(call, network, 'running')).vms;

async function lookFor(
  call: HostCall,
  network: VirtualNetwork,
  which: Which,
): Promise<{ readonly vms: readonly string[]; readonly fault?: Error }> {
  const { client, signal } = call;
  const text = await client.call(procedures.networkXml, { network, flags: 0 }, { signal });
  const { mode, device } = await readNetworkXml(text);
  const vms = new Set<string>();
  let unread: Error | undefined;
  try {
    for await (const { what, vm, nics, fault, isLive } of otherDomains(call, false)) {
      if (which === 'running' && !isLive) continue;
      if (fault !== undefined) unread ??= new FleetError('op.refused', `${what} can't be read: ${fault}`);
      const isIn = nics.some(
        ({ type, source, network: of }) =>
          of === network.name || (of === undefined && type === 'bridge' && source === device && mode !== 'bridge'),
      );
      if (isIn) vms.add(vm);
    }
  } catch (error) {
    // libvirt returns no document of one of them: those behind it are not known either.
    if (!(error instanceof LibvirtError)) throw error;
    unread = error;
  }
  return { vms: [...vms], ...(unread && { fault: unread }) };
}
