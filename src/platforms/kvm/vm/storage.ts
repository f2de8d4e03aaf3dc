/** The storage pools of a host, read again from its disks, and the volumes in them with what each is layered on. */

import { dirname } from 'node:path';
import { FleetError } from '../../../errors.ts';
import { breathe } from '../../transport/breathe.ts';
import { XmlError } from '../../transport/xml.ts';
import { LibvirtError } from '../rpc/errors.ts';
import { POOLS } from '../rpc/flags.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import { folderOfPool } from '../xml/pool-xml.ts';
import { readVolumeXml, type VolumeXml } from '../xml/volume-xml.ts';
import type { Search } from './other-domains.ts';

export interface Storage {
  /** By path: those of the active pools. */
  readonly volumes: ReadonlyMap<string, StoredVolume>;
  /** By name of the pool: those whose volumes are the files of a folder, inactive ones as well. */
  readonly folders: ReadonlyMap<string, string>;
  /** Undefined when no pool by this name has it, and no folder where it would be. */
  pathOf(pool: string, volume: string): string | undefined;
  /** The folder of this file is an active pool, which has just been read, and the file isn't there. */
  isMissing(path: string): boolean;
}

export interface StoredVolume {
  /** `web1.qcow2 in pool fast`. */
  readonly label: string;
  readonly volume: Volume;
  /** A file in the folder of its pool. */
  readonly isFile: boolean;
  readonly changed: number | undefined;
  readonly written: number | undefined;
  readonly print: string | undefined;
  readonly backing: VolumeXml['backing'];
}

/** libvirt lists no files with control characters in their names, though they may be there; others have many spellings. */
const isPlain = (path: string): boolean => !/[\x00-\x1f\x7f]|\/\/|\/\.\.?(?:\/|$)/.test(path);
/** Documents that are asked for at once. */
const AT_ONCE = 64;
/** A pool that takes longer (a slow share, thousands of images) is taken as libvirt knew it. */
const REFRESH_MS = 6_000;

export async function readStorage({ client, signal }: Search): Promise<Storage> {
  const volumes = new Map<string, StoredVolume>();
  const paths = new Map<string, string>();
  const folders = new Map<string, string>();
  const upToDate = new Set<string>();
  const keyOf = (pool: string, volume: string) => JSON.stringify([pool, volume]);
  const list = (flags: number) => client.call(procedures.listPools, { needResults: true, flags }, { signal });

  const [active, inactive] = await Promise.all([list(POOLS.active), list(POOLS.inactive)]);
  await Promise.all([...active.pools, ...inactive.pools].map(readFolder));
  await Promise.all(active.pools.map(refresh));
  for (const pool of active.pools) {
    const listed = await listVolumes(pool);
    for (let at = 0; at < listed.length; at += AT_ONCE) {
      await Promise.all(listed.slice(at, at + AT_ONCE).map((volume) => readVolume(volume, folders.has(pool.name))));
      await breathe();
    }
  }
  return {
    volumes,
    folders,
    pathOf(pool, volume) {
      const folder = folders.get(pool);
      return paths.get(keyOf(pool, volume)) ?? (folder === undefined ? undefined : `${folder}/${volume}`);
    },
    isMissing: (path) => upToDate.has(dirname(path)) && !volumes.has(path) && isPlain(path),
  };

  async function readFolder(pool: StoragePool): Promise<void> {
    const xml = await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }).catch(unlessLost(undefined));
    const folder = xml === undefined ? undefined : await folderOfPool(xml);
    if (folder !== undefined) folders.set(pool.name, folder);
  }

  /** libvirt lists a folder as it was when the pool was started: files come and go without it. */
  async function refresh(pool: StoragePool): Promise<void> {
    const call = client.call(procedures.refreshPool, { pool, flags: 0 }, { signal, deadlineMs: REFRESH_MS });
    const folder = folders.get(pool.name);
    const done = await call.then(() => true).catch(unlessLost(false));
    if (done && folder !== undefined) upToDate.add(folder);
  }

  async function listVolumes(pool: StoragePool): Promise<readonly Volume[]> {
    const call = client.call(procedures.listVolumes, { pool, needResults: true, flags: 0 }, { signal });
    const listed = await call.catch(unlessLost(undefined));
    if (!listed) upToDate.delete(folders.get(pool.name) ?? '');
    return listed?.volumes ?? [];
  }

  async function readVolume(volume: Volume, isFile: boolean): Promise<void> {
    const xml = await client.call(procedures.volumeXml, { volume, flags: 0 }, { signal }).catch(unlessLost(undefined));
    const read = xml === undefined ? undefined : await readVolumeXml(xml).catch(unlessBroken);
    if (!read) {
      // It is there, but what it is layered on is not known: not listed, it isn't missing either.
      upToDate.delete(folders.get(volume.pool) ?? '');
      return;
    }
    const { path, backing, changed, written, print } = read;
    paths.set(keyOf(volume.pool, volume.name), path);
    volumes.set(path, {
      label: `${volume.name} in pool ${volume.pool}`,
      volume,
      isFile,
      changed,
      written,
      print,
      backing,
    });
  }
}

function unlessBroken(error: unknown): undefined {
  if (!(error instanceof XmlError)) throw error;
}

/** The daemon's "no", or its silence, about one pool or volume. That the link is lost is no answer. */
const unlessLost =
  <T>(value: T) =>
  (error: unknown): T => {
    if (error instanceof LibvirtError || (error instanceof FleetError && error.code === 'op.timeout')) return value;
    throw error;
  };
