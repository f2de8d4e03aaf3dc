import { FleetError } from '../../errors.ts';
import { type VolumeId, volumeId } from '../../ids.ts';
import { mib } from '../../units.ts';
import type { LossPlan, Volume, VolumeOps } from '../contract.ts';
import { noListed, refusePlanned } from '../lib/listed.ts';
import type { Calls } from './call.ts';
import type { Collections } from './collections.ts';
import { planFor } from './listed-plans.ts';
import { accepted } from './power.ts';
import type { FakeServer } from './server.ts';

/** An empty disk takes its moment to be written. */
const WRITE_MS = 300;

/** The folder of a storage that can be written to. Throws storage.not-found, and op.conflict for one that is not active. */
export function folderOf(collections: Collections, endpoint: string, name: string): string {
  const found = collections.storage.all().find((one) => one.name === name);
  if (!found) throw new FleetError('storage.not-found', `${endpoint} has no storage ${JSON.stringify(name)}`);
  if (!found.active)
    throw new FleetError('op.conflict', `the storage ${name} is not active`, { fix: 'start it first' });
  return found.path ?? '';
}

export function createVolumeOps({ collections, agenda, endpoint }: FakeServer, calls: Calls): Required<VolumeOps> {
  const volumeOf = (id: VolumeId): Volume => {
    const found = collections.volume.all().find((one) => one.id === id);
    if (!found) throw noListed('volume', id);
    return found;
  };

  const plan = ({ name, path, users = [] }: Volume): LossPlan => planFor(name, users, [path ?? name]);
  const after = (happen: () => void) => {
    agenda.plan(WRITE_MS, happen);
    return accepted();
  };

  return {
    list: (_of, signal) => calls.endpoint('volume.list', signal, () => collections.volume.all()),
    create: (_of, { name, storage, size, format }, signal) =>
      calls.endpoint('volume.create', signal, () => {
        const path = `${folderOf(collections, endpoint, storage)}/${name}`;
        const id = volumeId(endpoint, path);
        if (collections.volume.all().some((one) => one.id === id)) {
          throw new FleetError('op.conflict', `${storage} has a volume ${name} already`, {
            fix: 'choose another name',
          });
        }
        const made: Volume = { id, name, storage, type: 'file', format, size, used: mib(1), path, users: [] };
        return { ...after(() => collections.volume.put(made)), id };
      }),
    planDelete: (id, signal) => calls.endpoint('volume.planDelete', signal, () => plan(volumeOf(id))),
    delete: (id, signal) =>
      calls.endpoint('volume.delete', signal, () => {
        refusePlanned(plan(volumeOf(id)));
        return after(() => collections.volume.remove(id));
      }),
    resize: (id, size, signal) =>
      calls.endpoint('volume.resize', signal, () => {
        const volume = volumeOf(id);
        if (size < (volume.size ?? 0))
          throw new FleetError('op.refused', `${volume.name} would be cut off: volumes can only grow`);
        return after(() => collections.volume.put({ ...volume, size }));
      }),
  };
}
