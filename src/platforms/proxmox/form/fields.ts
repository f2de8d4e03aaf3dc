/** What is asked of a new guest here, and what of it can be changed later. Manifests are always loaded: types and units alone. */
import { gib, mib } from '../../../units.ts';
import type { Field, SettingsField } from '../../contract.ts';
import { choice, count, flag, rows, size, text, withItems } from '../../lib/field-kinds.ts';
import { ALWAYS, autostartSetting, descriptionSetting } from '../../lib/fields.ts';
import {
  addressFields,
  cloudInitFields,
  disksField,
  guestFields,
  imageField,
  isoField,
  kcliFields,
  metadataField,
  NEW,
  nicsField,
  startField,
} from '../../lib/provision-fields.ts';

/** `dns-name` of the published API. */
export const NAME = {
  source: '^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$',
  complaint: 'a name is that of a host: letters, digits and -, in parts between dots',
};

/** The usual one first. */
export const BUSES = ['scsi', 'virtio', 'sata', 'ide'] as const;
export const NIC_MODELS = ['virtio', 'e1000e', 'e1000', 'vmxnet3', 'rtl8139'] as const;
export const FORMATS = ['raw', 'qcow2', 'vmdk'] as const;
export const CACHES = ['none', 'writethrough', 'writeback', 'directsync', 'unsafe'] as const;
export const HA_STATES = ['none', 'started', 'stopped', 'disabled', 'ignored'] as const;

type Access = Pick<SettingsField, 'in' | 'takesEffect'>;

/** Of a new guest alone. */
const RARE = { ...NEW, advanced: true } as const;
/** A running guest takes it as far as its hotplug goes. */
const PLUGGED: Access = { in: ALWAYS.in, takesEffect: 'restart' };
/** Saved for the next start. */
const SAVED = { in: { 'edit-config': 'write' }, takesEffect: 'restart', advanced: true } as const;
const RARE_ALWAYS = { ...ALWAYS, advanced: true } as const;

const DISK: readonly Field[] = [
  choice('format', 'Format', 'Of the file, on storages that have files; left empty, raw.', FORMATS),
  choice('cache', 'Cache', 'How the node caches it; left empty, none.', CACHES),
  flag('discard', 'Discard', 'Room that the guest gives back is free again.'),
  flag('ssd', 'SSD', 'The guest sees an SSD; not on virtio.'),
];

const NIC: readonly Field[] = [
  count('vlan', 'VLAN', 'Tag of its packets.', 1, 4094),
  flag('firewall', 'Firewall', 'The firewall of the cluster looks at its packets.'),
  count('mtu', 'MTU', 'Largest packet; 1 is that of the bridge.', 1, 65_520),
  count('queues', 'Queues', 'How many vCPUs can move its packets at once.', 0, 64),
  count('rate', 'Rate', 'What it may send and receive, in MB a second.', 1, 10_240),
  flag('unplugged', 'Unplugged', 'Its cable is not plugged in.'),
];

const HARDWARE: readonly Field[] = [
  count('sockets', 'Sockets', 'Sockets that its vCPUs are in; left empty, one.', 1, 16),
  text('cpu', 'CPU', 'CPU that the guest sees: host or a model of QEMU; left empty, x86-64-v2-AES.', {
    examples: ['host'],
  }),
  text('machine', 'Machine', 'Type of machine; left empty, q35.', { examples: ['pc'] }),
  choice('firmware', 'Firmware', 'What starts the guest; left empty, BIOS.', ['bios', 'uefi', 'uefi-secure']),
  flag('tpm', 'TPM', 'Give it an emulated TPM 2.0.'),
  flag('rng', 'Random numbers', "Give it random numbers of the node's."),
  choice('graphics', 'Graphics', 'Screen that the guest has; left empty, that of Proxmox VE.', [
    ...['std', 'virtio', 'qxl', 'serial0', 'none'],
  ]),
  choice('iommu', 'IOMMU', 'An IOMMU for guests of its own, and for its drivers.', ['intel', 'virtio']),
  rows(
    'numa',
    'NUMA cells',
    'Cells that its vCPUs and its memory are in.',
    ['cell', 'cells'],
    count('id', 'Cell', 'Its number, from 0; left empty, that of the row.', 0, 7),
    text('vcpus', 'vCPUs', 'The vCPUs in it.', { required: true, examples: ['0-3'] }),
    size('memory', 'Memory', 'The memory in it.', { required: true }),
  ),
  choice('numa-mode', 'NUMA mode', 'How strictly its memory comes from the NUMA nodes of the node.', [
    ...['strict', 'interleave', 'preferred'],
  ]),
  text('numa-nodes', 'NUMA nodes', 'Those nodes of the node; left empty, 0.', { examples: ['0-1'] }),
  rows(
    'pci',
    'PCI devices',
    'Devices of the node that become its own.',
    ['device', 'devices'],
    text('address', 'Address', 'Where the node has it, or a name of Resource Mappings.', {
      required: true,
      examples: ['0000:01:00.0'],
    }),
  ),
  flag('guest-agent', 'Guest agent', "Give it a channel for QEMU's agent.", true),
];

/** What the network keeps for a guest, Proxmox VE does not know. */
const OWN_ADDRESSES = addressFields.filter(({ key }) => !key.startsWith('reserve-'));

export const guestSettings: readonly SettingsField[] = [
  {
    key: 'name',
    label: 'Name',
    help: 'Name of the guest.',
    kind: 'text',
    required: true,
    pattern: NAME,
    ...ALWAYS,
  },
  imageField(
    'What its first disk is made of: a template, by name, or a disk image in a storage; of a container template it is a container.',
  ),
  isoField('A medium to install from, by name or volume id.'),
  {
    key: 'node',
    label: 'Node',
    help: 'Node that it is made on; left empty, that of its image or storage, else the one with most memory free.',
    kind: 'text',
    default: '',
    ...NEW,
  },
  {
    key: 'memory',
    label: 'Memory',
    help: 'Memory of the guest.\nA running one takes it at once where memory is among its hotplug.',
    kind: 'bytes',
    required: true,
    min: mib(16),
    default: gib(2),
    ...PLUGGED,
    examples: ['4GiB'],
  },
  {
    key: 'vcpus',
    label: 'vCPUs',
    help: 'Virtual CPUs: cores of all sockets.\nA running one takes them at once where cpu is among its hotplug.',
    kind: 'count',
    required: true,
    min: 1,
    max: 8192,
    default: 2,
    ...PLUGGED,
  },
  autostartSetting('Start it when its node comes up.', ALWAYS),
  descriptionSetting('Notes', 'What it is for; Markdown, as the web interface shows it.', ALWAYS),
  withItems(disksField('Its disks; left empty, one of 10 GiB, or as large as its image.', BUSES), DISK),
  withItems(nicsField('Its network cards; left empty, one in the first bridge of its node.', NIC_MODELS), NIC),
  ...cloudInitFields,
  ...kcliFields,
  { ...metadataField, ...ALWAYS },
  {
    key: 'tags',
    label: 'Tags',
    help: 'Words that it is found by, with commas between them.',
    kind: 'text',
    default: '',
    pattern: {
      source: '^([a-z0-9_][a-z0-9_+.-]*(\\s*[,;]\\s*[a-z0-9_][a-z0-9_+.-]*)*)?$',
      complaint: 'tags are small letters, digits, _, -, + and .',
    },
    ...ALWAYS,
  },
  {
    key: 'resource-pool',
    label: 'Resource pool',
    help: 'Resource pool of the cluster that it is in.',
    kind: 'text',
    default: '',
    ...RARE_ALWAYS,
  },
  {
    key: 'ha',
    label: 'High availability',
    help: 'What high availability keeps it at; none leaves it alone.',
    kind: 'choice',
    options: HA_STATES,
    default: 'none',
    ...RARE_ALWAYS,
  },
  {
    key: 'firewall',
    label: 'Firewall',
    help: 'Its own firewall looks at the packets of NICs that have the firewall flag; the security groups are rules of it.',
    kind: 'flag',
    default: false,
    ...RARE_ALWAYS,
  },
  {
    key: 'security-groups',
    label: 'Security groups',
    help: 'Names, with commas between them, the one that is looked at first in front; web@net0 is for one NIC alone.',
    kind: 'text',
    default: '',
    examples: ['web,ssh@net0'],
    ...RARE_ALWAYS,
  },
  {
    key: 'protection',
    label: 'Protection',
    help: 'It and its disks can not be deleted.',
    kind: 'flag',
    default: false,
    ...RARE_ALWAYS,
  },
  {
    key: 'hotplug',
    label: 'Hotplug',
    help: 'What it takes while it runs: network, disk, usb, memory, cpu, with commas between them.',
    kind: 'text',
    pattern: {
      source: '^([01]|((network|disk|usb|memory|cpu|cloudinit)(,(network|disk|usb|memory|cpu|cloudinit))*))?$',
      complaint: 'hotplug is words out of network, disk, usb, memory, cpu, cloudinit',
    },
    ...SAVED,
  },
  {
    key: 'boot',
    label: 'Boot order',
    help: 'Devices that it starts from, the first one first, with commas between them.',
    kind: 'text',
    examples: ['scsi0,net0'],
    ...SAVED,
  },
  {
    key: 'template',
    label: 'Template',
    help: 'Make a template of it, for good: others are made of it, and it is started no more.',
    kind: 'flag',
    ...SAVED,
    takesEffect: 'now',
  },
  ...HARDWARE.map((field): SettingsField => ({ ...field, ...RARE })),
  ...guestFields,
  ...OWN_ADDRESSES,
  startField,
];
