/** Which disks of a VM are copied for its clone, from which volume to which. All that speaks against it is found out here. */
import { dirname } from 'node:path';
import { FleetError } from '../../../errors.ts';
import type { Bytes } from '../../../units.ts';
import type { Warning } from '../../contract.ts';
import { child, childrenOf, type XmlElement } from '../../transport/xml.ts';
import { volumeOfDisk } from '../medium/find-volume.ts';
import { POOLS } from '../rpc/flags.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import { refreshPool } from '../storage/refresh-pool.ts';
import { readVolume, volumesOf } from '../storage/volumes.ts';
import type { GuestCall } from '../vm/guest-call.ts';
import { withoutDots } from '../vm/mentioned-paths.ts';
import { type DiskXml, disksOf } from '../xml/domain-xml.ts';
import { folderOfPool } from '../xml/pool-xml.ts';

export interface DiskCopy {
  /** The place of the disk in the definition. */
  readonly at: number;
  /** `vda`. */
  readonly device: string;
  readonly pool: StoragePool;
  readonly from: Volume;
  /** Of the original, as the definition and its storage have them. */
  readonly path: string;
  readonly format: string;
  readonly size: Bytes;
  /** A file in the folder of its pool; else a block device. */
  readonly isFile: boolean;
  /** What the new volume is called. */
  readonly name: string;
}

export interface DiskPlan {
  readonly copies: readonly DiskCopy[];
  readonly warnings: readonly Warning[];
}

/**
 * `root` is the definition. Disks that are only read stay those of the original, and so do shareable ones. Rejects with
 * op.refused for a disk that can't be copied, or that can be no base of a `linked` clone.
 */
export async function planCopies(
  call: GuestCall,
  root: XmlElement,
  { name, linked }: { readonly name: string; readonly linked: boolean },
): Promise<DiskPlan> {
  const elements = childrenOf(child(root, 'devices'), 'disk');
  const disks = disksOf(root);
  const warnings: Warning[] = [];
  const wanted = disks.flatMap((disk, at) => {
    if (disk.readOnly || disk.device === 'cdrom' || disk.device === 'floppy') return [];
    if (disk.shareable) {
      warnings.push({ feature: 'disks', detail: `${nameOf(disk)} is shared: the clone uses the same one` });
      return [];
    }
    refuseOdd(call, 'cloned', disk, elements[at]);
    return { disk, at };
  });
  const pools = await readPools(call, disks);
  const taken = new Map<string, Set<string>>();
  const copies: DiskCopy[] = [];
  for (const { disk, at } of wanted) {
    const source = await sourceOf(call, 'cloned', disk, pools);
    const { from, pool, format, isFile } = source;
    if (linked && !isFile)
      throw refusal(
        call,
        'cloned',
        disk,
        `nothing can be layered on volumes of ${from.pool}, which are no files`,
        FULL,
      );
    const names = taken.get(from.pool) ?? new Set((await volumesOf(call, pool)).map((one) => one.name));
    taken.set(from.pool, names);
    const ending = isFile ? endingOf(from.name, linked ? 'qcow2' : format) : '';
    const free = freeName(names, name, ending, copies.length);
    names.add(free);
    copies.push({ ...source, at, name: free });
  }
  return { copies, warnings };
}

/** A volume that is copied: all of DiskCopy but what is to come of it. */
export type CopySource = Omit<DiskCopy, 'at' | 'name'>;

/** The first disk that the guest writes to. Rejects with op.refused for one that can't be copied, and where there is none. */
export async function firstSource(call: GuestCall, root: XmlElement): Promise<CopySource> {
  const disks = disksOf(root);
  const at = disks.findIndex(({ device, readOnly }) => device === 'disk' && !readOnly);
  const disk = disks[at];
  if (!disk) throw new FleetError('op.refused', `${call.domain.name} has no disk`);
  refuseOdd(call, 'exported', disk, childrenOf(child(root, 'devices'), 'disk')[at]);
  return sourceOf(call, 'exported', disk, await readPools(call, [disk]));
}

async function sourceOf(
  call: GuestCall,
  verb: Verb,
  disk: DiskXml,
  pools: ReadonlyMap<string, { readonly pool: StoragePool; readonly folder: string | undefined }>,
): Promise<CopySource> {
  const from = await volumeOfDisk(call, disk);
  const pool = from && pools.get(from.pool);
  if (!from || !pool) throw refusal(call, verb, disk, 'it is in no active storage', IN_NO_POOL);
  const { path, size, type, format: reported = 'raw' } = await readVolume(call, from);
  // What libvirt calls the format of a device is that of its partition.
  const format = type === 'block' ? 'raw' : reported;
  if (size === undefined || (type !== 'file' && type !== 'block'))
    throw refusal(call, verb, disk, 'its storage does not report it as a file or device with a size');
  const own = disk.format === '' ? 'raw' : disk.format;
  // A guest can write a header into a raw disk that names any file of the host as what it is layered on.
  if (own !== format)
    throw refusal(
      call,
      verb,
      disk,
      `the VM uses it as ${own}, and it looks like ${format}, as its guest may have written it`,
    );
  return { device: disk.target, pool: pool.pool, from, path, format, size, isFile: pool.folder !== undefined };
}

const IN_NO_POOL = 'make a storage of its folder';
const FULL = 'make a full clone';

const nameOf = ({ target, path, elsewhere }: DiskXml): string => [target, path ?? elsewhere].filter(Boolean).join(', ');

/** What is done with it. */
type Verb = 'cloned' | 'exported';

const refusal = ({ domain }: GuestCall, verb: Verb, disk: DiskXml, why: string, fix?: string): FleetError =>
  new FleetError('op.refused', `${domain.name}: its disk ${nameOf(disk)} can't be ${verb}: ${why}`, fix ? { fix } : {});

/** Throws op.refused for what is no whole file or device of this host that can be read. */
function refuseOdd(call: GuestCall, verb: Verb, disk: DiskXml, element: XmlElement | undefined): void {
  const why = whyNotCopied(disk, element);
  if (why !== undefined) throw refusal(call, verb, disk, why);
}

function whyNotCopied(disk: DiskXml, element: XmlElement | undefined): string | undefined {
  if (disk.device !== 'disk') return `it is a ${disk.device} of the host`;
  if (disk.path === undefined && disk.volume === undefined) return 'it is no file and no device of this host';
  const source = child(element, 'source');
  if (child(element, 'encryption') ?? child(source, 'encryption')) return 'it is encrypted';
  if (child(source, 'slices')) return 'it is a part of a file';
  return child(source, 'dataStore') && 'its data is in another file';
}

/** The active pools; those that the disks are in have been looked through again, so that formats and names are those of now. */
async function readPools(call: GuestCall, disks: readonly DiskXml[]) {
  const { client, signal } = call;
  const { pools } = await client.call(procedures.listPools, { needResults: true, flags: POOLS.active }, { signal });
  const folders = new Set(disks.flatMap(({ path }) => (path === undefined ? [] : [dirname(withoutDots(path))])));
  const read = pools.map(async (pool) => {
    const folder = await folderOfPool(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }));
    if ((folder !== undefined && folders.has(folder)) || disks.some(({ volume }) => volume?.pool === pool.name))
      await refreshPool(call, pool);
    return [pool.name, { pool, folder }] as const;
  });
  return new Map(await Promise.all(read));
}

const ENDINGS: Readonly<Record<string, string>> = { raw: 'img', vpc: 'vhd' };

/** That of the original where it is one of images; else the usual one of the format. */
function endingOf(name: string, format: string): string {
  const own = /\.(img|raw|qcow2|qcow|qed|vmdk|vdi|vhd|vhdx)$/i.exec(name)?.[0];
  return own && !(format === 'qcow2' && /\.(img|raw)$/i.test(own)) ? own : `.${ENDINGS[format] ?? format}`;
}

/** As kcli names them: `web2_0.qcow2`, `web2_1.img`. A volume group takes few characters in a name. */
function freeName(taken: ReadonlySet<string>, vm: string, ending: string, first: number): string {
  const stem = ending === '' ? vm.replace(/[^A-Za-z0-9_.+-]/g, '-') : vm;
  for (let number = first; ; number++) {
    const name = `${stem}_${number}${ending}`;
    if (!taken.has(name)) return name;
  }
}
