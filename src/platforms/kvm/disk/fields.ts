/** What can be said of the disks of a new VM here, beyond what all platforms take. */
import type { Field, ListField, SettingsField } from '../../contract.ts';
import { choice, fixed, flag, object, size, text, withItems } from '../../lib/field-kinds.ts';
import { CHANGES_NOW } from '../../lib/fields.ts';

export const FORMATS = ['qcow2', 'raw'] as const;
export const CACHES = ['none', 'writeback', 'writethrough', 'directsync', 'unsafe'] as const;
export const IOS = ['threads', 'native', 'io_uring'] as const;
export const DISCARDS = ['unmap', 'ignore'] as const;

/** Bytes: disks are as many of these. */
export const SECTOR = 512;

const DISK: readonly Field[] = [
  choice('format', 'Format', 'Left empty, qcow2, which can have snapshots; devices are raw.', FORMATS),
  flag('thin', 'Thin', 'It takes room as it is written to; else it is raw, and has all of its room at once.', true),
  object('image', 'Image', 'The image that it is made of; the first disk has that of the VM.', 'image'),
  object('volume', 'Volume', 'A volume that is there, instead of a new one.', 'volume'),
  text('name', 'Volume name', 'Name of the new volume; left empty, that of the VM with a number.'),
  choice('cache', 'Cache', 'How the host caches it; left empty, what QEMU does.', CACHES),
  choice('io', 'I/O', 'How QEMU reads and writes it; native needs the cache none or directsync.', IOS),
  choice('discard', 'Discard', 'Whether room that it gives back is free again; left empty, unmap.', DISCARDS),
  flag('shareable', 'Shareable', 'Other VMs may have it as well, which must keep out of each other’s way; it is raw.'),
  text('serial', 'Serial', 'Serial number that it shows.'),
  text('wwn', 'WWN', 'World wide name that it shows, 16 digits of hex; on scsi, sata and ide.'),
];

export const withDiskOptions = (field: ListField & SettingsField): SettingsField => withItems(field, DISK);

const isDisk = { key: 'type', is: ['disk'] };
const isDrive = { key: 'type', is: ['cdrom', 'floppy'] };

/** Those of a VM that is there: a row that is new becomes a disk, one that is left out is detached. */
export const attachedDisks: ListField & SettingsField = {
  key: 'disk',
  label: 'Disks',
  help: 'Its disks and drives; one that is left out is detached, and nothing of it is deleted.',
  kind: 'list',
  one: 'disk',
  many: 'disks',
  identity: 'device',
  item: [
    text('device', 'Device', 'What it is called; left empty, the first name that is free.', { examples: ['vdb'] }),
    fixed({ ...text('type', 'Type', 'A disk, or a drive for media.'), default: 'disk' } as Field),
    {
      ...size('size', 'Size', 'It can only grow, at once; of a new one left empty, 10 GiB.', { when: isDisk }),
      min: SECTOR,
    } as Field,
    fixed({
      key: 'storage',
      label: 'Storage',
      help: 'Where a new one is made; left empty, where the first disk is.',
      kind: 'object',
      of: 'storage',
      when: isDisk,
    }),
    fixed({ ...object('volume', 'Volume', 'One that is there; left empty, a new one.', 'volume'), when: isDisk }),
    {
      key: 'medium',
      label: 'Medium',
      help: 'What is in the drive; left empty, nothing.',
      kind: 'object',
      of: 'image',
      type: 'iso',
      when: isDrive,
    },
    fixed(text('bus', 'Bus', 'Left empty, that of the first disk.', { examples: ['virtio', 'scsi'] })),
    fixed(text('format', 'Format', 'Of a new one; left empty, qcow2 in folders.', { examples: FORMATS, when: isDisk })),
    fixed(flag('read-only', 'Read-only', 'The guest can not write to it.')),
    fixed(flag('shareable', 'Shareable', 'Other VMs may write to it at the same time.')),
  ],
  ...CHANGES_NOW,
  whenSaved: 'restart',
};
