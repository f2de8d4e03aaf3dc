/** What can be said of the disks of a new VM here, beyond what all platforms take. */
import type { Field, ListField, SettingsField } from '../../contract.ts';
import { choice, flag, object, text, withItems } from '../../lib/field-kinds.ts';

/** Those that a login makes on the host. */
export const FILE_SYSTEMS = ['ext4', 'ext3', 'ext2', 'xfs', 'swap'] as const;
export const FORMATS = ['qcow2', 'raw', 'vmdk'] as const;
export const CACHES = ['none', 'writeback', 'writethrough', 'directsync', 'unsafe'] as const;
export const IOS = ['threads', 'native', 'io_uring'] as const;
export const DISCARDS = ['unmap', 'ignore'] as const;

/** Of a new disk with a file system. */
export const CONTENT: Field = text(
  'content',
  'Content',
  'Folder, tar or zip on the host whose files its file system gets: ext4, ext3 or ext2.',
  { examples: ['/srv/site.tar.gz'] },
);

const DISK: readonly Field[] = [
  choice(
    'format',
    'Format',
    'Left empty, qcow2, which can have snapshots; devices are raw. Of a file in no storage it must be said.',
    FORMATS,
  ),
  flag('thin', 'Thin', 'It takes room as it is written to; else it is raw, and has all of its room at once.', true),
  choice('file-system', 'File system', 'On a new, empty disk, which is raw then; left empty, none.', FILE_SYSTEMS),
  CONTENT,
  object('image', 'Image', 'The image that it is made of; the first disk has that of the VM.', 'image'),
  object(
    'volume',
    'Volume',
    'A volume that is there, instead of a new one; or a file or device of the host, by its path.',
    'volume',
  ),
  text('name', 'Volume name', 'Name of the new volume; left empty, that of the VM with a number.'),
  choice('cache', 'Cache', 'How the host caches it; left empty, what QEMU does.', CACHES),
  choice('io', 'I/O', 'How QEMU reads and writes it; native needs the cache none or directsync.', IOS),
  choice('discard', 'Discard', 'Whether room that it gives back is free again; left empty, unmap.', DISCARDS),
  flag('shareable', 'Shareable', 'Other VMs may have it as well, which must keep out of each other’s way; it is raw.'),
  text('serial', 'Serial', 'Serial number that it shows.'),
  text('driver', 'Driver', 'More options of QEMU’s driver, such as detect_zeroes=unmap queues=4.'),
  text('wwn', 'WWN', 'World wide name that it shows, 16 digits of hex; on scsi, sata and ide.'),
];

export const withDiskOptions = (field: ListField & SettingsField): SettingsField => withItems(field, DISK);
