/** Settings of the hardware of a new VM. Manifests are always loaded: this file imports types and words alone. */
import type { Field, SettingsField } from '../../contract.ts';
import { choice, count, flag, object, rows, size, text } from '../../lib/field-kinds.ts';

const RARE = { in: { provision: 'write' }, advanced: true } as const;
const MOST_CPUS = 4096;
const ON_OFF = ['on', 'off'];

const FIELDS: readonly Field[] = [
  count('max-vcpus', 'Max vCPUs', 'How many vCPUs it can get while it runs; left empty, those it has.', 1, MOST_CPUS),
  choice('nested', 'Nested', 'Whether it can have guests of its own; left empty, what its CPU says.', ON_OFF),
  rows(
    'pin',
    'Pinned vCPUs',
    'CPUs of the host that its vCPUs run on.',
    ['pin', 'pins'],
    text('vcpus', 'vCPUs', 'A set of vCPUs.', { required: true, examples: ['0-3'] }),
    text('host', 'Host CPUs', 'The CPUs of the host that each of them may use.', { required: true, examples: ['4-7'] }),
  ),
  size('max-memory', 'Max memory', 'How far its memory can grow while it runs; left empty, what it has.'),
  size('hotplug-memory', 'Memory to plug', 'How much it can have with all that is plugged in while it runs.', {
    examples: ['16GiB'],
  }),
  count('memory-slots', 'Memory slots', 'In how many pieces that is plugged in; left empty, 16.', 1, 256),
  rows(
    'numa',
    'NUMA cells',
    'Cells that its vCPUs and its memory are in.',
    ['cell', 'cells'],
    count('id', 'Cell', 'Its number, from 0; left empty, that of the row.', 0, 255),
    text('vcpus', 'vCPUs', 'The vCPUs in it.', { required: true, examples: ['0-3'] }),
    size('memory', 'Memory', 'The memory in it.', { required: true }),
  ),
  choice('numa-mode', 'NUMA mode', 'How strictly its memory comes from the NUMA nodes of the host.', [
    ...['strict', 'interleave', 'preferred'],
  ]),
  text('numa-nodes', 'NUMA nodes', 'Those nodes of the host; left empty, 0.', { examples: ['0-1'] }),
  flag('huge-pages', 'Huge pages', 'Make its memory of huge pages that the host has set aside.'),
  size('page-size', 'Page size', 'Size of these pages; left empty, what the host takes.', {
    when: { key: 'huge-pages', is: ['true'] },
    examples: ['2MiB'],
  }),
  rows(
    'folder',
    'Shared folders',
    'Folders of the host that it can mount.',
    ['folder', 'folders'],
    text('tag', 'Tag', 'What it mounts it by.', { required: true, examples: ['data'] }),
    text('path', 'Path', 'The folder on the host.', { required: true, examples: ['/srv/data'] }),
    choice('kind', 'Kind', 'Left empty, virtiofs, which is faster; 9p needs nothing on the host.', ['virtiofs', '9p']),
    flag('read-only', 'Read only', 'It can write nothing there; of 9p alone.'),
  ),
  rows(
    'pci',
    'PCI devices',
    'Devices of the host that become its own.',
    ['device', 'devices'],
    text('address', 'Address', 'Where the host has it.', { required: true, examples: ['0000:01:00.0'] }),
  ),
  choice('iommu', 'IOMMU', 'An IOMMU for guests of its own, and for its drivers.', ['intel', 'virtio', 'smmuv3']),
  text('emulator', 'Emulator', 'Program on the host that runs it; left empty, what libvirt takes.'),
  object('extra-iso', 'Second ISO', 'A second medium, by name, pool/name or path.', 'image'),
  object('floppy', 'Floppy', 'An image of a floppy disk, by name, pool/name or path.', 'image'),
  text('display-password', 'Screen password', 'What a viewer of its screen is asked for; VNC takes 8 characters.', {
    sensitive: true,
  }),
];

export const hardwareFields: readonly SettingsField[] = FIELDS.map((field) => ({ ...field, ...RARE }));
