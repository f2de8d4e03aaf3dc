/** Volumes as people name them, and those that disks are made of. */
import { FleetError } from '../../../errors.ts';
import type { HostCall } from '../host/host-call.ts';
import { unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { POOLS } from '../rpc/flags.ts';
import { procedures, type Volume } from '../rpc/protocol.ts';
import { readVolume, volumesOf } from '../storage/volumes.ts';
import type { Medium } from '../xml/device-xml.ts';
import type { DiskXml } from '../xml/domain-xml.ts';

type Call = Pick<HostCall, 'client' | 'signal' | 'change'>;

/**
 * By its path, its name, or `POOL/NAME`, in any active pool. Rejects with volume.not-found, and with name.ambiguous for a name
 * that several pools have.
 */
export async function findVolume(call: Call, wanted: string): Promise<Volume> {
  const found = wanted.startsWith('/')
    ? [await volumeAtPath(call, wanted)].filter((one) => one !== undefined)
    : await named(call, wanted);
  const [first, second] = found;
  if (!first) {
    throw new FleetError('volume.not-found', `no active storage has a volume ${JSON.stringify(wanted)}`, {
      fix: wanted.startsWith('/')
        ? 'refresh its storage, or make one of its folder'
        : 'write its whole path, or refresh its storage',
    });
  }
  if (!second) return first;
  const places = found.map(({ pool, name }) => `${pool}/${name}`).join(', ');
  throw new FleetError('name.ambiguous', `several storages have a volume ${wanted}: ${places}`, {
    fix: 'write its path',
  });
}

/** In any active pool, as it was last looked through. */
export const volumeAtPath = ({ client, signal }: Call, path: string): Promise<Volume | undefined> =>
  client.call(procedures.volumeByPath, { path }, { signal }).catch(unlessNone);

async function named(call: Call, wanted: string): Promise<readonly Volume[]> {
  const { client, signal } = call;
  const { pools } = await client.call(procedures.listPools, { needResults: true, flags: POOLS.active }, { signal });
  const lists = await Promise.all(pools.map((pool) => volumesOf(call as HostCall, pool).catch(unlessNone)));
  const all = lists.flatMap((list) => list ?? []);
  return all.filter(({ pool, name }) => name === wanted || `${pool}/${name}` === wanted);
}

/** The volume that a disk is on, where a pool has it. */
export async function volumeOfDisk(call: Call, { path, volume: place }: DiskXml): Promise<Volume | undefined> {
  if (path !== undefined) return volumeAtPath(call, path);
  if (!place) return undefined;
  const { client, signal } = call;
  const pool = await client.call(procedures.poolByName, { name: place.pool }, { signal }).catch(unlessNone);
  return pool && client.call(procedures.volumeByName, { pool, name: place.name }, { signal }).catch(unlessNone);
}

/** What QEMU reads of a disk. All else is raw, as a volume is that libvirt knows no format of: it is never guessed. */
const IMAGES: ReadonlySet<string> = new Set(['qcow2', 'qcow', 'qed', 'vmdk', 'vdi', 'vpc', 'vhdx', 'dmg', 'bochs']);

/** Throws op.unsupported for what is no file and no device of the host. */
export async function mediumOf(call: Call, volume: Volume): Promise<Medium> {
  const { path, type, format = '' } = await readVolume(call as HostCall, volume);
  if (type !== undefined && type !== 'file' && type !== 'block')
    throw new FleetError('op.unsupported', `${volume.name} is of the type ${type}: drover attaches files and devices`);
  return { path, format: IMAGES.has(format) ? format : 'raw', isBlock: type === 'block' };
}

/** For a volume or a pool that may not be there. */
export const unlessNone = unlessCode(VIR_ERR.noVolume, VIR_ERR.noPool);
