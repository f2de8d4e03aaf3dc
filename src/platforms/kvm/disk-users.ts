/**
 * Who else on the host needs a volume: a domain that names it by path or by pool, or a volume that is layered on it,
 * in whatever pool. What libvirt can't look into may hide such a user: then no volume can be called free.
 */
import { basename } from 'node:path';
import { XmlError } from '../transport/xml.ts';
import { type DiskXml, readDisks } from './domain-xml.ts';
import type { GuestCall } from './guest-call.ts';
import { LibvirtError, VIR_ERR } from './rpc/errors.ts';
import { type Domain, procedures, XML } from './rpc/protocol.ts';
import { readStorage, type Storage } from './storage.ts';

export interface DiskUsers {
  /** By path: `also used by web2`. */
  readonly known: ReadonlyMap<string, string>;
  /** What could not be looked into, where anything may be that needs any of them; undefined when all was seen. */
  readonly unseen: string | undefined;
}

/** Documents that are asked for at once. */
const AT_ONCE = 64;

/** `paths` as the volumes of this host have them. */
export async function usersOf(call: GuestCall, paths: readonly string[]): Promise<DiskUsers> {
  const known = new Map<string, string>();
  const storage = await readStorage(call);
  const unseen = [...storage.unseen];
  const names = new Set(paths.map((path) => basename(path)));
  /** Whether nobody knows what a file is layered on, or it may be one of ours by another name. */
  const isDark = (path: string, format: string | undefined): boolean =>
    !storage.volumes.has(path) && (format !== 'raw' || names.has(basename(path)));

  /** One definition that can't be read is no reason to stop reading all others. */
  async function disksOf(xml: string, { name }: Domain): Promise<readonly DiskXml[]> {
    if (xml === '') return [];
    try {
      return await readDisks(xml);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      unseen.push(`the definition of ${name} can't be read (${error.message}): it may use any of them`);
      return [];
    }
  }

  for await (const { domain, saved, live } of otherDomains(call)) {
    const who = `also used by ${domain.name}`;
    for (const path of paths) if (mentions(saved, path) || mentions(live, path)) known.set(path, who);
    const running = await disksOf(live, domain);
    for (const disk of [...(await disksOf(saved, domain)), ...running]) {
      const path = pathOf(disk, storage);
      if (path !== undefined && paths.includes(path)) known.set(path, who);
      // libvirt shows the whole chain of layers of what runs.
      const isShown = running.some((shown) => shown.path === path && shown.showsLayers);
      const name = disk.path ?? disk.elsewhere;
      if (name !== undefined && !isShown && (path === undefined ? isVague(disk) : isDark(path, formatOf(disk)))) {
        unseen.push(`${domain.name} uses ${name}, which is in no active storage pool and may be layered on it`);
      }
    }
  }
  for (const { label, backing } of storage.volumes.values()) {
    if (backing === undefined) continue;
    if (paths.includes(backing.path) && !known.has(backing.path)) known.set(backing.path, `${label} is layered on it`);
    if (isDark(backing.path, backing.format)) {
      unseen.push(`${label} is layered on ${backing.path}, which is in no active storage pool and may need it`);
    }
  }
  return { known, unseen: unseen[0] };
}

const pathOf = ({ path, volume }: DiskXml, storage: Storage): string | undefined =>
  path ?? (volume && storage.pathOf(volume.pool, volume.name));

/** A disk without a known path may be anything, except raw data that is reached by network. */
const isVague = (disk: DiskXml): boolean => disk.volume !== undefined || formatOf(disk) !== 'raw';

/** libvirt never guesses: without a format it is raw. */
const formatOf = ({ format }: DiskXml): string => (format === '' ? 'raw' : format);

interface OtherDomain {
  readonly domain: Domain;
  readonly saved: string;
  /** Empty while it doesn't run. */
  readonly live: string;
}

async function* otherDomains({ client, domain, signal }: GuestCall): AsyncGenerator<OtherDomain> {
  const { domains } = await client.call(procedures.listDomains, { needResults: true, flags: 0 }, { signal });
  const others = domains.filter((other) => !other.uuid.equals(domain.uuid));
  const read = (other: Domain, flags: number) =>
    client.call(procedures.domainXml, { domain: other, flags }, { signal }).catch(unlessGone);
  for (let at = 0; at < others.length; at += AT_ONCE) {
    yield* await Promise.all(
      others.slice(at, at + AT_ONCE).map(async (other) => {
        const [saved, live] = await Promise.all([read(other, XML.inactive), other.id === -1 ? '' : read(other, 0)]);
        return { domain: other, saved, live };
      }),
    );
  }
}

/** One that went away meanwhile uses nothing any more. */
function unlessGone(error: unknown): string {
  if (error instanceof LibvirtError && error.code === VIR_ERR.noDomain) return '';
  throw error;
}

/** Anywhere in a document, also as a kernel or as a layer of a layer. */
const mentions = (xml: string, path: string): boolean => {
  const written = escaped(path);
  return xml.includes(`'${written}'`) || xml.includes(`>${written}<`);
};

/** As libvirt writes it into attributes and texts. */
const escaped = (path: string): string =>
  path
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll("'", '&apos;')
    .replaceAll('"', '&quot;');
