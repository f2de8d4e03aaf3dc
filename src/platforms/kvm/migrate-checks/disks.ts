/** Which disks of a VM the target has, and which have to be copied to it. */

import { type Bytes, bytes, formatBytes } from '../../../units.ts';
import type { CopiedDisk, MigrateSpec, MigrationCheck } from '../../contract.ts';
import { error, ok, warning } from '../../lib/migration.ts';
import type { HostCall } from '../host/host-call.ts';
import { unlessNone, volumeAtPath, volumeOfDisk } from '../medium/find-volume.ts';
import { type Leaving, nameOf, type Side } from '../migrate/side.ts';
import { POOLS } from '../rpc/flags.ts';
import { procedures, type StoragePool, type Volume } from '../rpc/protocol.ts';
import { readVolume } from '../storage/volumes.ts';
import { sizesOf } from '../transfer/sizes.ts';
import { refresh } from '../transfer/upload.ts';
import type { DiskXml } from '../xml/domain-xml.ts';
import { type PoolXml, readPoolXml } from '../xml/pool-xml.ts';
import type { VolumeXml } from '../xml/volume-xml.ts';

/** A disk that is copied: what it is now, and the volume that it becomes. */
export interface Copy extends CopiedDisk {
  readonly disk: DiskXml;
  readonly from: Volume;
  /** Of its file, which is what goes over the wire of one that is off. */
  readonly fileSize: number;
  readonly format: string;
  readonly pool: StoragePool;
  readonly name: string;
  readonly to: string;
  readonly isFile: boolean;
  /** Of a VM that is off: it is a layer on another image, or in another format than `format`. */
  readonly isMadeWhole: boolean;
}

export interface DiskPlan {
  readonly checks: readonly MigrationCheck[];
  readonly copies: readonly Copy[];
}

/** Files are compared so often: what a guest writes to changes between two looks. */
const COMPARED = 3;
/** Cache modes with which nothing that is written waits on the host that is left (https://libvirt.org/migration.html). */
const SAFE_CACHES: ReadonlySet<string | undefined> = new Set(['none', 'directsync']);

interface Found {
  readonly volume: Volume;
  readonly xml: VolumeXml;
}

export async function planDisks(
  from: HostCall,
  to: HostCall,
  sides: { readonly from: Side; readonly to: Side },
  vm: Leaving,
  spec: MigrateSpec,
): Promise<DiskPlan> {
  const there = nameOf(sides.to);
  const problems: MigrationCheck[] = [];
  const shared: DiskXml[] = [];
  const wanted: { disk: DiskXml; found: Found }[] = [];
  let media = 0;
  for (const disk of vm.read.disks) {
    const what = disk.path ?? disk.elsewhere;
    if (what === undefined) continue;
    if (disk.path === undefined && !disk.volume) {
      shared.push(disk);
      continue;
    }
    const here = await foundAt(from, await volumeOfDisk(from, disk));
    const path = here?.xml.path ?? what;
    const other = await foundAt(to, await refreshedAtPath(to, path));
    const isThere = other !== undefined || (await seenAt(sides.to, path, to.signal));
    if (disk.readOnly) {
      media++;
      if (!isThere) problems.push(error('disks', `${there} has no ${path}, which it only reads: take it out first`));
    } else if (isThere && (await isSame(from, to, sides, here, other, path))) shared.push(disk);
    else if (!here) problems.push(error('disks', `${path} is in no storage, so that it can't be copied`, !isThere));
    else if (spec.copyDisks && !vm.isOn && isOnDevice(disk, here.xml))
      problems.push(
        error(
          'disks',
          `${path} is ${disk.format} on a device, of which libvirt reads bytes alone: move it while it runs`,
          true,
        ),
      );
    else if (spec.copyDisks && !vm.isOn && isDisguised(disk, here.xml))
      problems.push(
        error(
          'disks',
          `${path} is used as ${disk.format}, and looks like ${here.xml.format ?? 'another format'}`,
          true,
        ),
      );
    else if (spec.copyDisks) wanted.push({ disk, found: here });
    else if (isThere)
      problems.push(error('disks', `${there} has a ${path} too, and whether that is the same file is not known`));
    else problems.push(error('disks', `${there} does not have ${path}: copy the disks, or share their storage`, true));
  }
  const { checks, copies } = await placesFor(from, to, there, wanted, { ...spec, isOff: !vm.isOn });
  const whole = copies.filter(({ isMadeWhole }) => isMadeWhole).length;
  const total = copies.reduce((sum, { size }) => sum + size, 0);
  const parts = [
    ...(shared.length > 0 ? [`${there} has ${shared.length} of them too`] : []),
    ...(copies.length > 0 ? [`${copies.length} copied, ${formatBytes(total)}`] : []),
    ...(whole > 0 ? [`${whole} made one file of its layers or of another format first`] : []),
    ...(media > 0 ? [`${media} read only`] : []),
  ];
  return {
    checks: [
      ...(problems.length > 0 ? problems : [ok('disks', parts.join(', ') || 'it has none')]),
      ...checks,
      ...checkCaches(vm, shared),
    ],
    copies,
  };
}

const foundAt = async (call: HostCall, volume: Volume | undefined): Promise<Found | undefined> =>
  volume && { volume, xml: await readVolume(call, volume) };

/** libvirt lists a folder as it was when it last looked: one that has a file by now is looked at again. */
async function refreshedAtPath(call: HostCall, path: string): Promise<Volume | undefined> {
  const known = await volumeAtPath(call, path);
  if (known) return known;
  const pool = await poolOfFolder(call, path.slice(0, path.lastIndexOf('/')));
  if (!pool) return undefined;
  await refresh(call, pool);
  return volumeAtPath(call, path);
}

async function poolOfFolder(call: HostCall, folder: string): Promise<StoragePool | undefined> {
  const { client, signal } = call;
  const { pools } = await client.call(procedures.listPools, { needResults: true, flags: POOLS.active }, { signal });
  for (const pool of pools) if ((await poolXml(call, pool)).folder === folder) return pool;
  return undefined;
}

const poolXml = async ({ client, signal }: HostCall, pool: StoragePool): Promise<PoolXml> =>
  readPoolXml(await client.call(procedures.poolXml, { pool, flags: 0 }, { signal }));

async function seenAt({ host }: Side, path: string, signal: AbortSignal): Promise<boolean> {
  const looks = await host.files?.look([path], signal);
  return looks?.get(path)?.is === 'there';
}

/** One file that both hosts have: the same times and sizes, or the same inode of a file system that both have. */
async function isSame(
  from: HostCall,
  to: HostCall,
  sides: { readonly from: Side; readonly to: Side },
  here: Found | undefined,
  there: Found | undefined,
  path: string,
): Promise<boolean> {
  for (let time = 0; here && there && time < COMPARED; time++) {
    const [a, b] = await Promise.all([readVolume(from, here.volume), readVolume(to, there.volume)]);
    if (a.print !== undefined && a.print === b.print) return true;
  }
  const [a, b] = await Promise.all([
    sides.from.host.files?.look([path], from.signal),
    sides.to.host.files?.look([path], to.signal),
  ]);
  const [one, other] = [a?.get(path), b?.get(path)];
  return one?.is === 'there' && other?.is === 'there' && one.isFile && one.id === other.id;
}

const formatOf = ({ format }: DiskXml): string => format || 'raw';

/** QEMU takes the one for the other only where it is told to: what is read to be written again must be what it is used as. */
const isDisguised = (disk: DiskXml, { format }: VolumeXml): boolean =>
  formatOf(disk) !== 'raw' && format !== formatOf(disk);

/** libvirt converts files alone: of an image on a device it knows no layers, and copies it to another one as it is. */
const isOnDevice = (disk: DiskXml, { type = 'file' }: VolumeXml): boolean =>
  formatOf(disk) !== 'raw' && type !== 'file';

/** Pools without a folder whose volumes take only what is written to them. */
const GROWS: ReadonlySet<string> = new Set(['rbd', 'gluster', 'sheepdog']);

/** A volume of the same name in the storage of the same name, or in the one that was chosen. */
async function placesFor(
  from: HostCall,
  to: HostCall,
  there: string,
  wanted: readonly { readonly disk: DiskXml; readonly found: Found }[],
  spec: MigrateSpec & { readonly isOff: boolean },
): Promise<DiskPlan> {
  const checks: MigrationCheck[] = [];
  const copies: Copy[] = [];
  const needed = new Map<string, number>();
  for (const { disk, found } of wanted) {
    const name = spec.storage === '' ? found.volume.pool : spec.storage;
    const pool = await to.client.call(procedures.poolByName, { name }, { signal: to.signal }).catch(unlessNone);
    if (!pool) {
      checks.push(error('storage', `${there} has no storage ${name} that is on: choose another one`, true));
      continue;
    }
    const { folder, path, type } = await poolXml(to, pool);
    const volumeName = found.volume.name;
    const [info, taken, { size: fileSize }] = await Promise.all([
      to.client.call(procedures.poolInfo, { pool }, { signal: to.signal }),
      to.client.call(procedures.volumeByName, { pool, name: volumeName }, { signal: to.signal }).catch(unlessNone),
      sizesOf(from, found.volume),
    ]);
    const size = found.xml.size ?? bytes(fileSize);
    const sum = (needed.get(name) ?? 0) + size;
    needed.set(name, sum);
    const isAllAtOnce = folder === undefined && !GROWS.has(type);
    const takes = isAllAtOnce ? sum : Math.max(fileSize, found.xml.used ?? 0);
    if (taken) checks.push(error('storage', `${name} of ${there} has a volume ${volumeName} already`, true));
    else if (folder !== undefined && volumeName.includes('/'))
      checks.push(error('storage', `${volumeName} can't be the name of a file in ${name} of ${there}`, true));
    else if (info.available < takes) {
      const who = isAllAtOnce && sum > size ? 'its volumes take' : `${volumeName} takes`;
      checks.push(
        error(
          'storage',
          `${name} of ${there} has ${formatBytes(info.available)} left, ${who} ${formatBytes(takes)}`,
          true,
        ),
      );
    } else if (info.available < sum)
      checks.push(
        warning(
          'storage',
          `${name} of ${there} has ${formatBytes(info.available)} left, less than ${formatBytes(sum)} that they can grow to`,
        ),
      );
    const format = folder === undefined ? 'raw' : formatOf(disk);
    const isLayer = formatOf(disk) !== 'raw' && found.xml.backing !== undefined;
    const isMadeWhole = spec.isOff && (isLayer || format !== formatOf(disk));
    if (isMadeWhole) checks.push(...(await roomBeside(from, found, size)));
    copies.push({
      disk,
      from: found.volume,
      path: found.xml.path,
      size,
      fileSize,
      format,
      pool,
      name: volumeName,
      to: `${path ?? ''}/${volumeName}`,
      isFile: folder !== undefined,
      isMadeWhole,
    });
  }
  const places = [...needed].map(([name, sum]) => `${name} takes ${formatBytes(sum)}`);
  return { checks: checks.length > 0 || copies.length === 0 ? checks : [ok('storage', places.join(', '))], copies };
}

/** One file of a disk stands beside it for as long as that is copied. */
async function roomBeside(
  { client, signal }: HostCall,
  { volume }: Found,
  size: Bytes,
): Promise<readonly MigrationCheck[]> {
  const pool = await client.call(procedures.poolByName, { name: volume.pool }, { signal });
  const { available } = await client.call(procedures.poolInfo, { pool }, { signal });
  if (available >= size) return [];
  const left = `${volume.pool}, where it is now, has ${formatBytes(available)} left`;
  return [
    warning('storage', `${left}: ${volume.name} may take ${formatBytes(size)} there once more while it is copied`),
  ];
}

/** What the host that is left still has in its cache would be missing in what the other one reads. */
function checkCaches({ isOn }: Leaving, shared: readonly DiskXml[]): readonly MigrationCheck[] {
  const own = shared.filter(({ path, readOnly }) => path !== undefined && !readOnly);
  if (!isOn || own.length === 0) return [];
  const unsafe = own.filter(({ cache }) => !SAFE_CACHES.has(cache));
  if (unsafe.length === 0) return [ok('cache', 'its shared disks pass by the cache of the host')];
  const which = unsafe.map(({ target, cache }) => `${target} (${cache ?? 'default'})`).join(', ');
  return [
    error(
      'cache',
      `the host that is left caches ${which}: move it only where both hosts see each write at once, as on a cluster file system`,
    ),
  ];
}
