/** What drover reads of a storage pool's XML (https://libvirt.org/formatstorage.html). */
import type { Bytes } from '../../../units.ts';
import { attribute, child, childrenOf, textAt, type XmlElement, XmlError } from '../../transport/xml.ts';
import { readDocument } from './document.ts';
import { byteCount } from './volume-xml.ts';

/** Pools whose volumes are the files of a folder, by the names of the files. */
const FOLDER_POOLS = new Set(['dir', 'fs', 'netfs', 'vstorage']);

export interface PoolXml {
  /** `dir`, `logical`, `zfs` … */
  readonly type: string;
  /** Of its target, which is a folder or where its devices appear; else the name of its source. */
  readonly path: string | undefined;
  /** The exported directory, the device, the target of iSCSI or the pool of Ceph; undefined for one that comes from nowhere. */
  readonly source: string | undefined;
  /** `nas`, `10.0.0.5:3260`, `[fd00::5]:3260`. */
  readonly hosts: readonly string[];
  /** The folder whose files are its volumes; undefined for every other kind of pool. */
  readonly folder: string | undefined;
  /** What names of its volumes begin with, where disks reach them by network. */
  readonly remote: string | undefined;
  /** Other hosts can have the same one: libvirt knows of none. */
  readonly isShared: boolean;
  /** Volume group and thin pool in it, of one whose volumes are to be thin: as kcli keeps it. */
  readonly thin: string | undefined;
  /** Undefined while it is inactive: libvirt writes 0 then. */
  readonly size: Bytes | undefined;
  readonly used: Bytes | undefined;
}

/** Pools that come from elsewhere, with the element of the source that their volumes are named by. */
const REMOTE: Readonly<Record<string, readonly [element: string, key?: string] | undefined>> = {
  ...{ rbd: ['name'], gluster: ['name'], sheepdog: ['name'] },
  ...{ iscsi: ['device', 'path'], 'iscsi-direct': ['device', 'path'] },
};
const SHARED: ReadonlySet<string> = new Set([...Object.keys(REMOTE), 'netfs', 'vstorage', 'scsi', 'mpath']);

/** Rejects with XmlError for what is no pool. */
export async function readPoolXml(xml: string): Promise<PoolXml> {
  const pool = await readDocument(xml, 'pool');
  const type = attribute(pool, 'type') ?? '';
  const target = textAt(pool, 'target', 'path')?.replace(/(?<=.)\/+$/, '') || undefined;
  const size = byteCount(child(pool, 'capacity')) || undefined;
  const [element = '', key] = REMOTE[type] ?? [];
  const source = child(pool, 'source');
  const remote = key === undefined ? textAt(source, element) : attribute(child(source, element), key);
  const thin = type === 'logical' && attribute(child(child(pool, 'source'), 'product'), 'name');
  return {
    type,
    thin: thin ? `${textAt(pool, 'source', 'name') ?? ''}/${thin}` : undefined,
    remote: remote ? `${remote}/` : undefined,
    isShared: SHARED.has(type),
    source: sourceOf(type, source),
    hosts: childrenOf(source, 'host').flatMap((host) => hostOf(host) ?? []),
    path: target ?? (textAt(pool, 'source', 'name') || undefined),
    folder: FOLDER_POOLS.has(type) ? target : undefined,
    size,
    used: size === undefined ? undefined : byteCount(child(pool, 'allocation')),
  };
}

/** Of a volume group or a dataset the name is its path. */
const sourceOf = (type: string, source: XmlElement | undefined): string | undefined =>
  (type === 'rbd' ? textAt(source, 'name') : undefined) ??
  attribute(child(source, 'dir'), 'path') ??
  (REMOTE[type] || type === 'fs' ? attribute(child(source, 'device'), 'path') : undefined);

function hostOf(host: XmlElement): string | undefined {
  const name = attribute(host, 'name');
  const port = attribute(host, 'port');
  if (name === undefined || port === undefined) return name;
  return `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

/** The folder alone; undefined also for what is no pool. */
export async function folderOfPool(xml: string): Promise<string | undefined> {
  try {
    return (await readPoolXml(xml)).folder;
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}
