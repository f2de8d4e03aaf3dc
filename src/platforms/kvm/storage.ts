/** The volumes of a host as its active storage pools list them, with what each is layered on. */

import { XmlError } from '../transport/xml.ts';
import type { GuestCall } from './guest-call.ts';
import { breathe } from './list-guests.ts';
import { LibvirtError, VIR_ERR } from './rpc/errors.ts';
import { POOLS, procedures, type StoragePool, type Volume } from './rpc/protocol.ts';
import { readVolumeXml, type VolumeXml } from './volume-xml.ts';

export interface Storage {
  /** By path. */
  readonly volumes: ReadonlyMap<string, StoredVolume>;
  /** Undefined for what no active pool has. */
  pathOf(pool: string, volume: string): string | undefined;
  /** Sentences about what could not be looked into. */
  readonly unseen: readonly string[];
}

export interface StoredVolume {
  /** `web1.qcow2 in pool fast`. */
  readonly label: string;
  readonly backing: VolumeXml['backing'];
}

/** Documents that are asked for at once. */
const AT_ONCE = 64;

export async function readStorage({ client, signal }: Pick<GuestCall, 'client' | 'signal'>): Promise<Storage> {
  const volumes = new Map<string, StoredVolume>();
  const paths = new Map<string, string>();
  const unseen: string[] = [];
  const keyOf = (pool: string, volume: string) => JSON.stringify([pool, volume]);
  const list = (flags: number) => client.call(procedures.listPools, { needResults: true, flags }, { signal });

  const [active, inactive] = await Promise.all([list(POOLS.active), list(POOLS.inactive)]);
  for (const { name } of inactive.pools) unseen.push(`storage pool ${name} is inactive: what lies there may need it`);
  for (const pool of active.pools) {
    const listed = await listVolumes(pool);
    for (let at = 0; at < listed.length; at += AT_ONCE) {
      await Promise.all(listed.slice(at, at + AT_ONCE).map(readVolume));
      await breathe();
    }
  }
  return { volumes, pathOf: (pool, volume) => paths.get(keyOf(pool, volume)), unseen };

  async function listVolumes(pool: StoragePool): Promise<readonly Volume[]> {
    try {
      return (await client.call(procedures.listVolumes, { pool, needResults: true, flags: 0 }, { signal })).volumes;
    } catch (error) {
      if (!(error instanceof LibvirtError)) throw error;
      unseen.push(`storage pool ${pool.name} can't be read (${error.message}): what lies there may need it`);
      return [];
    }
  }

  async function readVolume(volume: Volume): Promise<void> {
    const label = `${volume.name} in pool ${volume.pool}`;
    try {
      const { path, backing } = await readVolumeXml(
        await client.call(procedures.volumeXml, { volume, flags: 0 }, { signal }),
      );
      paths.set(keyOf(volume.pool, volume.name), path);
      volumes.set(path, { label, backing });
    } catch (error) {
      if (!(error instanceof LibvirtError || error instanceof XmlError)) throw error;
      // One that went away meanwhile needs nothing any more.
      if (error instanceof LibvirtError && error.code === VIR_ERR.noVolume) return;
      unseen.push(`${label} can't be read (${error.message}) and may be layered on it`);
    }
  }
}
