import { type EndpointName, volumeId } from '../../ids.ts';
import { mib } from '../../units.ts';
import type { Disk, Volume } from '../contract.ts';
import type { Fleet } from './fleet.ts';
import { ROLES } from './names.ts';
import { hash, pick } from './random.ts';

/** The disks of the fleet: computed from the row, until the first change of them, and without what was deleted. */
export interface Drives {
  disks(row: number): readonly Disk[];
  change(row: number, disks: readonly Disk[]): void;
  destroy(path: string): void;
  exists(path: string): boolean;
}

const GIB = 1024;

/** `oddNames`: the folders of disks are called as their VMs are, whatever is in those names. */
export function createDrives(fleet: Fleet, oddNames: boolean): Drives {
  const destroyed = new Set<string>();
  const changed = new Map<number, readonly Disk[]>();

  function computed(row: number): readonly Disk[] {
    const vm = fleet.vm(row);
    if (!vm) return [];
    const bits = hash(fleet.seed, row, 91);
    const role = pick(ROLES, fleet.columns.role[row] ?? 0).name;
    const folder = `/srv/vms/${oddNames ? vm.name : vm.uuid}`;
    const made: Disk[] = [{ ...disk('vda', `${folder}/system.qcow2`, pick([10, 20, 40], bits)), bootOrder: 1 }];
    if (role === 'db' || role === 'queue')
      made.push(disk('vdb', `${folder}/data.qcow2`, pick([100, 200, 500], bits >>> 4)));
    if ((bits >>> 8) % 5 === 0) {
      made.push({
        device: 'sda',
        path: `/srv/iso/${vm.image}.iso`,
        size: mib(650),
        type: 'cdrom',
        format: 'raw',
        bus: 'sata',
        storage: undefined,
        readOnly: true,
        shareable: false,
      });
    }
    return made;
  }

  return {
    disks: (row) => (changed.get(row) ?? computed(row)).filter(({ path }) => !destroyed.has(path)),
    change(row, disks) {
      changed.set(row, disks);
      // A file that was deleted may be there again under its name.
      for (const { path } of disks) destroyed.delete(path);
    },
    destroy: (path) => void destroyed.add(path),
    exists: (path) => path.startsWith('/srv/') && !destroyed.has(path),
  };
}

/** The storage whose folder a file is in. */
export const storageAt = (path: string): string => /^\/srv\/([^/]+)\//.exec(path)?.[1] ?? 'vms';

/** What a disk leaves in its storage when no VM has it any more. */
export const looseVolume = (endpoint: EndpointName, { path, size, format }: Disk): Volume => {
  const storage = storageAt(path);
  return {
    id: volumeId(endpoint, path),
    name: path.replace(`/srv/${storage}/`, ''),
    storage,
    type: 'file',
    format,
    size,
    used: mib(1),
    path,
    users: [],
  };
};

const disk = (device: string, path: string, gibibytes: number): Disk => ({
  device,
  path,
  size: mib(gibibytes * GIB),
  type: 'disk',
  format: 'qcow2',
  bus: 'virtio',
  storage: undefined,
  readOnly: false,
  shareable: false,
});
