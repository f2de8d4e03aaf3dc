/** Addresses of NICs, each of which one NIC on the host has. */
import { randomBytes } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import type { HostCall } from '../host/host-call.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { otherDomains } from '../vm/other-domains.ts';

/** The prefix that QEMU's addresses have. */
const PREFIX = '52:54:00';

/** Whether it is, in small letters, an address that a NIC of its own can have: none of a group. */
export const isMac = (mac: string): boolean => /^[0-9a-f][02468ace](:[0-9a-f]{2}){5}$/.test(mac);

/** The one that is wanted, or a new one where that is empty. Rejects with op.conflict for one that a VM has, this one too. */
export async function freeMac({ client, domain, signal }: GuestCall, wanted: string): Promise<string> {
  const mac = wanted.toLowerCase();
  if (mac !== '' && !isMac(mac))
    throw new FleetError('op.refused', `${domain.name}: ${JSON.stringify(wanted)} is no address for a NIC`, {
      fix: `write one like ${PREFIX}:12:34:56, or leave it out`,
    });
  const taken = await readMacs({ client, signal });
  if (mac === '') return newMac(taken);
  const vm = taken.get(mac);
  if (vm === undefined) return mac;
  throw new FleetError('op.conflict', `${vm} has a NIC ${mac} already`, { fix: 'choose another address' });
}

/** The same of several: new ones where it is empty, which differ from all of the host and from each other. */
export async function withMacs<N extends { readonly mac: string }>(
  call: Pick<HostCall, 'client' | 'signal'>,
  nics: readonly N[],
): Promise<readonly N[]> {
  const taken = await readMacs(call);
  for (const { mac } of nics) taken.set(mac, '');
  return nics.map((nic) => {
    const mac = nic.mac || newMac(taken);
    taken.set(mac, '');
    return { ...nic, mac };
  });
}

/** All of the host, with the VM that has it. */
async function readMacs(call: Pick<HostCall, 'client' | 'signal'>): Promise<Map<string, string>> {
  const taken = new Map<string, string>();
  for await (const { vm, nics } of otherDomains(call, false))
    for (const nic of nics) taken.set(nic.mac.toLowerCase(), vm);
  return taken;
}

function newMac(taken: ReadonlyMap<string, string>): string {
  for (;;) {
    const mac = `${PREFIX}:${[...randomBytes(3)].map((byte) => byte.toString(16).padStart(2, '0')).join(':')}`;
    if (!taken.has(mac)) return mac;
  }
}
