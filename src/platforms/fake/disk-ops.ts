import { FleetError } from '../../errors.ts';
import { type DiskId, diskId, vmOf, volumeId } from '../../ids.ts';
import type { Disk, DiskOps, DiskSpec, LossPlan, Vm } from '../contract.ts';
import { refusePlanned } from '../lib/listed.ts';
import { listDisks, noPart } from '../lib/parts.ts';
import type { Calls } from './call.ts';
import { looseVolume } from './drives.ts';
import { vmInfo } from './info.ts';
import { planFor } from './listed-plans.ts';
import { moveDisk } from './move-disk.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';
import { folderOf, refuseNoImage } from './volume-ops.ts';

/** An empty disk takes its moment to be written. */
const WRITE_MS = 300;

export function createDiskOps(server: FakeServer, calls: Calls): Required<DiskOps> {
  const { agenda, collections, drives, endpoint } = server;

  const find = (vm: Vm, row: number, id: DiskId): Disk => {
    const found = drives.disks(row).find(({ device }) => diskId(vm.id, device) === id);
    if (!found) throw noPart('disk', vm.name, id);
    return found;
  };

  /** A volume or ISO file that is there, by path or name. */
  const volumeOf = (wanted: string) => {
    const found = collections.volume.all().find(({ path, name }) => path === wanted || name === wanted);
    if (!found) throw new FleetError('volume.not-found', `${endpoint} has no volume ${JSON.stringify(wanted)}`);
    return found;
  };

  const others = (vm: Vm, path: string): readonly string[] =>
    (collections.volume.all().find((one) => one.path === path)?.users ?? []).filter((name) => name !== vm.name);

  const after = (happen: () => void) => {
    agenda.plan(WRITE_MS, happen);
    return accepted();
  };

  const replace = (row: number, old: Disk, disk: Disk) =>
    drives.change(
      row,
      drives.disks(row).map((one) => (one.device === old.device ? disk : one)),
    );

  const without = (row: number, { device }: Disk) =>
    drives.change(
      row,
      drives.disks(row).filter((one) => one.device !== device),
    );

  function made(vm: Vm, row: number, spec: DiskSpec): Disk {
    const there = drives.disks(row);
    const first = there.find(({ type }) => type === 'disk');
    const bus = spec.bus || first?.bus || 'virtio';
    const device = freeDevice(bus, there);
    const common = {
      device,
      bus,
      type: 'disk',
      storage: undefined,
      readOnly: false,
      shareable: spec.shareable,
    } as const;
    if (spec.volume !== '') {
      if (spec.image !== undefined || spec.linked)
        throw new FleetError('op.refused', `${vm.name}: a volume that is there is attached as it is`);
      const { path = spec.volume, size, format, users = [] } = volumeOf(spec.volume);
      if (users.length > 0 && !spec.shareable) {
        throw new FleetError('op.conflict', `${path} is a disk of ${users.join(', ')}`, {
          fix: 'detach it there first, or let both write to it with --shareable',
        });
      }
      return { ...common, path, size, format };
    }
    const { size, image, linked = false } = spec;
    const format = spec.format || 'qcow2';
    refuseNoImage(collections, endpoint, {
      name: vm.name,
      size,
      format,
      linked,
      ...(image !== undefined && { image }),
    });
    const folder = folderOf(collections, endpoint, spec.storage || 'vms');
    return { ...common, path: `${folder}/${vm.uuid}/${device}.${format}`, size, format };
  }

  const plan = (vm: Vm, row: number, id: DiskId): LossPlan => {
    const { path } = find(vm, row, id);
    return planFor(path, others(vm, path), [path]);
  };

  return {
    list: listDisks((id, signal) => calls.vm('disk.list', id, signal, (vm, row) => vmInfo(server, vm, row))),
    create: (id, spec, signal) =>
      calls.vm('disk.create', id, signal, (vm, row) => {
        const disk = made(vm, row, spec);
        const happen = () => {
          drives.change(row, [...drives.disks(row), disk]);
          collections.volume.forget(volumeId(endpoint, disk.path));
        };
        return { ...after(happen), id: diskId(vm.id, disk.device) };
      }),
    detach: (id, signal) =>
      calls.vm('disk.detach', vmOf(id), signal, (vm, row) => {
        const disk = find(vm, row, id);
        return after(() => {
          without(row, find(vm, row, id));
          if (disk.path === '' || others(vm, disk.path).length > 0) return;
          collections.volume.put(looseVolume(endpoint, disk));
        });
      }),
    planDelete: (id, signal) => calls.vm('disk.planDelete', vmOf(id), signal, (vm, row) => plan(vm, row, id)),
    delete: (id, signal) =>
      calls.vm('disk.delete', vmOf(id), signal, (vm, row) => {
        refusePlanned(plan(vm, row, id));
        const disk = find(vm, row, id);
        return after(() => {
          without(row, disk);
          drives.destroy(disk.path);
        });
      }),
    resize: (id, size, signal) =>
      calls.vm('disk.resize', vmOf(id), signal, (vm, row) => {
        const disk = find(vm, row, id);
        if (size < (disk.size ?? 0))
          throw new FleetError('op.refused', `${vm.name}: ${disk.device} would be cut off: disks can only grow`);
        return after(() => replace(row, disk, { ...disk, size }));
      }),
    move: (id, spec, signal) =>
      calls.vm('disk.move', vmOf(id), signal, (vm, row) => {
        const disk = find(vm, row, id);
        return moveDisk(server, { vm, row, disk, others: others(vm, disk.path) }, spec, signal);
      }),
    insert: (id, volume, signal) =>
      calls.vm('disk.insert', vmOf(id), signal, (vm, row) => {
        const disk = find(vm, row, id);
        if (disk.type !== 'cdrom') throw new FleetError('op.refused', `${vm.name}: ${disk.device} is no drive`);
        if (volume === '')
          return after(() => replace(row, disk, { ...disk, path: '', size: undefined, format: undefined }));
        const { path = volume, size, format } = volumeOf(volume);
        return after(() => replace(row, disk, { ...disk, path, size, format }));
      }),
  };
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** `vdb`, `sdc`: the first that is free. Throws op.refused when there is none. */
export function freeDevice(bus: string, there: readonly Disk[]): string {
  const start = bus === 'virtio' ? 'vd' : 'sd';
  const free = [...LETTERS]
    .map((letter) => `${start}${letter}`)
    .find((one) => !there.some(({ device }) => device === one));
  if (free === undefined) throw new FleetError('op.refused', `there is no room for another ${bus} disk`);
  return free;
}
