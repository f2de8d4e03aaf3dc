import { FleetError } from '../../errors.ts';
import { type VolumeSnapshotId, volumeId, volumeSnapshotId } from '../../ids.ts';
import { mib } from '../../units.ts';
import type { VolumeSnapshot, VolumeSnapshotOps } from '../contract.ts';
import { refuseTakenName } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';
import { folderOf } from './volume-ops.ts';

/** Until a snapshot is taken, and until a volume is made of one. */
const TAKE_MS = 300;
const USUAL_STORAGE = 'vms';

export function createVolumeSnapshotOps(
  { collections, agenda, clock, endpoint }: FakeServer,
  calls: Calls,
): Required<VolumeSnapshotOps> {
  const snapshotOf = (id: VolumeSnapshotId): VolumeSnapshot => collections.volumesnapshot.one(id);

  return {
    list: (_of, signal) => calls.endpoint('volumesnapshot.list', signal, () => collections.volumesnapshot.all()),
    create: (of, { name, description }, signal) =>
      calls.endpoint('volumesnapshot.create', signal, () => {
        const volume = collections.volume.one(of);
        refuseTakenName('volumesnapshot', endpoint, collections.volumesnapshot.all(), name);
        const id = volumeSnapshotId(endpoint, name);
        const created = clock.now();
        agenda.plan(TAKE_MS, () =>
          collections.volumesnapshot.put({
            id,
            name,
            volume: volume.name,
            size: volume.size,
            created,
            status: 'available',
            description: description || undefined,
          }),
        );
        return { ...accepted(), id };
      }),
    restore: (id, { name, storage }, signal) =>
      calls.endpoint('volumesnapshot.restore', signal, () => {
        const { size } = snapshotOf(id);
        const place = storage || USUAL_STORAGE;
        const path = `${folderOf(collections, endpoint, place)}/${name}`;
        const made = volumeId(endpoint, path);
        if (collections.volume.all().some((one) => one.id === made))
          throw new FleetError('op.conflict', `${place} has a volume ${name} already`, { fix: 'choose another name' });
        const rest = { type: 'file', format: 'qcow2', used: mib(1), path, users: [] };
        agenda.plan(TAKE_MS, () => collections.volume.put({ id: made, name, storage: place, size, ...rest }));
        return { ...accepted(), id: made };
      }),
    planDelete: (id, signal) =>
      calls.endpoint('volumesnapshot.planDelete', signal, () => ({
        goes: [`the snapshot ${snapshotOf(id).name}`],
        stays: [],
      })),
    delete: (id, signal) =>
      calls.endpoint('volumesnapshot.delete', signal, () => {
        snapshotOf(id);
        collections.volumesnapshot.remove(id);
        return accepted();
      }),
  };
}
