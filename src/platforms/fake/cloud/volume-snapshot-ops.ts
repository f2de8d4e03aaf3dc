import { FleetError } from '../../../errors.ts';
import { type VolumeSnapshotId, volumeId, volumeSnapshotId } from '../../../ids.ts';
import { mib } from '../../../units.ts';
import type { VolumeSnapshot, VolumeSnapshotOps } from '../../contract.ts';
import { noListed, refuseTakenName } from '../../lib/listed.ts';
import type { Calls } from '../call.ts';
import { accepted } from '../power.ts';
import type { FakeServer } from '../server.ts';

export function createVolumeSnapshotOps(
  { collections, clock, endpoint }: FakeServer,
  calls: Calls,
): Required<VolumeSnapshotOps> {
  const snapshotOf = (id: VolumeSnapshotId): VolumeSnapshot => {
    const found = collections.volumesnapshot.all().find((one) => one.id === id);
    if (!found) throw noListed('volumesnapshot', id);
    return found;
  };

  return {
    list: (_of, signal) => calls.endpoint('volumesnapshot.list', signal, () => collections.volumesnapshot.all()),
    create: (of, { name, description }, signal) =>
      calls.endpoint('volumesnapshot.create', signal, () => {
        const volume = collections.volume.all().find((one) => one.id === of);
        if (!volume) throw noListed('volume', of);
        refuseTakenName('volumesnapshot', endpoint, collections.volumesnapshot.all(), name);
        const id = volumeSnapshotId(endpoint, name);
        collections.volumesnapshot.put({
          ...{ id, name, volume: volume.name, size: volume.size, created: clock.now(), status: 'available' },
          description: description || undefined,
        });
        return { ...accepted(), id };
      }),
    restore: (id, { name, size }, signal) =>
      calls.endpoint('volumesnapshot.restore', signal, () => {
        const snapshot = snapshotOf(id);
        const least = snapshot.size ?? mib(1);
        if (size !== undefined && size < least)
          throw new FleetError('op.refused', `${name} would be smaller than ${snapshot.name}`);
        const of = collections.volume.all().find((one) => one.name === snapshot.volume);
        const storage = of?.storage ?? 'vms';
        const path = `${of?.path?.replace(/\/[^/]*$/, '') ?? ''}/${name}`;
        const made = volumeId(endpoint, path);
        refuseTakenName('volume', endpoint, collections.volume.all(), name);
        const { format = 'raw', type = 'file' } = of ?? {};
        collections.volume.put({
          ...{ id: made, name, storage, type, format, size: size ?? least, used: mib(1), path, users: [] },
        });
        return { ...accepted(), id: made };
      }),
    planDelete: (id, signal) =>
      calls.endpoint('volumesnapshot.planDelete', signal, () => ({ goes: [snapshotOf(id).name], stays: [] })),
    delete: (id, signal) =>
      calls.endpoint('volumesnapshot.delete', signal, () => {
        snapshotOf(id);
        collections.volumesnapshot.remove(id);
        return accepted();
      }),
  };
}
