/**
 * Fields of what a new VM is made of, that several manifests have. Manifests are always loaded: this file imports types, units and
 * other fields alone.
 */
import { gib } from '../../units.ts';
import type { Field, ListField, SettingsField } from '../contract.ts';
import { ALWAYS, CHANGES_NOW } from './fields.ts';

type Text = Extract<Field, { readonly kind: 'text' }>;
type Settable<F> = F & Pick<SettingsField, 'in' | 'takesEffect'>;

/** Asked only when a VM is made. */
export const NEW: Pick<SettingsField, 'in'> = { in: { provision: 'write' } };

/** `pattern`: what the platform takes as the name of a VM. */
export const nameOfNewField = (pattern: NonNullable<Text['pattern']>): SettingsField => ({
  key: 'name',
  label: 'Name',
  help: 'Name of the VM.',
  kind: 'text',
  required: true,
  pattern,
  ...NEW,
});

export const imageField = (help: string): SettingsField => ({
  key: 'image',
  label: 'Image',
  help,
  kind: 'object',
  of: 'image',
  type: 'disk',
  default: '',
  ...NEW,
});

/** `item`: what is asked of each disk. */
export const disksOf = (help: string, item: readonly Field[]): Settable<ListField> => ({
  key: 'disk',
  label: 'Disks',
  help,
  kind: 'list',
  one: 'disk',
  many: 'disks',
  identity: 'device',
  item,
  default: [],
  ...NEW,
});

/** `buses`: how a disk can be attached here, the usual one first. */
export const disksField = (help: string, buses: readonly string[]): Settable<ListField> =>
  disksOf(help, [
    { key: 'size', label: 'Size', help: 'Its size.', kind: 'bytes', default: gib(10), min: 2 ** 20 },
    {
      key: 'storage',
      label: 'Storage',
      help: "The storage that it is made in; left empty, the platform's choice.",
      kind: 'object',
      of: 'storage',
      default: '',
    },
    { key: 'bus', label: 'Bus', help: 'How it is attached.', kind: 'choice', options: buses, default: buses[0] ?? '' },
  ]);

/** `item`: what is asked of each NIC. */
export const nicsOf = (help: string, item: readonly Field[]): Settable<ListField> => ({
  key: 'nic',
  label: 'NICs',
  help,
  kind: 'list',
  one: 'NIC',
  many: 'NICs',
  identity: 'device',
  item,
  default: [],
  ...NEW,
});

/** `models`: what a guest can see, the usual one first. */
export const nicsField = (help: string, models: readonly string[]): Settable<ListField> =>
  nicsOf(help, [
    {
      key: 'network',
      label: 'Network',
      help: 'The network that it is plugged into.',
      kind: 'object',
      of: 'network',
      required: true,
    },
    {
      key: 'model',
      label: 'Model',
      help: 'What the guest sees.',
      kind: 'choice',
      options: models,
      default: models[0] ?? '',
    },
    { key: 'mac', label: 'MAC', help: 'Its address; left empty, a new one.', kind: 'text', default: '' },
  ]);

export const startField: SettingsField = {
  key: 'start',
  label: 'Start',
  help: 'Start it when it is made.',
  kind: 'flag',
  default: true,
  ...NEW,
};

export const planField: SettingsField = {
  key: 'plan',
  label: 'Plan',
  help: 'What it belongs to, to be found by later.',
  kind: 'text',
  default: '',
  ...NEW,
};

export const profileField: SettingsField = {
  key: 'profile',
  label: 'Profile',
  help: 'What kind of VM it is, to be found by later.',
  kind: 'text',
  default: '',
  advanced: true,
  ...NEW,
};

/** What kcli knows a VM by, which can be changed later. */
export const kcliFields: readonly SettingsField[] = [
  { ...planField, ...ALWAYS },
  { ...profileField, ...ALWAYS },
  // Of a new VM it is what its first disk is made of, which is another field; here it is kcli's word for it.
  {
    key: 'image',
    label: 'Image',
    help: 'What it was made from; it is only written down.',
    kind: 'text',
    advanced: true,
    ...CHANGES_NOW,
  },
];

export const isoField = (help: string): SettingsField => ({
  key: 'iso',
  label: 'ISO',
  help,
  kind: 'object',
  of: 'image',
  type: 'iso',
  default: '',
  ...NEW,
});

export const metadataField: SettingsField = {
  key: 'metadata',
  label: 'Metadata',
  help: 'More that is kept with the VM, by key; what a change leaves out is taken away.',
  kind: 'pairs',
  one: 'pair',
  many: 'pairs',
  default: {},
  advanced: true,
  ...NEW,
};

const ofCloudInit = { when: { key: 'cloud-init', is: ['true'] }, ...NEW } as const;

/** What cloud-init in the guest is told at its first start. */
export const cloudInitFields: readonly SettingsField[] = [
  {
    key: 'cloud-init',
    label: 'cloud-init',
    help: 'Tell the image its name, its users and what to do at the first start.',
    kind: 'flag',
    default: true,
    ...NEW,
  },
  {
    key: 'user',
    label: 'User',
    help: 'Who logs in; left empty, the usual user of such an image.',
    kind: 'text',
    default: '',
    pattern: {
      source: '^([a-z_][a-z0-9_-]{0,31})?$',
      complaint: 'a small letter or _, then small letters, digits, - or _',
    },
    ...ofCloudInit,
  },
  {
    key: 'keys',
    label: 'SSH keys',
    help: 'Public SSH keys that may log in, or paths of files with some, one a line; left empty, your own from ~/.ssh, where the VM is made of an image.',
    kind: 'lines',
    default: '',
    ...ofCloudInit,
  },
  {
    key: 'password',
    label: 'Password',
    help: "The user's password; left empty, only keys log in.",
    kind: 'text',
    default: '',
    sensitive: true,
    ...ofCloudInit,
  },
  {
    key: 'commands',
    label: 'Commands',
    help: 'Commands that root runs at the first start, one a line.',
    kind: 'lines',
    default: '',
    ...ofCloudInit,
  },
  {
    key: 'user-data',
    label: 'User data',
    help: 'All that the guest is told, for cloud-init or as an Ignition config, instead of user, keys, password, commands and files.',
    kind: 'lines',
    default: '',
    advanced: true,
    ...ofCloudInit,
  },
];

const rareOfGuest = { advanced: true, ...ofCloudInit } as const;

/** What else a guest is told at its first start: by which means, and files that it gets. */
export const guestFields: readonly SettingsField[] = [
  {
    key: 'seed',
    label: 'Seed',
    help: 'What the image reads at its first start; left empty, Ignition where its name is one of CoreOS or Flatcar, else cloud-init.',
    kind: 'choice',
    options: ['cloud-init', 'ignition'],
    ...rareOfGuest,
  },
  {
    key: 'file',
    label: 'Files',
    help: 'Files that the guest has from its first start on.',
    kind: 'list',
    one: 'file',
    many: 'files',
    identity: 'path',
    item: [
      { key: 'path', label: 'Path', help: 'Where it is in the guest.', kind: 'text', required: true },
      { key: 'content', label: 'Content', help: 'What is in it.', kind: 'lines', default: '' },
      { key: 'origin', label: 'Origin', help: 'File of this machine that it is a copy of.', kind: 'path', default: '' },
      { key: 'mode', label: 'Mode', help: 'Who may do what with it.', kind: 'text', default: '0644' },
      { key: 'owner', label: 'Owner', help: 'Whose it is: USER or USER:GROUP.', kind: 'text', default: 'root' },
    ],
    default: [],
    ...rareOfGuest,
  },
  {
    key: 'root-login',
    label: 'Root login',
    help: 'Let root log in with the same keys.',
    kind: 'flag',
    default: false,
    ...rareOfGuest,
  },
  {
    key: 'store-metadata',
    label: 'Store metadata',
    help: 'Write plan, profile, owner and metadata into /root/.metadata of the guest.',
    kind: 'flag',
    default: false,
    ...rareOfGuest,
  },
];

const rare = { advanced: true, ...NEW } as const;

/** Addresses that a guest sets itself, and what its network keeps for it. */
export const addressFields: readonly SettingsField[] = [
  {
    key: 'ips',
    label: 'Addresses',
    help: 'Addresses of its NICs, one line for each NIC: 10.0.0.5/24 fd00::5/64, dhcp or none; left empty, as the image does.',
    kind: 'lines',
    default: '',
    ...rare,
    examples: ['10.0.0.5/24'],
  },
  {
    key: 'netmasks',
    label: 'Netmasks',
    help: 'For addresses without a length, one line for each NIC.',
    kind: 'lines',
    default: '',
    ...rare,
  },
  {
    key: 'gateway',
    label: 'Gateway',
    help: 'Address that leads outside, one of each version of IP.',
    kind: 'text',
    default: '',
    ...rare,
  },
  { key: 'dns', label: 'DNS', help: 'Addresses of name servers.', kind: 'text', default: '', ...rare },
  {
    key: 'domain',
    label: 'Domain',
    help: 'Its domain: part of its name, and where names are looked for.',
    kind: 'text',
    default: '',
    ...rare,
  },
  {
    key: 'reserve-ip',
    label: 'Reserve address',
    help: 'Let the network of its first NIC keep its address for it.',
    kind: 'flag',
    default: false,
    ...rare,
  },
  {
    key: 'reserve-dns',
    label: 'Reserve name',
    help: 'Let the network of its first NIC answer for its name with its address.',
    kind: 'flag',
    default: false,
    ...rare,
  },
];
