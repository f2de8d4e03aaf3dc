/** What is asked of a new VM here, and what of it can be changed later. Manifests are always loaded: types and units alone. */
import { gib, mib } from '../../../units.ts';
import type { SettingsField } from '../../contract.ts';
import { choice, flag, text, withItems } from '../../lib/field-kinds.ts';
import { ALWAYS, CHANGES_AT_START, descriptionSetting, memorySetting, vcpusSetting } from '../../lib/fields.ts';
import {
  addressFields,
  cloudInitFields,
  disksField,
  guestFields,
  kcliFields,
  metadataField,
  NEW,
  nicsField,
  startField,
} from '../../lib/provision-fields.ts';

/** The usual one first. */
export const BUSES = ['scsi', 'nvme', 'sata', 'ide'] as const;
export type Bus = (typeof BUSES)[number];
export const NIC_MODELS = ['vmxnet3', 'e1000e', 'e1000'] as const;
export type NicModel = (typeof NIC_MODELS)[number];
export const FIRMWARES = ['bios', 'efi', 'efi-secure'] as const;

type Access = Pick<SettingsField, 'in' | 'takesEffect'>;

const RARE = { ...NEW, advanced: true } as const;
/** While it is off, and of a new one. */
const OFF: Access = { ...CHANGES_AT_START, in: { ...CHANGES_AT_START.in, provision: 'write' } };
const RARE_OFF = { ...OFF, advanced: true } as const;
const SAVED = { in: { 'edit-config': 'write' }, advanced: true } as const;

/** `/`, `\` and `%` would be part of a path. */
export const NAME = { source: '^[^/\\\\%]{1,80}$', complaint: 'a name has no /, \\ or %, and 80 characters at most' };

const DISK = [flag('thin', 'Thin', 'It takes room as it is filled.', true)];

/** What an outside address server keeps for a VM, vSphere does not know. */
const OWN_ADDRESSES = addressFields.filter(({ key }) => !key.startsWith('reserve-'));

const place = (key: string, label: string, help: string): SettingsField => ({ ...text(key, label, help), ...RARE });

export const vmSettings: readonly SettingsField[] = [
  { key: 'name', label: 'Name', help: 'Name of the VM.', kind: 'text', required: true, pattern: NAME, ...ALWAYS },
  {
    key: 'image',
    label: 'Image',
    help: 'The template that it is made of, by name; left empty, it has empty disks.',
    kind: 'object',
    of: 'image',
    type: 'template',
    default: '',
    ...NEW,
  },
  {
    key: 'iso',
    label: 'ISO',
    help: 'A medium to install from: [datastore] PATH, or its name.',
    kind: 'object',
    of: 'volume',
    type: 'iso',
    default: '',
    ...NEW,
  },
  memorySetting(
    'Memory of the guest, in steps of 4 MiB.\nWhile it runs it can only grow, and only where hot add is on.',
    { min: mib(4), default: gib(2) },
    ALWAYS,
  ),
  vcpusSetting(
    'Virtual CPUs of the guest.\nWhile it runs there can only be more, and only where hot add is on.',
    768,
    ALWAYS,
    2,
  ),
  {
    key: 'cores',
    label: 'Cores',
    help: "Cores of each socket; left empty, the server's choice.",
    kind: 'count',
    min: 1,
    max: 768,
    ...RARE_OFF,
  },
  {
    key: 'memory-hot-add',
    label: 'Memory hot add',
    help: 'Whether memory can be added while it runs.',
    kind: 'flag',
    ...OFF,
  },
  {
    key: 'cpu-hot-add',
    label: 'vCPU hot add',
    help: 'Whether vCPUs can be added while it runs.',
    kind: 'flag',
    ...OFF,
  },
  {
    key: 'nested',
    label: 'Nested',
    help: 'Let the guest run VMs of its own.',
    kind: 'flag',
    ...RARE_OFF,
  },
  descriptionSetting('Notes', 'What the VM is for.', ALWAYS),
  withItems(disksField('Its disks; left empty, those of its template, else one of 10 GiB.', BUSES), DISK),
  nicsField('Its network cards; left empty, those of its template, else one in VM Network.', NIC_MODELS),
  place('cluster', 'Cluster', 'Cluster, or host without one, that it is made on; left empty, that of its template.'),
  place('node', 'Node', "Host that it is made on; left empty, the cluster's choice."),
  place('resource-pool', 'Resource pool', 'Resource pool that it is in; left empty, that of its cluster.'),
  place('folder', 'Folder', 'Folder that it is in, as PATH/OF/FOLDERS; left empty, that of its template.'),
  place('datacenter', 'Datacenter', 'Datacenter that it is made in; left empty, where its cluster is.'),
  {
    ...text('guest', 'Guest', 'What the guest is, by its vSphere identifier; left empty, otherLinux64Guest.'),
    ...RARE,
  },
  {
    ...text(
      'customization',
      'Customization',
      'Customization specification of the vCenter that the guest is set up with, by VMware Tools, instead of cloud-init.',
    ),
    ...RARE,
  },
  { ...choice('firmware', 'Firmware', 'What starts the guest; left empty, BIOS.', FIRMWARES), ...RARE },
  ...cloudInitFields,
  ...kcliFields,
  { ...metadataField, ...ALWAYS },
  {
    key: 'tags',
    label: 'Tags',
    help: 'Tags of the vCenter, as CATEGORY=NAME, with commas between them; what a change leaves out is taken off.',
    kind: 'text',
    default: '',
    examples: ['environment=prod, owner=web team'],
    ...ALWAYS,
    advanced: true,
  },
  {
    key: 'custom-attributes',
    label: 'Custom attributes',
    help: 'Values of the custom attributes that the vCenter has, by name; what a change leaves out is taken away.',
    kind: 'pairs',
    one: 'attribute',
    many: 'attributes',
    default: {},
    ...ALWAYS,
    advanced: true,
  },
  {
    key: 'boot',
    label: 'Boot order',
    help: 'Devices that it starts from, the first one first, with commas between them; left empty, that of its firmware.',
    kind: 'text',
    examples: ['Hard disk 1,Network adapter 1'],
    ...SAVED,
    takesEffect: 'restart',
  },
  {
    key: 'template',
    label: 'Template',
    help: 'Whether it is a template: others are made of it, and it is not started.',
    kind: 'flag',
    ...SAVED,
    takesEffect: 'now',
  },
  ...guestFields,
  ...OWN_ADDRESSES,
  startField,
];
