/**
 * Which disks of a guest may be deleted with it. A volume stays when anything else could need it: another domain
 * that mentions it, a volume that is layered on it, a medium that isn't the guest's own.
 */
import type { DomainXml } from './domain-xml.ts';
import { unlessGone } from './guest.ts';
import type { GuestCall } from './guest-call.ts';
import { LibvirtError, VIR_ERR } from './rpc/errors.ts';
import { type Domain, procedures, type Volume, XML } from './rpc/protocol.ts';

export interface DiskFate {
  readonly goes: readonly { readonly path: string; readonly volume: Volume }[];
  /** With the reason: `/iso/debian.iso (read-only)`. */
  readonly stays: readonly string[];
}

/** Documents that are asked for at once. */
const AT_ONCE = 64;

export async function fateOfDisks(call: GuestCall, xml: DomainXml): Promise<DiskFate> {
  const stays: string[] = [];
  const own: string[] = [];
  for (const disk of xml.disks) {
    if (disk.path === undefined) {
      if (disk.elsewhere !== undefined) stays.push(`${disk.elsewhere} (not a file of this host)`);
      continue;
    }
    const reason = disk.readOnly
      ? 'read-only'
      : disk.device !== 'disk'
        ? disk.device
        : disk.shareable
          ? 'shareable'
          : undefined;
    if (reason === undefined) own.push(disk.path);
    else stays.push(`${disk.path} (${reason})`);
  }
  const volumes: { path: string; volume: Volume }[] = [];
  for (const path of new Set(own)) {
    const volume = await call.client
      .call(procedures.volumeByPath, { path }, { signal: call.signal })
      .catch(unlessGone(undefined));
    if (volume) volumes.push({ path, volume });
    else stays.push(`${path} (in no storage pool)`);
  }
  const users = await otherUsers(call, volumes);
  const goes = volumes.filter(({ path }) => {
    const user = users.get(path);
    if (user !== undefined) stays.push(`${path} (${user})`);
    return user === undefined;
  });
  return { goes, stays };
}

/** path -> who else needs it. */
async function otherUsers(call: GuestCall, volumes: DiskFate['goes']): Promise<ReadonlyMap<string, string>> {
  const users = new Map<string, string>();
  if (volumes.length === 0) return users;
  const note = (text: string, who: string, marks: (path: string) => string) => {
    for (const { path } of volumes) if (text.includes(marks(path)) && !users.has(path)) users.set(path, who);
  };
  for await (const [domain, xml] of otherDomains(call))
    note(xml, `also used by ${domain.name}`, (path) => `'${escaped(path)}'`);
  const pools = new Set(volumes.map(({ volume }) => volume.pool));
  for await (const [volume, xml] of volumesOf(call, pools)) {
    const backing = /<backingStore>[\s\S]*?<\/backingStore>/.exec(xml)?.[0] ?? '';
    note(backing, `${volume.name} is layered on it`, (path) => `<path>${escaped(path)}</path>`);
  }
  return users;
}

/** The saved and the running configuration of every other domain. */
async function* otherDomains({ client, domain, signal }: GuestCall): AsyncGenerator<readonly [Domain, string]> {
  const { domains } = await client.call(procedures.listDomains, { needResults: true, flags: 0 }, { signal });
  const others = domains.filter((other) => !other.uuid.equals(domain.uuid));
  const wanted = others.flatMap((other) => [
    { other, flags: XML.inactive },
    ...(other.id === -1 ? [] : [{ other, flags: 0 }]),
  ]);
  for (let at = 0; at < wanted.length; at += AT_ONCE) {
    const documents = wanted.slice(at, at + AT_ONCE).map(async ({ other, flags }) => {
      // One that went away meanwhile uses nothing any more.
      const xml = await client.call(procedures.domainXml, { domain: other, flags }, { signal }).catch(unlessMissing);
      return [other, xml] as const;
    });
    yield* await Promise.all(documents);
  }
}

async function* volumesOf(
  { client, signal }: GuestCall,
  poolNames: ReadonlySet<string>,
): AsyncGenerator<readonly [Volume, string]> {
  const { pools } = await client.call(procedures.listPools, { needResults: true, flags: 0 }, { signal });
  for (const pool of pools.filter(({ name }) => poolNames.has(name))) {
    const { volumes } = await client.call(procedures.listVolumes, { pool, needResults: true, flags: 0 }, { signal });
    for (let at = 0; at < volumes.length; at += AT_ONCE) {
      const documents = volumes.slice(at, at + AT_ONCE).map(async (volume) => {
        const xml = await client.call(procedures.volumeXml, { volume, flags: 0 }, { signal }).catch(unlessMissing);
        return [volume, xml] as const;
      });
      yield* await Promise.all(documents);
    }
  }
}

function unlessMissing(error: unknown): string {
  if (error instanceof LibvirtError && (error.code === VIR_ERR.noDomain || error.code === VIR_ERR.noVolume)) return '';
  throw error;
}

/** As libvirt writes it into attributes and texts. */
const escaped = (path: string): string =>
  path
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');
