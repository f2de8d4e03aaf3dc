/**
 * The disks in a pretended guest's configuration: volumes that are made for it, attached, let go of and deleted
 * (`create_disks` of PVE::API2::Qemu, `vmconfig_register_unused_drive` and `try_deallocate_drive` of PVE::QemuServer).
 */
import { sizeInOva } from './ova.ts';
import { refusal } from './refusal.ts';
import type { World, WorldGuest } from './world.ts';

const GIB = 1024 ** 3;
/** `STORAGE:SIZE`, in GiB. */
const NEW = /^([^/:\s]+):(\d+(?:\.\d+)?)$/;

export const isDriveKey = (key: string): boolean =>
  /^(?:(?:ide|sata|scsi|virtio|unused|mp)\d+|efidisk0|tpmstate0|rootfs)$/.test(key);

/** `a=b,c=d`; what has no `=` stands under the key ''. */
export const optionsOf = (text: string): Map<string, string> =>
  new Map(
    text.split(',').map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? ['', part] : [part.slice(0, at), part.slice(at + 1)];
    }),
  );

export const volidOf = (text: string): string => {
  const options = optionsOf(text);
  return options.get('') ?? options.get('file') ?? options.get('volume') ?? '';
};

const spell = (options: ReadonlyMap<string, string>): string =>
  [...options].map(([key, value]) => (key === '' ? value : `${key}=${value}`)).join(',');

export const sizeWord = (bytes: number): string => (bytes % GIB === 0 ? `${bytes / GIB}G` : `${bytes / 1024 ** 2}M`);

const owns = ({ vmid }: WorldGuest, volid: string): boolean =>
  new RegExp(`^[^/:]+:(?:.*/)?(?:vm|base|subvol|basevol)-${vmid}-`).test(volid);

/** The storage that takes volumes of guests. */
export function imageStorage(world: World, name: string): void {
  const config = world.storages.get(name);
  if (!config) throw refusal(500, `storage '${name}' does not exist`);
  if (!/images|rootdir/.test(config.content))
    throw refusal(400, 'Parameter verification failed.', { storage: `storage '${name}' does not support vm images` });
}

/** Makes a volume; its id. */
export function allocate(
  world: World,
  guest: WorldGuest,
  storage: string,
  size: number,
  { kind = guest.kind === 'lxc' ? 'subvol' : 'vm', format = 'raw', name }: AllocateOptions = {},
): string {
  const isFiles = world.storages.get(storage)?.['path'] !== undefined;
  const folder = isFiles ? `${guest.vmid}/` : '';
  const ending = isFiles && format !== 'subvol' ? `.${format}` : '';
  for (let at = 0; ; at++) {
    const volid = `${storage}:${folder}${name ?? `${kind}-${guest.vmid}-disk-${at}`}${ending}`;
    if (world.volumes.has(volid)) {
      if (name !== undefined) throw refusal(500, `unable to create image: volume '${volid}' already exists`);
      continue;
    }
    const ctime = Math.floor(world.clock.now() / 1000);
    const content = guest.kind === 'lxc' ? 'rootdir' : 'images';
    world.volumes.set(volid, { node: guest.node, content, format, size, ctime, vmid: guest.vmid });
    return volid;
  }
}

interface AllocateOptions {
  readonly kind?: string;
  readonly format?: string;
  readonly name?: string;
}

/** What would be refused before any task begins. */
export function checkDrive(world: World, key: string, text: string): void {
  const options = optionsOf(text);
  const file = volidOf(text);
  const [, storage, gib] = NEW.exec(file) ?? [];
  const wrong = (why: string) => refusal(400, 'Parameter verification failed.', { [key]: why });
  if (storage !== undefined) {
    imageStorage(world, storage);
    const from = options.get('import-from');
    if (from !== undefined && Number(gib) !== 0)
      throw wrong("'import-from' requires special syntax - use <storage ID>:0,import-from=<source>");
    if (from === undefined && Number(gib) === 0 && !/^(?:efidisk|tpmstate)/.test(key)) throw wrong('invalid size');
  }
  if (/:iso\//.test(file) && options.get('media') !== 'cdrom')
    throw wrong("explicit 'media=cdrom' is required for iso images");
}

/** What stands in the configuration for what was asked for: new volumes are made. `working`: where appliances are unpacked. Throws a sentence. */
export function takeDrive(world: World, guest: WorldGuest, key: string, text: string, working?: string): string {
  const options = optionsOf(text);
  const file = volidOf(text);
  for (const name of ['', 'file', 'volume', 'import-from']) options.delete(name);
  const put = (volid: string, size?: number): string =>
    spell(new Map([['', volid], ...options, ...(size === undefined ? [] : [['size', sizeWord(size)] as const])]));
  if (file === 'none' || file === 'cdrom') return put(file);
  const [, storage, gib] = NEW.exec(file) ?? [];
  if (storage !== undefined) {
    const from = optionsOf(text).get('import-from');
    const packed = from === undefined ? undefined : sizeInOva(world, from, working);
    const source = from === undefined ? undefined : packed === undefined ? world.volumes.get(from) : { size: packed };
    if (from !== undefined && !source)
      throw new Error(`cannot import from '${from}' - volume '${from}' does not exist`);
    const isSmall = /^(?:efidisk|tpmstate)/.test(key);
    const size = isSmall ? 4 * 1024 ** 2 : (source?.size ?? Math.round(Number(gib) * GIB));
    const format = options.get('format');
    options.delete('format');
    return put(allocate(world, guest, storage, size, format === undefined ? {} : { format }), size);
  }
  if (/^[^/:\s]+:cloudinit$/.test(file)) {
    options.set('media', 'cdrom');
    const size = 4 * 1024 ** 2;
    return put(
      allocate(world, guest, file.slice(0, file.indexOf(':')), size, { name: `vm-${guest.vmid}-cloudinit` }),
      size,
    );
  }
  const volume = world.volumes.get(file);
  if (!volume) throw new Error(`volume ${file} does not exist`);
  // a disk that is attached again is unused no longer
  for (const [other, value] of Object.entries(guest.config))
    if (/^unused/.test(other) && value === file) delete guest.config[other];
  return put(file, volume.size);
}

export const isInSnapshot = ({ snapshots }: WorldGuest, volid: string): boolean =>
  snapshots.some(({ config }) => Object.values(config ?? {}).some((value) => volidOf(value) === volid));

/** Takes it out of the configuration, which may leave it there as unused. Throws a sentence. */
export function dropDrive(world: World, guest: WorldGuest, key: string, force: boolean): void {
  const text = guest.config[key];
  if (text === undefined) return;
  const volid = volidOf(text);
  const isCd = optionsOf(text).get('media') === 'cdrom';
  const goes = key.startsWith('unused') || force;
  if (/cloudinit/.test(volid)) world.volumes.delete(volid);
  else if (!isCd && owns(guest, volid)) {
    if (goes) {
      if (isInSnapshot(guest, volid))
        throw new Error(`unable to delete '${volid}' - volume is still in use (snapshot?)`);
      world.volumes.delete(volid);
    } else addUnused(guest, volid);
  }
  delete guest.config[key];
}

/** It stays, as a disk that is attached to nothing. */
export function addUnused(guest: WorldGuest, volid: string): void {
  if (Object.entries(guest.config).some(([key, value]) => key.startsWith('unused') && value === volid)) return;
  for (let at = 0; ; at++) {
    if (guest.config[`unused${at}`] !== undefined) continue;
    guest.config[`unused${at}`] = volid;
    return;
  }
}
