import { type DiskId, diskId, nativeOfPart, vmOf } from '../../../ids.ts';
import type { DiskOps } from '../../contract.ts';
import { noPart } from '../../lib/parts.ts';
import type { Host } from '../host/host-call.ts';
import { DONE, type GuestCall, type GuestCalls, onGuest } from '../vm/guest-call.ts';
import { type GuestDevices, readGuestDevices, readToChange } from '../vm/guest-devices.ts';
import type { DiskDevice } from '../xml/device-xml.ts';
import { addDisk } from './add-disk.ts';
import { deleteDisk, planDiskDelete } from './delete-disk.ts';
import { detachDisk } from './detach-disk.ts';
import { insertMedium } from './insert-medium.ts';
import { resizeDisk } from './resize-disk.ts';

/** The disks and drives of a guest; they go by the names of their targets, which are its own and stay. */
export function createDiskOps(calls: GuestCalls, host: Host): Required<Omit<DiskOps, 'list' | 'move'>> {
  const { clock } = host;
  const onDisk = <T>(
    id: DiskId,
    signal: AbortSignal,
    read: (call: GuestCall) => Promise<GuestDevices>,
    work: (call: GuestCall, devices: GuestDevices, disk: DiskDevice) => Promise<T>,
  ): Promise<T> =>
    onGuest(calls, vmOf(id), signal, async (call) => {
      const devices = await read(call);
      const disk = devices.now.disks.find(({ target }) => target === nativeOfPart(id));
      if (!disk) throw noPart('disk', call.domain.name, id);
      return work(call, devices, disk);
    });

  return {
    create: (vm, spec, signal) =>
      onGuest(calls, vm, signal, async (call) => {
        const { target, warnings } = await addDisk(host, call, await readToChange(call), spec);
        return { warnings, id: diskId(vm, target) };
      }),
    detach: (id, signal) =>
      onDisk(id, signal, readToChange, async (call, devices, disk) => ({
        warnings: await detachDisk(call, clock, devices, disk),
      })),
    planDelete: (id, signal) =>
      onDisk(id, signal, readGuestDevices, (call, _devices, disk) => planDiskDelete(call, host.files, disk)),
    delete: (id, signal) =>
      onDisk(id, signal, readToChange, async (call, devices, disk) => {
        await deleteDisk(call, clock, host.files, devices, disk);
        return DONE;
      }),
    resize: (id, size, signal) =>
      onDisk(id, signal, readToChange, async (call, devices, disk) => {
        await resizeDisk(call, devices, disk, size);
        return DONE;
      }),
    insert: (id, volume, signal) =>
      onDisk(id, signal, readToChange, async (call, devices, disk) => {
        await insertMedium(host, call, devices, disk, volume);
        return DONE;
      }),
  };
}
