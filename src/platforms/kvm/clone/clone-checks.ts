/** What speaks against cloning a VM, besides its disks; and what the other VMs of the host have already. */
import { randomBytes } from 'node:crypto';
import { FleetError } from '../../../errors.ts';
import { attribute, child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { isSaved } from '../vm/guest.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { withoutDots } from '../vm/mentioned-paths.ts';
import { otherDomains } from '../vm/other-domains.ts';
import type { DiskCopy } from './clone-disks.ts';

/** Rejects with op.conflict while its disks may change, or its memory belongs to them. */
export async function refuseUnlessOff(call: GuestCall): Promise<void> {
  const { client, domain, signal } = call;
  const now = await client.call(procedures.domainByUuid, { uuid: domain.uuid }, { signal });
  if (now.id !== -1) {
    const why = 'is running: its disks change while they are read';
    throw new FleetError('op.conflict', `${domain.name} ${why}`, { fix: 'shut it down first' });
  }
  if (await isSaved(client, domain, signal)) {
    const why = 'is suspended: its memory holds what is not on its disks yet';
    throw new FleetError('op.conflict', `${domain.name} ${why}`, { fix: 'resume it and shut it down first' });
  }
}

export const takenName = (name: string, cause?: unknown): FleetError =>
  new FleetError('op.conflict', `there is a VM ${name} on this host already`, { fix: 'choose another name', cause });

/** Whether the host has a VM of this name. */
export const isTaken = ({ client, signal }: Pick<GuestCall, 'client' | 'signal'>, name: string): Promise<boolean> =>
  client.call(procedures.domainByName, { name }, { signal }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof LibvirtError && error.code === VIR_ERR.noDomain) return false;
      throw error;
    },
  );

/** QEMU's own options for disks: what they name is no disk that libvirt knows. */
const DISK_OPTION = /^--?(drive|blockdev|hd[a-d]|fd[ab]|cdrom|pflash|mtdblock|sd)$/;

/** Throws op.refused for what would be shared by both, and changed by both. */
export function refuseShared({ domain }: GuestCall, root: XmlElement): void {
  const devices = child(root, 'devices');
  const of = (name: string, type: RegExp) =>
    childrenOf(devices, name).some((one) => type.test(attribute(one, 'type') ?? attribute(one, 'model') ?? ''));
  const args = childrenOf(child(root, 'commandline'), 'arg').map((arg) => attribute(arg, 'value') ?? '');
  const why = of('interface', /^vhostuser$/)
    ? 'it has a NIC on a socket of the host (vhostuser), which only one VM can have'
    : childrenOf(devices, 'memory').some((memory) => child(child(memory, 'source'), 'path'))
      ? 'it has memory that is kept in a file (nvdimm)'
      : child(devices, 'lease')
        ? 'it has a lease'
        : args.some((arg) => DISK_OPTION.test(arg))
          ? 'it has disks that are given to QEMU past libvirt'
          : undefined;
  if (why !== undefined) throw new FleetError('op.refused', `${domain.name} can't be cloned: ${why}`);
}

/** The MAC addresses on the host. Rejects with op.conflict where a VM that runs has a disk that would be copied. */
export async function readOthers(call: GuestCall, copies: readonly DiskCopy[]): Promise<Set<string>> {
  const { client, domain, signal } = call;
  const macs = new Set<string>();
  const paths = new Set(copies.map(({ path }) => path));
  const isCopied = (disk: {
    readonly path: string | undefined;
    readonly volume: { pool: string; name: string } | undefined;
  }) =>
    (disk.path !== undefined && paths.has(withoutDots(disk.path))) ||
    copies.some(({ from }) => from.pool === disk.volume?.pool && from.name === disk.volume.name);
  for await (const { vm, isLive, disks, nics } of otherDomains({ client, signal }, false)) {
    for (const { mac } of nics) macs.add(mac.toLowerCase());
    const shared = isLive ? disks.find((disk) => !disk.readOnly && isCopied(disk)) : undefined;
    if (!shared) continue;
    const what = `${domain.name}: ${vm} runs with its disk ${shared.path ?? shared.elsewhere}`;
    throw new FleetError('op.conflict', what, { fix: `shut ${vm} down first` });
  }
  return macs;
}

/** One with QEMU's prefix that is not taken; it is taken then. */
export function newMac(taken: Set<string>, draw: () => Buffer = () => randomBytes(3)): string {
  for (;;) {
    const mac = `52:54:00:${draw()
      .toString('hex')
      .replace(/..(?=.)/g, '$&:')}`;
    if (taken.has(mac)) continue;
    taken.add(mac);
    return mac;
  }
}
