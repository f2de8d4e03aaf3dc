import { FleetError } from '../../errors.ts';
import { type VolumeId, volumeId } from '../../ids.ts';
import { bytes, mib } from '../../units.ts';
import type { LossPlan, Volume, VolumeOfferOps, VolumeOps, VolumeSpec } from '../contract.ts';
import { refusePlanned } from '../lib/listed.ts';
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

export function createVolumeOps(
  { collections, contents, agenda, faults, link, options, endpoint }: FakeServer,
  calls: Calls,
): Required<Omit<VolumeOps, keyof VolumeOfferOps>> {
  const volumeOf = (id: VolumeId): Volume => collections.volume.one(id);

  const plan = ({ name, path, users = [] }: Volume): LossPlan => planFor(name, users, [path ?? name]);
  const after = (happen: () => void) => {
    agenda.plan(WRITE_MS, happen);
    return accepted();
  };

  return {
    list: (_of, signal) => calls.endpoint('volume.list', signal, () => collections.volume.all()),
    create: (_of, { name, storage, size, format, image, linked = false }, signal) =>
      calls.endpoint('volume.create', signal, () => {
        refuseNoImage(collections, endpoint, { name, size, format, linked, ...(image !== undefined && { image }) });
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
        return after(() => {
          collections.volume.remove(id);
          contents.forget(id);
        });
      }),
    upload: (_of, { name, storage, resume }, source, signal) =>
      calls.endpoint('volume.upload', signal, async () => {
        const path = `${folderOf(collections, endpoint, storage)}/${name}`;
        const id = volumeId(endpoint, path);
        const isThere = collections.volume.all().some((one) => one.id === id);
        if (isThere && !resume)
          throw new FleetError('op.conflict', `${storage} has a volume ${name} already`, {
            fix: 'choose another name, or go on with it: --resume',
          });
        const format = /\.(qcow2|qc2)$/i.test(name) ? 'qcow2' : 'raw';
        const put = (used: number) => {
          const { size } = source;
          collections.volume.put({ id, name, storage, type: 'file', format, size, used: bytes(used), path, users: [] });
        };
        // One that is gone on with comes to its end, so that this can be seen.
        const breaks = !resume && faults.takeFailure('volume.upload');
        await contents.fill(id, source, signal, breaks ? Math.floor(source.size / 2) : source.size);
        put(contents.sizeOf(id));
        if (breaks) link.cut(options.dropForMs);
        if (breaks)
          throw new FleetError('host.unreachable', `the link broke when half of ${name} was there`, {
            fix: 'go on with it: --resume',
          });
        return { ...accepted(), id };
      }),
    download: (id, to, signal) =>
      calls.endpoint('volume.download', signal, async () => {
        await contents.copyTo(volumeOf(id), to, signal);
        return accepted();
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

/** Throws image.not-found, and op.refused for what can't be a copy of an image, or a layer on one. */
export function refuseNoImage(
  collections: Collections,
  endpoint: string,
  { name, size, format, image, linked }: Pick<VolumeSpec, 'name' | 'size' | 'format' | 'image' | 'linked'>,
): void {
  if (linked && (image === undefined || format !== 'qcow2'))
    throw new FleetError('op.refused', `${name}: only a volume in qcow2 can be linked, and to an image`);
  if (image === undefined) return;
  const found = collections.image.all().find((one) => one.name === image || one.path === image);
  if (!found) throw new FleetError('image.not-found', `${endpoint} has no image ${JSON.stringify(image)}`);
  if (size < (found.size ?? 0))
    throw new FleetError('op.refused', `${name}: it is smaller than the image ${found.name}`);
}
