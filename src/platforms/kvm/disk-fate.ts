/**
 * Which disks of a guest may be deleted with it. A volume stays when anything else could need it: another domain
 * that mentions it, a volume that is layered on it, a medium that isn't the guest's own; and when nobody can tell.
 */
import { usersOf } from './disk-users.ts';
import type { DiskXml, DomainXml } from './domain-xml.ts';
import { unlessGone } from './guest.ts';
import type { GuestCall } from './guest-call.ts';
import { procedures, type Volume } from './rpc/protocol.ts';

export interface DiskFate {
  readonly goes: readonly { readonly path: string; readonly volume: Volume }[];
  /** With the reason: `/iso/debian.iso (read-only)`. */
  readonly stays: readonly string[];
}

export async function fateOfDisks(call: GuestCall, xml: DomainXml): Promise<DiskFate> {
  const stays: string[] = [];
  const volumes = new Map<string, Volume>();
  for (const disk of xml.disks) {
    const name = disk.path ?? disk.elsewhere;
    if (name === undefined) continue;
    const reason = notItsOwn(disk);
    const found = reason === undefined ? await volumeOf(call, disk).catch(unlessGone(undefined)) : undefined;
    if (found) volumes.set(found.path, found.volume);
    else stays.push(`${name} (${reason ?? 'in no active storage pool'})`);
  }
  if (volumes.size === 0) return { goes: [], stays };

  const { known, unseen } = await usersOf(call, [...volumes.keys()]);
  const goes = [...volumes].flatMap(([path, volume]) => {
    const reason = known.get(path) ?? unseen;
    if (reason === undefined) return [{ path, volume }];
    stays.push(`${path} (${reason})`);
    return [];
  });
  return { goes, stays };
}

function notItsOwn(disk: DiskXml): string | undefined {
  if (disk.path === undefined && disk.volume === undefined) return 'not a file of this host';
  if (disk.readOnly) return 'read-only';
  if (disk.device !== 'disk') return disk.device;
  return disk.shareable ? 'shareable' : undefined;
}

/** Rejects with LibvirtError when no active pool has it. */
async function volumeOf(
  { client, signal }: GuestCall,
  { path, volume: named }: DiskXml,
): Promise<{ readonly path: string; readonly volume: Volume } | undefined> {
  const options = { signal };
  if (path !== undefined) return { path, volume: await client.call(procedures.volumeByPath, { path }, options) };
  if (named === undefined) return undefined;
  const pool = await client.call(procedures.poolByName, { name: named.pool }, options);
  const volume = await client.call(procedures.volumeByName, { pool, name: named.name }, options);
  return { path: await client.call(procedures.volumePath, { volume }, options), volume };
}
