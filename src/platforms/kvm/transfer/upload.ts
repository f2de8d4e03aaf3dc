import { FleetError, sentence } from '../../../errors.ts';
import { volumeId } from '../../../ids.ts';
import { bytes, spellBytes } from '../../../units.ts';
import type { Source, UploadSpec, VolumeOps } from '../../contract.ts';
import { type Host, type HostCall, onHost } from '../host/host-call.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import { refuseRunning } from '../storage/domain-disks.ts';
import { refreshPool } from '../storage/refresh-pool.ts';
import { refuseVolumes } from '../storage/refuse-volumes.ts';
import { nativeOfVolume, readVolume, volumesOf } from '../storage/volumes.ts';
import { CHANGE_MS, DONE } from '../vm/guest-call.ts';
import { readPoolXml } from '../xml/pool-xml.ts';
import { writeVolumeXml } from '../xml/write-host-xml.ts';
import { isLost, roomless, withoutVolumes } from './part.ts';
import { receiveAll } from './receive.ts';
import { collect, confirmed, TAIL } from './resume.ts';
import { send } from './send.ts';
import { sizesOf } from './sizes.ts';

const RESUME = 'go on with it: --resume';
const REFRESH_MS = 15_000;

/** A file of this machine as a volume. */
export const upload = (
  host: Host,
  spec: UploadSpec,
  source: Source,
  signal: AbortSignal,
): ReturnType<NonNullable<VolumeOps['upload']>> =>
  onHost(host, spec.name, signal, async (call) => {
    const pool = await call.client.call(procedures.poolByName, { name: spec.storage }, { signal });
    await refresh(call, pool);
    const there = (await volumesOf(call, pool)).find(({ name }) => name === spec.name);
    if (there && !spec.resume)
      throw new FleetError('op.conflict', `${spec.storage} has a volume ${spec.name} already`, {
        fix: `choose another name, or ${RESUME}`,
      });
    const from = there ? await offsetIn(host, call, there, source) : 0;
    const volume = there ?? (await makeRoom(call, pool, spec, source));
    try {
      if (from < source.size) await send(host, volume, from, source.read(from, undefined, true), signal);
      await refresh(call, pool);
      await check(host, call, volume, source);
    } catch (error) {
      if (!signal.aborted && isLost(error))
        throw new FleetError('host.unreachable', `${sentence(error)}; what has come of ${spec.name} stays there`, {
          fix: RESUME,
          cause: error,
        });
      throw await withoutVolumes(host, [volume], signal.aborted ? signal.reason : roomless(error, volume));
    }
    return { ...DONE, id: volumeId(host.place.endpoint, nativeOfVolume(spec.storage, spec.name)) };
  });

/** For what takes minutes anyway. */
export const refresh = (call: HostCall, pool: StoragePool): Promise<void> => refreshPool(call, pool, REFRESH_MS);

/** Where to go on in a volume that is there. Rejects with op.conflict also for one that a VM has. */
async function offsetIn(host: Host, call: HostCall, volume: Volume, source: Source): Promise<number> {
  const { path, type } = await readVolume(call, volume);
  if (type !== 'file')
    throw new FleetError('op.unsupported', `${volume.name} is no file: how much of it has come is not known`, {
      fix: 'delete it, and upload the file again',
    });
  await refuseRunning(call, volume, path, () => true);
  return confirmed(host, volume, await sizesOf(call, volume), source, call.signal);
}

/** A volume of the size of the file, without a format: libvirt reads that from what it has later. */
async function makeRoom(
  { client, change, signal }: HostCall,
  pool: StoragePool,
  { name, storage }: Pick<UploadSpec, 'name' | 'storage'>,
  source: Pick<Source, 'size' | 'name'>,
): Promise<Volume> {
  const read = await readPoolXml(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }));
  refuseVolumes(storage, read);
  const { available } = await client.call(procedures.poolInfo, { pool }, { signal });
  if (source.size > available) throw noRoom(storage, available, source);
  const xml = writeVolumeXml({ name, storage, size: source.size, format: 'raw' }, read.folder !== undefined);
  // It is known whether it was made, also when the caller gives up: what is made is taken back.
  const options = { deadlineMs: CHANGE_MS };
  return change('create', () => client.call(procedures.createVolume, { pool, xml, flags: 0 }, options));
}

const noRoom = (storage: string, available: number, { size, name }: Pick<Source, 'size' | 'name'>): FleetError =>
  new FleetError(
    'op.refused',
    `the storage ${storage} has ${spellBytes(bytes(available))} left, and ${name} has ${spellBytes(size)}`,
    { fix: 'make room there, or choose another storage' },
  );

/** Whether the host has what was sent. A device may be larger than the file. */
async function check(host: Host, call: HostCall, volume: Volume, source: Source): Promise<void> {
  const { type } = await readVolume(call, volume);
  const { size } = await sizesOf(call, volume);
  const length = Math.min(source.size, TAIL);
  const offset = source.size - length;
  const last = length === 0 ? Buffer.alloc(0) : await receiveAll(host, volume, { offset, length }, call.signal);
  const isWhole = type === 'file' ? size === source.size : size >= source.size;
  if (!isWhole || !last.equals(await collect(source.read(offset, length))))
    throw new FleetError('op.failed', `${volume.name} is not what was sent: another program may have written to it`, {
      fix: 'upload it again',
    });
}
