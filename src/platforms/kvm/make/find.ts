/** What a new VM is made of, found on its host: its image, its medium, the pools for its disks, its networks. */
import { FleetError } from '../../../errors.ts';
import { refused } from '../../lib/spec-values.ts';
import type { HostCall } from '../host/host-call.ts';
import { findNetwork } from '../network/find-network.ts';
import { unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { POOLS } from '../rpc/flags.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import { refuseVolumes } from '../storage/refuse-volumes.ts';
import { readVolume } from '../storage/volumes.ts';
import { readPoolXml } from '../xml/pool-xml.ts';
import type { VolumeXml } from '../xml/volume-xml.ts';

export interface Found {
  readonly volume: Volume;
  readonly xml: VolumeXml;
}

export interface Pool {
  readonly pool: StoragePool;
  /** Undefined where its volumes are block devices. */
  readonly folder: string | undefined;
  /** Bytes that it has left. */
  readonly free: number;
}

/** Pools whose volumes are block devices of the host, and that libvirt makes volumes in. */
const BLOCK_POOLS: ReadonlySet<string> = new Set(['logical', 'zfs']);

/** By path, pool/name, or a name that one pool alone has. Rejects with image.not-found. */
export async function findVolume(call: HostCall, asked: string): Promise<Found> {
  const { client, signal } = call;
  const missing = new FleetError('image.not-found', `no active storage has ${JSON.stringify(asked)}`, {
    fix: 'refresh its storage where it came past libvirt',
  });
  const found: Volume[] = [];
  const attempt = async (search: Promise<Volume>) => {
    const volume = await search.catch(unlessMissing);
    if (volume) found.push(volume);
  };
  if (asked.startsWith('/')) await attempt(client.call(procedures.volumeByPath, { path: asked }, { signal }));
  else {
    const { pools } = await client.call(procedures.listPools, { needResults: true, flags: POOLS.active }, { signal });
    const slash = asked.indexOf('/');
    const searches = pools.flatMap((pool) => [
      { pool, name: asked },
      ...(slash > 0 && pool.name === asked.slice(0, slash) ? [{ pool, name: asked.slice(slash + 1) }] : []),
    ]);
    await Promise.all(searches.map((search) => attempt(client.call(procedures.volumeByName, search, { signal }))));
  }
  const [volume, ...more] = found;
  if (!volume) throw missing;
  const xml = await readVolume(call, volume);
  // Two pools may have one folder: then it is the same file.
  for (const other of more)
    if ((await readVolume(call, other)).path !== xml.path)
      throw new FleetError('op.conflict', `${asked} is in ${found.map(({ pool }) => pool).join(' and in ')}`, {
        fix: `name it with its storage, such as ${volume.pool}/${volume.name}`,
      });
  if (!xml.path.startsWith('/') || (xml.type !== 'file' && xml.type !== 'block'))
    throw new FleetError('op.unsupported', `${asked} is no file or device of the host: no VM is made of it`);
  return { volume, xml };
}

/** By name; '' is the pool `default`, else the first one that is active. Rejects with storage.not-found. */
export async function findPool({ client, signal }: HostCall, name: string): Promise<Pool> {
  const { pools } = await client.call(procedures.listPools, { needResults: true, flags: POOLS.active }, { signal });
  const usual = pools.find((one) => one.name === 'default') ?? pools.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0];
  const pool = name === '' ? usual : pools.find((one) => one.name === name);
  if (!pool) throw await noPool({ client, signal }, name);
  const read = await readPoolXml(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }));
  const { type, folder } = read;
  refuseVolumes(pool.name, read);
  if (folder === undefined && !BLOCK_POOLS.has(type))
    throw new FleetError('op.unsupported', `drover makes no disks in a storage of type ${type}: ${pool.name}`);
  const { available } = await client.call(procedures.poolInfo, { pool }, { signal });
  return { pool, folder, free: available };
}

async function noPool({ client, signal }: Pick<HostCall, 'client' | 'signal'>, name: string): Promise<FleetError> {
  if (name === '')
    return new FleetError('storage.not-found', 'the host has no active storage', { fix: 'make or start one' });
  const known = await client.call(procedures.poolByName, { name }, { signal }).catch(unlessMissing);
  if (!known) return new FleetError('storage.not-found', `the host has no storage ${JSON.stringify(name)}`);
  return new FleetError('op.conflict', `the storage ${name} is not active`, { fix: 'start it first' });
}

/** Rejects with network.not-found; with op.conflict for one that isn't active where the VM is to start. */
export async function checkNetwork(call: HostCall, name: string, starts: boolean): Promise<void> {
  const network = await findNetwork(call, name);
  if (!network) throw new FleetError('network.not-found', `the host has no network ${JSON.stringify(name)}`);
  if (starts && !(await call.client.call(procedures.networkIsActive, { network }, { signal: call.signal })))
    throw new FleetError('op.conflict', `the network ${name} is not active`, { fix: 'start it first' });
}

export const hasNetwork = async (call: HostCall, name: string): Promise<boolean> =>
  (await findNetwork(call, name)) !== undefined;

/** Throws op.conflict for a name that a VM of the host has. */
export async function refuseTakenVm({ client, signal }: HostCall, endpoint: string, name: string): Promise<void> {
  if (await client.call(procedures.domainByName, { name }, { signal }).catch(unlessMissing))
    throw new FleetError('op.conflict', `${endpoint} has a VM ${name} already`, { fix: 'choose another name' });
}

/** Throws op.conflict for a name that a volume of the pool has. */
export async function refuseTakenVolume({ client, signal }: HostCall, { pool }: Pool, name: string): Promise<void> {
  if (await client.call(procedures.volumeByName, { pool, name }, { signal }).catch(unlessMissing))
    throw new FleetError('op.conflict', `the storage ${pool.name} has a volume ${name} already`, {
      fix: 'choose another name for the VM, or delete the volume',
    });
}

/** A medium is no disk, and an image no medium. */
export function refuseMedium({ volume, xml: { format } }: Found): void {
  if (format === 'iso' || /\.iso$/i.test(volume.name))
    throw refused(`${volume.name} is a medium, no image of a disk`, 'give it as the ISO');
}

const unlessMissing = unlessCode(VIR_ERR.noDomain, VIR_ERR.noPool, VIR_ERR.noVolume);
