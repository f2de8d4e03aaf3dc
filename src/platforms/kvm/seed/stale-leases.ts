/** Leases of earlier VMs: libvirt shows them as addresses of the VM that has the MAC now. */

import { FleetError } from '../../../errors.ts';
import type { Warning } from '../../contract.ts';
import type { HostCall } from '../host/host-call.ts';
import { networkNamed } from '../network/find-network.ts';
import type { PluggedNic } from '../nic/nic-options.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { type DhcpLease, procedures } from '../rpc/protocol.ts';

/** `given` are the MACs that were not made up for it. No rule finds them later: libvirt says neither when a lease began nor when a VM was started. */
export async function warnOfLeases(
  call: HostCall,
  nics: readonly Pick<PluggedNic, 'mac' | 'plug'>[],
  given: readonly string[],
): Promise<readonly Warning[]> {
  const leased = nics.filter(({ plug, mac }) => plug.type === 'network' && given.includes(mac));
  const each = leased.map(async ({ plug: { name: network }, mac }) =>
    (await leasesOf(call, network, mac)).map(({ address, until }) => {
      const end = until > 0 ? `until ${new Date(until * 1000).toISOString().slice(0, 16)}Z` : 'for ever';
      const detail = `${network} has given ${address} to ${mac} before: it is shown as an address of the VM ${end}`;
      return { feature: 'ips', detail };
    }),
  );
  return (await Promise.all(each)).flat();
}

/** None of a network that gives out none, or is not active: only a warning is lost. */
async function leasesOf(call: HostCall, name: string, mac: string): Promise<readonly DhcpLease[]> {
  try {
    const args = { network: await networkNamed(call, name), mac, needResults: true, flags: 0 };
    return (await call.client.call(procedures.networkLeases, args, { signal: call.signal })).leases;
  } catch (error) {
    if (error instanceof LibvirtError || error instanceof FleetError) return [];
    throw error;
  }
}
