import { FleetError } from '../../../errors.ts';
import { type ImageId, type VolumeId, volumeId } from '../../../ids.ts';
import type { VolumeOfferOps, VolumeOps } from '../../contract.ts';
import { refusePlanned, refuseTakenName } from '../../lib/listed.ts';
import { type Host, onHost } from '../host/host-call.ts';
import { procedures } from '../rpc/protocol.ts';
import { createTransfers } from '../transfer/transfers.ts';
import { DONE } from '../vm/guest-call.ts';
import { readPoolXml } from '../xml/pool-xml.ts';
import { writeVolumeXml } from '../xml/write-host-xml.ts';
import { refuseRunning } from './domain-disks.ts';
import { createOfImage } from './of-image.ts';
import { refuseVolumes } from './refuse-volumes.ts';
import { onVolume, planOfVolume } from './volume-of.ts';
import { nativeOfVolume, readVolume, readVolumes, volumesOf } from './volumes.ts';

/** libvirt answers when all is written. */
const WRITE_MS = 600_000;

/** The volumes in the pools of a host. */
export function createVolumeOps(host: Host): Required<Omit<VolumeOps, keyof VolumeOfferOps>> {
  const { endpoint } = host.place;
  return {
    list: (of, signal) =>
      onHost(host, of, signal, async (call) => (await readVolumes(host, call)).map(({ row }) => row)),
    create: (_of, spec, signal) =>
      onHost(host, spec.name, signal, async (call) => {
        const { client, change } = call;
        const pool = await client.call(procedures.poolByName, { name: spec.storage }, { signal });
        const read = await readPoolXml(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }));
        refuseVolumes(spec.storage, read);
        refuseTakenName('volume', spec.storage, await volumesOf(call, pool), spec.name);
        const options = { signal, deadlineMs: WRITE_MS };
        if (spec.image !== undefined || spec.linked) await createOfImage(call, pool, read, spec);
        else {
          const xml = writeVolumeXml(spec, read.folder !== undefined);
          await change('create', () => client.call(procedures.createVolume, { pool, xml, flags: 0 }, options));
        }
        return { ...DONE, id: volumeId(endpoint, nativeOfVolume(spec.storage, spec.name)) };
      }),
    ...createDeletion<VolumeId>(host, 'volume'),
    resize: (id, size, signal) =>
      onVolume(host, 'volume', id, signal, async (call, volume) => {
        const { path, size: now } = await readVolume(call, volume);
        if (now === undefined || size < now)
          throw new FleetError('op.refused', `${volume.name} would be cut off: volumes can only grow`);
        if (size === now) return DONE;
        // QEMU holds on to the old size, and an image that it writes to is not to be changed under it.
        await refuseRunning(call, volume, path, (disk) => disk.isLive);
        const options = { signal, deadlineMs: WRITE_MS };
        await call.change('resize', () =>
          call.client.call(procedures.resizeVolume, { volume, capacity: size, flags: 0 }, options),
        );
        return DONE;
      }),
    ...createTransfers(host),
  };
}

/** Of volumes, and of images, which are volumes. */
export const createDeletion = <I extends VolumeId | ImageId>(
  host: Host,
  kind: 'volume' | 'image',
): {
  planDelete(id: I, signal: AbortSignal): ReturnType<NonNullable<VolumeOps['planDelete']>>;
  delete(id: I, signal: AbortSignal): ReturnType<NonNullable<VolumeOps['delete']>>;
} => ({
  planDelete: (id, signal) =>
    onVolume(host, kind, id, signal, (call, volume) => planOfVolume(host, call, kind, id, volume)),
  delete: (id, signal) =>
    onVolume(host, kind, id, signal, async (call, volume) => {
      refusePlanned(await planOfVolume(host, call, kind, id, volume));
      const options = { signal, deadlineMs: WRITE_MS };
      await call.change('delete', () => call.client.call(procedures.deleteVolume, { volume, flags: 0 }, options));
      return DONE;
    }),
});
