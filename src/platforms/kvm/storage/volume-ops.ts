import { FleetError } from '../../../errors.ts';
import { nativeOfListed, type VolumeId, volumeId } from '../../../ids.ts';
import type { LossPlan, VolumeOps } from '../../contract.ts';
import { noListed, refusePlanned, refuseTakenName, usedBy } from '../../lib/listed.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { LibvirtError, VIR_ERR } from '../rpc/errors.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { DONE } from '../vm/guest-call.ts';
import { readPoolXml } from '../xml/pool-xml.ts';
import { writeVolumeXml } from '../xml/write-host-xml.ts';
import { vmsWith } from './domain-disks.ts';
import { readNeeds } from './needs.ts';
import { nativeOfVolume, readVolume, readVolumes, volumesOf } from './volumes.ts';

/** libvirt answers when all is written. */
const WRITE_MS = 600_000;

/** The volumes in the pools of a host. */
export function createVolumeOps(host: Host): Required<VolumeOps> {
  const { endpoint } = host.place;
  const onVolume = <T>(id: VolumeId, signal: AbortSignal, work: (call: HostCall, volume: Volume) => Promise<T>) => {
    const [, name = ''] = partsOf(id);
    return onHost(host, name, signal, async (call) => work(call, await lookUp(call, id)));
  };

  async function planOf(call: HostCall, id: VolumeId, { pool, name }: Volume): Promise<LossPlan> {
    const [need] = await readNeeds(host, call, (volume) => volume.pool === pool && volume.name === name);
    // It may be that it is only gone: then this says so.
    if (!need) await lookUp(call, id);
    const refused = need ? need.why : `${name} can't be read: whether a VM needs it is not known`;
    return { goes: [need?.path ?? name], stays: [], ...(refused !== undefined && { refused }) };
  }

  return {
    list: (of, signal) =>
      onHost(host, of, signal, async (call) => (await readVolumes(host, call)).map(({ row }) => row)),
    create: (_of, spec, signal) =>
      onHost(host, spec.name, signal, async (call) => {
        const { client, change } = call;
        const pool = await client.call(procedures.poolByName, { name: spec.storage }, { signal });
        const { folder } = await readPoolXml(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }));
        refuseTakenName('volume', spec.storage, await volumesOf(call, pool), spec.name);
        const xml = writeVolumeXml(spec, folder !== undefined);
        const options = { signal, deadlineMs: WRITE_MS };
        await change('create', () => client.call(procedures.createVolume, { pool, xml, flags: 0 }, options));
        return { ...DONE, id: volumeId(endpoint, nativeOfVolume(spec.storage, spec.name)) };
      }),
    planDelete: (id, signal) => onVolume(id, signal, (call, volume) => planOf(call, id, volume)),
    delete: (id, signal) =>
      onVolume(id, signal, async (call, volume) => {
        refusePlanned(await planOf(call, id, volume));
        const options = { signal, deadlineMs: WRITE_MS };
        await call.change('delete', () => call.client.call(procedures.deleteVolume, { volume, flags: 0 }, options));
        return DONE;
      }),
    resize: (id, size, signal) =>
      onVolume(id, signal, async (call, volume) => {
        const { pool, name } = volume;
        const { path, size: now } = await readVolume(call, volume);
        if (now === undefined || size < now)
          throw new FleetError('op.refused', `${name} would be cut off: volumes can only grow`);
        if (size === now) return DONE;
        const isIt = (disk: { pool: string; name: string } | undefined) => disk?.pool === pool && disk.name === name;
        const vms = await vmsWith(call, (disk) => disk.isLive && (disk.path === path || isIt(disk.volume)));
        // QEMU holds on to the old size, and an image that it writes to is not to be changed under it.
        if (vms.length > 0) throw new FleetError('op.conflict', usedBy(name, vms), { fix: 'stop it first' });
        const options = { signal, deadlineMs: WRITE_MS };
        await call.change('resize', () =>
          call.client.call(procedures.resizeVolume, { volume, capacity: size, flags: 0 }, options),
        );
        return DONE;
      }),
  };
}

/** A volume's name may have a slash, the name of its pool has none. */
const partsOf = (id: VolumeId): readonly [pool: string, name: string] => {
  const native = nativeOfListed(id);
  return [native.slice(0, native.indexOf('/')), native.slice(native.indexOf('/') + 1)];
};

async function lookUp({ client, signal }: HostCall, id: VolumeId): Promise<Volume> {
  const [storage, name] = partsOf(id);
  try {
    const pool = await client.call(procedures.poolByName, { name: storage }, { signal });
    return await client.call(procedures.volumeByName, { pool, name }, { signal });
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    throw error.code === VIR_ERR.noPool || error.code === VIR_ERR.noVolume ? noListed('volume', id) : error;
  }
}
