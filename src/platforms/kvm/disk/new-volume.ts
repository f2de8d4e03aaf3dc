/** A volume that is made for a new disk, and taken back when the disk does not come about. */
import { FleetError, sentence } from '../../../errors.ts';
import type { DiskSpec } from '../../contract.ts';
import { shellWord, takeBack } from '../../lib/take-back.ts';
import { volumeMade } from '../host/made.ts';
import { volumeOfDisk } from '../medium/find-volume.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import { createOfImage } from '../storage/of-image.ts';
import { refreshPool } from '../storage/refresh-pool.ts';
import { refuseVolumes } from '../storage/refuse-volumes.ts';
import { volumesOf } from '../storage/volumes.ts';
import { CHANGE_MS, type GuestCall } from '../vm/guest-call.ts';
import { type GuestDevices, readGuestDevices } from '../vm/guest-devices.ts';
import { readPoolXml } from '../xml/pool-xml.ts';
import { writeVolumeXml } from '../xml/write-host-xml.ts';

/** libvirt answers when all is written. */
const WRITE_MS = 600_000;

/**
 * Named as kcli names them: `web1_1.qcow2`, with the first number that is free. Where no answer comes, or the user gives up while it is
 * written, the error names it, and how it is removed.
 */
export async function createVolume(call: GuestCall, devices: GuestDevices, spec: DiskSpec): Promise<Volume> {
  const { client, domain, signal } = call;
  if (!(spec.size > 0)) throw new FleetError('op.refused', `${domain.name}: a new disk needs a size`);
  const pool = await poolFor(call, devices, spec.storage);
  const read = await readPoolXml(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }));
  refuseVolumes(pool.name, read);
  const isFile = read.folder !== undefined;
  const format = spec.format || (isFile ? 'qcow2' : 'raw');
  const name = await freeName(call, pool, stemOf(domain.name, isFile), format);
  const volume = { name, storage: pool.name, size: spec.size, format };
  const change: GuestCall['change'] = async (verb, make) => {
    signal.throwIfAborted();
    const asked = volumeMade(call, { pool: pool.name, name, key: '' });
    return call.change(verb, make).catch(async (error: unknown) => {
      throw await takeBack(error, [], { asked, ...(signal.aborted && { isUnsure: true }) });
    });
  };
  const { image, linked } = spec;
  if (image || linked) {
    const wanted = { ...volume, ...(image && { image }), ...(linked && { linked }) };
    return createOfImage({ client, signal, change }, pool, read, wanted);
  }
  const xml = writeVolumeXml(volume, isFile);
  const options = { signal, deadlineMs: WRITE_MS };
  return change('create a volume', () => client.call(procedures.createVolume, { pool, xml, flags: 0 }, options));
}

async function poolFor(call: GuestCall, { now }: GuestDevices, storage: string): Promise<StoragePool> {
  const { client, domain, signal } = call;
  const first = now.disks.find(({ device }) => device === 'disk');
  const name = storage || (first && (await volumeOfDisk(call, first))?.pool);
  if (name) return client.call(procedures.poolByName, { name }, { signal });
  const why = first ? `its first disk, ${first.target}, is in no active storage` : 'it has no disk';
  throw new FleetError('op.refused', `${domain.name}: ${why}, so that a new one has no place`, {
    fix: 'name a storage',
  });
}

async function freeName(call: GuestCall, pool: StoragePool, stem: string, format: string): Promise<string> {
  // Files that came past libvirt are in the way as well.
  await refreshPool(call, pool);
  const taken = new Set((await volumesOf(call, pool)).map(({ name }) => name));
  for (let number = 1; ; number++) {
    const name = `${stem}_${number}.${format}`;
    if (!taken.has(name)) return name;
  }
}

/** A volume group takes few characters in a name. */
const stemOf = (vm: string, isFile: boolean): string => vm.replace(isFile ? /\//g : /[^A-Za-z0-9_.+-]/g, '-');

/**
 * What to throw when a disk on a new volume could not be attached. The volume goes again, if it is certain that nothing uses it;
 * else the error names it, and how it is removed.
 */
export async function takenBack(call: GuestCall, volume: Volume, path: string, error: unknown): Promise<unknown> {
  if (!(error instanceof FleetError)) return error;
  const { client, signal, change } = call;
  const left = (why: string) =>
    new FleetError(error.code, `${error.message}; ${path}, made for it, ${why}`, {
      fix: `when no VM has it: virsh vol-delete --pool ${shellWord(volume.pool)} ${shellWord(volume.name)}`,
      cause: error,
    });
  if (error.code === 'outcome.unknown' || signal.aborted) return left('may be left');
  try {
    const { live, saved } = await readGuestDevices(call);
    // libvirt has plugged it in, and could not write the definition then.
    if ([live, saved].some((devices) => devices?.disks.some((disk) => disk.path === path)))
      return left('is a disk of it nevertheless');
    await change('delete the volume', () =>
      client.call(procedures.deleteVolume, { volume, flags: 0 }, { signal, deadlineMs: CHANGE_MS }),
    );
    return error;
  } catch (failed) {
    return left(`is left: ${sentence(failed)}`);
  }
}
