/** Which domain has which disk, as all domains are defined now and as they run. */
import { FleetError } from '../../../errors.ts';
import { usedBy } from '../../lib/listed.ts';
import { LibvirtError } from '../rpc/errors.ts';
import type { Volume } from '../rpc/protocol.ts';
import { withoutDots } from '../vm/mentioned-paths.ts';
import { otherDomains, type Search } from '../vm/other-domains.ts';
import { namesByNetwork, networkName } from '../xml/network-disk.ts';

export interface DomainDisk {
  /** The name of the domain. */
  readonly vm: string;
  /** It runs with it. */
  readonly isLive: boolean;
  readonly path: string | undefined;
  /** Where it is named by its pool. */
  readonly volume: { readonly pool: string; readonly name: string } | undefined;
  /** What is reached by network, by the name that libvirt has for it. */
  readonly remote: string | undefined;
  /** A disk of its own, no medium and no template. */
  readonly isWritten: boolean;
}

export interface DomainDisks {
  readonly disks: readonly DomainDisk[];
  /** Why some domains can't be read: they may have any disk. */
  readonly unread: string | undefined;
}

export async function readDomainDisks(call: Search): Promise<DomainDisks> {
  const found: DomainDisk[] = [];
  let unread: string | undefined;
  try {
    for await (const { what, vm, isLive, disks, fault } of otherDomains(call, false)) {
      if (fault !== undefined) unread ??= `${what} can't be read: ${fault}`;
      for (const { path, volume, elsewhere, device, readOnly } of disks) {
        const isWritten = !readOnly && (device === 'disk' || device === 'lun');
        const [, protocol, name] = volume ? [] : (/^(.*?):(.*)$/s.exec(elsewhere ?? '') ?? []);
        const remote = protocol === undefined || name === undefined ? undefined : networkName(protocol, name);
        found.push({ vm, isLive, path: path === undefined ? undefined : withoutDots(path), volume, remote, isWritten });
      }
    }
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    unread = `the definitions of the VMs can't be read: ${error.message}`;
  }
  return { disks: found, unread };
}

/** The VMs that have such a disk. Throws op.refused where some can't be read: they might have one. */
export async function vmsWith(call: Search, isMeant: (disk: DomainDisk) => boolean): Promise<readonly string[]> {
  const { disks, unread } = await readDomainDisks(call);
  if (unread !== undefined) throw new FleetError('op.refused', unread);
  return [...new Set(disks.filter(isMeant).map(({ vm }) => vm))];
}

/** Whether a disk is this volume: by its path, in its pool, or by network. */
export const isVolume =
  ({ pool, name, key }: Volume, path: string) =>
  (disk: DomainDisk): boolean =>
    disk.path === path ||
    (disk.volume?.pool === pool && disk.volume.name === name) ||
    (disk.remote !== undefined && namesByNetwork(path, key).includes(disk.remote));

/** Throws op.conflict for a volume that VMs have as such a disk. */
export async function refuseRunning(
  call: Search,
  volume: Volume,
  path: string,
  isMeant: (disk: DomainDisk) => boolean,
): Promise<void> {
  const isIt = isVolume(volume, path);
  const vms = await vmsWith(call, (disk) => isMeant(disk) && isIt(disk));
  if (vms.length > 0) throw new FleetError('op.conflict', usedBy(volume.name, vms), { fix: 'stop it first' });
}
