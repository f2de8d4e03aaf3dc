/** What the original reads at its first start goes with it when it is deleted: the clone gets its own, or none. */
import { dirname } from 'node:path';
import { FleetError, sentence } from '../../../errors.ts';
import { attribute, child, childrenOf, escapeXml } from '../../transport/xml.ts';
import type { Host } from '../host/host-call.ts';
import { LibvirtError, unlessCode, VIR_ERR } from '../rpc/errors.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import { type Renamed, seedOfClone } from '../seed/cloned-seed.ts';
import { seedsOf } from '../seed/own-seed.ts';
import { readVolume } from '../storage/volumes.ts';
import { receiveAll } from '../transfer/receive.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { readDomainXml } from '../xml/domain-xml.ts';
import type { XmlEditor } from '../xml/edit-xml.ts';
import { seedName } from '../xml/metadata.ts';
import type { Warn } from './clone-devices.ts';

/** What was made for the first start of the original. */
export interface OriginalSeeds {
  readonly paths: ReadonlySet<string>;
  /** Its medium, or why that can't be read; undefined where it has none. */
  readonly medium: Medium | { readonly unread: string } | undefined;
}

interface Medium {
  readonly path: string;
  readonly pool: StoragePool;
  readonly from: Volume;
  readonly isFile: boolean;
  readonly image: Buffer;
}

/** A medium that is to be written. */
export interface NewSeed {
  readonly pool: StoragePool;
  readonly from: Volume;
  readonly name: string;
  /** Of the medium of the original. */
  readonly path: string;
  readonly newPath: string;
  readonly xml: string;
  readonly bytes: Buffer;
}

/** Larger than any that drover makes. */
const MOST_BYTES = 16 * 1024 ** 2;

/** Rejects with op.conflict where the medium of the clone would have the name of another volume. */
export async function readSeeds(call: GuestCall, host: Host, original: string, name: string): Promise<OriginalSeeds> {
  const { client, domain, signal } = call;
  const xml = await readDomainXml(original);
  const paths = seedsOf(domain.name, xml);
  const path = xml.disks.map((disk) => disk.path ?? '').find((one) => paths.has(one));
  if (path === undefined) return { paths, medium: undefined };
  try {
    const from = await client.call(procedures.volumeByPath, { path }, { signal });
    const pool = await client.call(procedures.poolByName, { name: from.pool }, { signal });
    if (await client.call(procedures.volumeByName, { pool, name: seedName(name) }, { signal }).catch(unlessMissing))
      throw new FleetError('op.conflict', `the storage ${pool.name} has a volume ${seedName(name)} already`, {
        fix: 'choose another name, or delete the volume',
      });
    const { size = 0, type } = await readVolume(call, from);
    if (size > MOST_BYTES) return { paths, medium: { unread: 'is larger than any that drover makes' } };
    const image = await receiveAll(host, from, { offset: 0, length: size }, signal);
    return { paths, medium: { path, pool, from, isFile: type === 'file', image } };
  } catch (error) {
    if (error instanceof LibvirtError) return { paths, medium: { unread: `can't be read: ${sentence(error)}` } };
    throw error;
  }
}

/** Changes the definition; resolves with the medium of the clone. One that is not as drover makes them is left out, and so is a config for Ignition. */
export async function replaceSeeds(
  editor: XmlEditor,
  { paths, medium: found }: OriginalSeeds,
  renamed: Renamed,
  warn: Warn,
): Promise<NewSeed | undefined> {
  const isOwn = (path: string | undefined): boolean => path !== undefined && paths.has(path);
  for (const info of childrenOf(editor.root, 'sysinfo')) {
    const entries = childrenOf(info, 'entry');
    const own = entries.filter((entry) => isOwn(attribute(entry, 'file')));
    if (own.length === 0) continue;
    for (const one of own.length === entries.length ? [info] : own) editor.cut(one);
    warn('seed', 'has no Ignition config: what the first start of its original did is on its disks, its name too');
  }
  const [medium, unread] = found && 'unread' in found ? [undefined, found.unread] : [found, undefined];
  const content = medium && (await seedOfClone(medium.image, renamed));
  const name = seedName(renamed.to.name);
  const newPath = medium ? `${dirname(medium.path)}/${name}` : '';
  for (const disk of childrenOf(child(editor.root, 'devices'), 'disk')) {
    const source = child(disk, 'source');
    const key = ['file', 'dev'].find((one) => isOwn(attribute(source, one)));
    if (!source || key === undefined) continue;
    if (content) editor.setAttribute(source, key, newPath);
    else {
      editor.cut(source);
      warn(
        'seed',
        `gets no seed of its own: ${attribute(source, key)} ${unread ?? 'is not as drover makes a seed'}, and stays with its original`,
      );
    }
  }
  if (!medium || !content) return undefined;
  if (content.lostAddresses) warn('ips', 'asks for addresses: those that its original has can be had only once');
  const { iso } = content;
  const target = medium.isFile ? '<target><format type="raw"/></target>' : '';
  const xml = `<volume><name>${escapeXml(name)}</name><capacity unit="bytes">${iso.length}</capacity>${target}</volume>`;
  return { pool: medium.pool, from: medium.from, name, path: medium.path, newPath, xml, bytes: iso };
}

const unlessMissing = unlessCode(VIR_ERR.noVolume);
