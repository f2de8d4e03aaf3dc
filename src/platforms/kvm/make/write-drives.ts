/** The drives of a new domain: its disks, the medium that it is installed from, and what cloud-init reads. */
import { escapeXml } from '../../transport/xml.ts';
import type { BootDevice } from '../boot/boot-device.ts';
import { type DiskOptions, driverXml, optionsXml } from '../disk/disk-options.ts';

export interface Drive {
  /** File or block device of the host. */
  readonly path: string;
  readonly isBlock: boolean;
  readonly format: string;
  readonly bus: string;
  /** Of a disk. */
  readonly options?: DiskOptions;
}

export interface Drives {
  /** In their order; the first starts the guest, unless a medium or the network does. */
  readonly disks: readonly Drive[];
  /** The one that it is installed from, and a second one. */
  readonly iso: Drive | undefined;
  readonly extraIso?: Drive | undefined;
  readonly floppy?: Drive | undefined;
  /** What cloud-init reads. */
  readonly seed: Drive | undefined;
}

/** Prefix of the names of a bus: scsi and sata share theirs. */
const PREFIXES: Readonly<Record<string, string>> = {
  virtio: 'vd',
  scsi: 'sd',
  sata: 'sd',
  usb: 'sd',
  ide: 'hd',
  fdc: 'fd',
};

export function drivesXml({ disks, iso, extraIso, floppy, seed }: Drives, order: readonly BootDevice[]): string {
  const used = new Map<string, number>();
  const nameFor = (bus: string): string => {
    const prefix = PREFIXES[bus] ?? bus;
    const at = used.get(prefix) ?? 0;
    used.set(prefix, at + 1);
    return bus === 'nvme' ? `nvme${at}n1` : `${prefix}${letters(at)}`;
  };
  const orderOf = (kind: BootDevice): number => order.indexOf(kind) + 1;
  const all = [
    ...disks.map((disk, at) => driveXml(disk, 'disk', nameFor(disk.bus), at === 0 ? orderOf('disk') : undefined)),
    // Installers have drivers for AHCI, and some none for virtio; kernels of cloud images have it the other way round.
    ...(iso ? [driveXml(iso, 'cdrom', nameFor(iso.bus), orderOf('cdrom'))] : []),
    ...(extraIso ? [driveXml(extraIso, 'cdrom', nameFor(extraIso.bus), undefined)] : []),
    ...(floppy ? [driveXml(floppy, 'floppy', nameFor(floppy.bus), undefined)] : []),
    ...(seed ? [driveXml(seed, 'cdrom', nameFor(seed.bus), undefined)] : []),
  ];
  const isScsi = [...disks, iso, extraIso, seed].some((drive) => drive?.bus === 'scsi');
  const scsi = isScsi ? '<controller type="scsi" index="0" model="virtio-scsi"/>' : '';
  return `${all.join('')}${scsi}`;
}

function driveXml(
  { path, isBlock, format, bus, options }: Drive,
  device: 'disk' | 'cdrom' | 'floppy',
  name: string,
  order: number | undefined,
): string {
  const source = `<source ${isBlock ? 'dev' : 'file'}="${escapeXml(path)}"/>`;
  const driver = `<driver name="qemu" type="${escapeXml(format)}"${options ? driverXml(options) : ''}/>`;
  const boot = order === undefined ? '' : `<boot order="${order}"/>`;
  return `<disk type="${isBlock ? 'block' : 'file'}" device="${device}">${driver}${source}<target dev="${name}" bus="${bus}"/>${boot}${device === 'disk' ? '' : '<readonly/>'}${options ? optionsXml(options) : ''}</disk>`;
}

/** a … z, aa, ab …, as Linux counts disks. */
function letters(at: number): string {
  const last = String.fromCharCode(97 + (at % 26));
  return at < 26 ? last : `${letters(Math.floor(at / 26) - 1)}${last}`;
}
