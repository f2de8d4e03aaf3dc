/** Disks and NICs of a VM as objects of their own, out of what its details say of them. */
import { FleetError } from '../../errors.ts';
import { type DiskId, diskId, type NicId, nativeOfPart, nicId, type VmId } from '../../ids.ts';
import type { AttachedDisk, AttachedNic, Disk, DiskOps, Nic, NicOps, VmOps } from '../contract.ts';
import { lacking } from './listed.ts';
import { noMigration } from './migration.ts';

/** A drive stays the same one, whatever medium is in it. */
const attachedDisk = (vm: VmId, disk: Disk): AttachedDisk => ({
  ...disk,
  id: diskId(vm, disk.device),
  name: disk.device,
  ...(disk.type === 'disk' && { identity: disk.path }),
});

/**
 * What NICs go by: their addresses, since a name is a number that others take when one is removed. Of several with one address
 * all but the first have a number behind it: `52:54:00:12:34:56/2`.
 */
export function nativesOfNics(nics: readonly { readonly mac: string }[]): readonly string[] {
  const seen = new Map<string, number>();
  return nics.map(({ mac }) => {
    const number = (seen.get(mac) ?? 0) + 1;
    seen.set(mac, number);
    return number === 1 ? mac : `${mac}/${number}`;
  });
}

function attachedNics(vm: VmId, nics: readonly Nic[]): readonly AttachedNic[] {
  const natives = nativesOfNics(nics);
  return nics.map((nic, at) => ({
    ...nic,
    id: nicId(vm, natives[at] ?? nic.mac),
    name: nic.device,
    identity: nic.mac,
  }));
}

/** For platforms that have VMs with disks and NICs, and on which drover only runs, lists and edits them. */
export const noHardware = (title: string) => ({
  ...noMakers(title),
  ...noPartChanges(title),
  ...noFiles(title),
  ...noMigration(title),
});

/** Both lists, out of the details. */
export const partLists = (info: VmOps['info']): { readonly disk: DiskOps; readonly nic: NicOps } => ({
  disk: { list: listDisks(info) },
  nic: { list: listNics(info) },
});

/** For platforms on which drover makes no VMs. */
const noMakers = (title: string) =>
  ({
    'vm.create': `drover makes no VMs on ${title} yet`,
    'vm.clone': `drover clones no VMs on ${title} yet`,
  }) as const;

const noFiles = (title: string) =>
  ({
    'vm.save': `drover saves no memory of VMs of ${title} to files`,
    'vm.restore': `drover saves no memory of VMs of ${title} to files`,
    'vm.export': `drover exports no VMs of ${title} yet`,
    'vm.definition': `VMs of ${title} have no text that is edited`,
    'vm.define': `VMs of ${title} have no text that is edited`,
    'volume.upload': `drover uploads nothing to ${title} yet`,
    'volume.download': `drover downloads nothing from ${title} yet`,
    lease: `drover does not manage addresses of ${title} yet`,
    dns: `drover does not manage names of ${title} yet`,
  }) as const;

/** For platforms whose disks and NICs are listed, and not changed. */
const noPartChanges = (title: string): ReturnType<typeof lacking> =>
  lacking(
    `drover lists the disks and NICs of ${title}, and does not change them yet`,
    ['disk', 'nic'],
    ['disk.list', 'nic.list'],
  );

export const listDisks =
  (info: VmOps['info']): NonNullable<DiskOps['list']> =>
  async (vm, signal) =>
    (await info(vm, signal)).disks.map((disk) => attachedDisk(vm, disk));
export const listNics =
  (info: VmOps['info']): NonNullable<NicOps['list']> =>
  async (vm, signal) =>
    attachedNics(vm, (await info(vm, signal)).nics);

/** For a VM, by its name, that has no disk or NIC of this id. */
export const noPart = (kind: 'disk' | 'nic', vm: string, id: DiskId | NicId): FleetError =>
  new FleetError(
    `${kind}.not-found`,
    `${vm} has no ${kind === 'nic' ? 'NIC' : kind} ${JSON.stringify(nativeOfPart(id))}`,
  );
