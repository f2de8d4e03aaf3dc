import { volumeId } from '../../../ids.ts';
import type { Volume } from '../../contract.ts';
import { type Host, type HostCall, type Read, readEach } from '../host/host-call.ts';
import { POOLS } from '../rpc/flags.ts';
import { procedures, type Volume as RpcVolume, type StoragePool } from '../rpc/protocol.ts';
import { namesByNetwork } from '../xml/network-disk.ts';
import { readVolumeXml, type VolumeXml } from '../xml/volume-xml.ts';
import { type DomainDisk, readDomainDisks } from './domain-disks.ts';

export interface HostVolume {
  readonly row: Volume;
  /** It holds only what differs from another volume. */
  readonly isLayer: boolean;
  /** A VM has it as a disk of its own. */
  readonly isWritten: boolean;
  /** Why it isn't known whether one has. */
  readonly unsure: string | undefined;
}

/** The pool goes by its name here, as it does in libvirt: no pool has a slash in it. */
export const nativeOfVolume = (pool: string, name: string): string => `${pool}/${name}`;

/**
 * The volumes of all active pools, as libvirt knows them since it has last looked: a list for each pool, and the XML of each
 * volume (no call of the protocol reads several). Users are found in the definitions of all domains. A pool whose volumes
 * can't be listed is there as one volume in trouble, so that none seems to be missing.
 */
export async function readVolumes(host: Host, call: HostCall): Promise<readonly HostVolume[]> {
  const { client, signal } = call;
  const [{ pools }, { disks, unread }] = await Promise.all([
    client.call(procedures.listPools, { needResults: true, flags: POOLS.active }, { signal }),
    readDomainDisks(call),
  ]);
  const lists = await readEach(pools, host.clock, (pool) => volumesOf(call, pool));
  const rows: HostVolume[] = [];
  const byPlace = Map.groupBy(disks, placeOf);
  for (const { one, read, trouble } of lists) {
    if (!read) rows.push(rowOf(host, { one: { pool: one.name, name: '', key: '' }, read, trouble }, [], unread));
    for (const volume of await readEach(read ?? [], host.clock, (each) => readVolume(call, each))) {
      const { pool, name } = volume.one;
      const path = volume.read?.path ?? '';
      const byNetwork = namesByNetwork(path, volume.one.key).map((one) => `:${one}`);
      const places = new Set([path, nativeOfVolume(pool, name), ...byNetwork]);
      const own = [...places].flatMap((place) => byPlace.get(place) ?? []);
      rows.push(rowOf(host, volume, own, unread));
    }
  }
  return rows;
}

/** A path starts with a slash, what is reached by network with a colon here, a name of a pool with neither. */
const placeOf = ({ path, volume, remote = '' }: DomainDisk): string =>
  path ?? (volume ? nativeOfVolume(volume.pool, volume.name) : `:${remote}`);

export const volumesOf = async ({ client, signal }: HostCall, pool: StoragePool): Promise<readonly RpcVolume[]> =>
  (await client.call(procedures.listVolumes, { pool, needResults: true, flags: 0 }, { signal })).volumes;

export const readVolume = async ({ client, signal }: HostCall, volume: RpcVolume): Promise<VolumeXml> =>
  readVolumeXml(await client.call(procedures.volumeXml, { volume, flags: 0 }, { signal }));

function rowOf(
  { place }: Host,
  { one: { pool, name, key }, read, trouble }: Read<RpcVolume, VolumeXml>,
  disks: readonly DomainDisk[],
  unread: string | undefined,
): HostVolume {
  const users = [...new Set(disks.map(({ vm }) => vm))];
  const row: Volume = {
    id: volumeId(place.endpoint, nativeOfVolume(pool, name)),
    name: name === '' ? pool : name,
    storage: pool,
    type: read?.type,
    format: read?.format,
    size: read?.size,
    used: read?.used,
    path: read?.path,
    users: users.length === 0 && (unread !== undefined || !read) ? undefined : users,
    // The key of a file is its path, of a logical volume its uuid.
    ...(read && key !== read.path && { identity: key }),
    ...trouble,
  };
  const isWritten = disks.some((disk) => disk.isWritten);
  return { row, isLayer: read?.backing !== undefined, isWritten, unsure: isWritten ? undefined : unread };
}
