/** How a new VM sees a disk, and what its volume is: https://libvirt.org/formatdomain.html#hard-drives-floppy-disks-cdroms */
import type { Settings } from '../../contract.ts';
import { oneOf, refused, textIn } from '../../lib/spec-values.ts';
import { driverAttributes } from '../medium/driver-options.ts';
import { readFileSystem } from '../medium/file-system.ts';
import type { NewFileSystem } from '../medium/host-disks.ts';
import { CACHES, DISCARDS, FORMATS, IOS } from './fields.ts';

export interface DiskOptions {
  readonly bus: string;
  /** '' is libvirt's choice. */
  readonly cache: string;
  readonly io: string;
  readonly discard: string;
  readonly shareable: boolean;
  readonly serial: string;
  readonly wwn: string;
  /** As attributes. */
  readonly driver: string;
}

/** What a disk is on: a new volume, which may be made of an image, or one that is there. */
export interface DiskVolume {
  /** '' is the platform's choice. */
  readonly format: '' | (typeof FORMATS)[number];
  /** Takes room as it is written to. */
  readonly isThin: boolean;
  /** On the new volume, which is empty. */
  readonly fileSystem: NewFileSystem | undefined;
  readonly image: string;
  /** One that is there; '' for a new one. */
  readonly volume: string;
  /** Of the new volume; '' is the platform's choice. */
  readonly name: string;
}

const BUSES = ['virtio', 'scsi', 'sata', 'nvme', 'ide', 'usb'] as const;
/** Buses whose disks have a world wide name. */
const NAMED_BUSES: ReadonlySet<string> = new Set(['scsi', 'sata', 'ide']);
/** Caches that leave the host's own out. */
const UNCACHED: ReadonlySet<string> = new Set(['none', 'directsync']);

/** Throws op.refused for options that don't go together. */
export function readDiskOptions(row: Settings): DiskOptions {
  const text = (key: string): string => textIn(row, key);
  const bus = text('bus') || 'virtio';
  if (!BUSES.some((one) => one === bus)) throw refused(`a disk can't be attached by ${JSON.stringify(bus)}`);
  const shareable = row['shareable'] === true;
  const cache = oneOf(['', ...CACHES], text('cache') || (shareable ? 'none' : ''), 'cache of disks');
  const io = oneOf(['', ...IOS], text('io'), 'I/O of disks');
  if (io === 'native' && !UNCACHED.has(cache))
    throw refused('native I/O goes past the cache of the host', 'choose the cache none or directsync as well');
  if (shareable && !UNCACHED.has(cache))
    throw refused(`VMs that share a disk would not see what is in the cache ${cache}`, 'choose the cache none');
  const [serial, wwn] = [text('serial'), text('wwn').toLowerCase().replace(/^0x/, '')];
  const longest = bus === 'scsi' ? 36 : 20;
  if (serial !== '' && (!/^[A-Za-z0-9_.+-]+$/.test(serial) || serial.length > longest))
    throw refused(`a serial number on ${bus} has up to ${longest} letters, digits, - . + or _`);
  if (wwn !== '' && !/^[0-9a-f]{16}$/.test(wwn)) throw refused('a world wide name has 16 digits of hex');
  if (wwn !== '' && !NAMED_BUSES.has(bus)) throw refused(`disks on ${bus} have no world wide name`, 'choose scsi');
  const [discard, driver] = [oneOf(DISCARDS, text('discard') || 'unmap', 'discard'), driverAttributes(text('driver'))];
  return { bus, cache, io, discard, shareable, serial, wwn, driver };
}

/** `at`: 0 for the first, which may have the image of the VM. */
export function readDiskVolume(row: Settings, shareable: boolean, vmImage: string): DiskVolume {
  const [volume, image, name] = [textIn(row, 'volume'), textIn(row, 'image'), textIn(row, 'name')];
  const isThin = row['thin'] !== false;
  const said = oneOf(['', ...FORMATS], textIn(row, 'format'), 'format of disks');
  const fileSystem = readFileSystem(row, said, volume || image || vmImage);
  const format = said || (isThin && !fileSystem ? '' : 'raw');
  if (!isThin && format !== 'raw') throw refused('a disk that has all of its room at once is raw');
  if (image !== '' && vmImage !== '')
    throw refused('the first disk is made of the image of the VM', 'name the image once, there or here');
  if (volume !== '' && (image !== '' || vmImage !== ''))
    throw refused(`${volume} is a volume that is there, and is not made of an image`);
  if (volume !== '' && name !== '') throw refused(`${volume} is there, with a name of its own`);
  if (name !== '' && !/^[A-Za-z0-9][A-Za-z0-9_.+-]{0,127}$/.test(name))
    throw refused(
      `${JSON.stringify(name)} is no name of a volume: a letter or digit, then letters, digits, - . + or _`,
    );
  if (shareable && volume === '' && format !== 'raw')
    throw refused('VMs can share a raw disk alone', 'choose the format raw');
  return { format, isThin, fileSystem, image, volume, name };
}

/** What goes into the driver of a disk, behind its format. */
export const driverXml = ({ cache, io, discard, driver }: DiskOptions): string =>
  [cache && ` cache="${cache}"`, io && ` io="${io}"`, ` discard="${discard}"`, driver].filter(Boolean).join('');

/** Elements of a disk. */
export const optionsXml = ({ shareable, serial, wwn }: DiskOptions): string =>
  [shareable && '<shareable/>', serial && `<serial>${serial}</serial>`, wwn && `<wwn>${wwn}</wwn>`]
    .filter(Boolean)
    .join('');
