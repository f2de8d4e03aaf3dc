import { wait } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { volumeId } from '../../ids.ts';
import type { Accepted, Disk, DiskMoveSpec, Vm } from '../contract.ts';
import { usedBy } from '../lib/listed.ts';
import { looseVolume, storageAt } from './drives.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';
import { folderOf } from './volume-ops.ts';

/** All of it, however large. */
const COPY_MS = 300;

/** `others` names the VMs that have its volume too. Until all is copied, it is where it was. */
export async function moveDisk(
  server: FakeServer,
  {
    vm,
    row,
    disk,
    others,
  }: { readonly vm: Vm; readonly row: number; readonly disk: Disk; readonly others: readonly string[] },
  { storage, format: wanted, keep }: DiskMoveSpec,
  signal: AbortSignal,
): Promise<Accepted> {
  const { clock, collections, drives, endpoint, faults, snapshots } = server;
  const { device, path, format } = disk;
  const where = `${device} of ${vm.name}`;
  if (disk.type !== 'disk') throw new FleetError('op.refused', `${where} is a drive: eject what is in it`);
  const folder = folderOf(collections, endpoint, storage);
  if (storageAt(path) === storage && (wanted === '' || wanted === format))
    throw new FleetError('op.refused', `${where} is on ${storage} already`);
  if (!keep && others.length > 0)
    throw new FleetError('op.refused', usedBy(path, others), { fix: 'keep the old volume' });
  if (!keep && snapshots.of(row).length > 0)
    throw new FleetError('op.refused', `snapshots of ${vm.name} need ${path}`, { fix: 'keep the old volume' });
  const made = wanted || format;
  const copy = { ...disk, path: `${folder}/${vm.uuid}/${device}.${made}`, format: made };
  if (collections.volume.all().some((one) => one.path === copy.path))
    throw new FleetError('op.conflict', `${storage} has ${copy.path} already`, { fix: 'delete it first' });
  try {
    await wait(clock, COPY_MS, signal);
  } catch (error) {
    if (signal.aborted) throw new FleetError('op.cancelled', `${where} was not moved, it is on ${storageAt(path)}`);
    throw error;
  }
  if (faults.takeFailure('disk.move'))
    throw new FleetError('op.failed', `copying ${where} failed half-way; it is on ${storageAt(path)}`);
  drives.change(
    row,
    drives.disks(row).map((one) => (one.device === device ? copy : one)),
  );
  if (!keep) drives.destroy(path);
  else if (others.length === 0) collections.volume.put(looseVolume(endpoint, disk));
  collections.volume.forget(volumeId(endpoint, copy.path));
  return accepted();
}
