/** What a new instance is made of, as it is asked for. */

import { gib } from '../../../units.ts';
import type { Field, SettingsField } from '../../contract.ts';
import { CHANGES_NOW } from '../../lib/fields.ts';
import {
  cloudInitFields,
  guestFields,
  imageField,
  metadataField,
  nameOfNewField,
  planField,
  profileField,
  startField,
} from '../../lib/provision-fields.ts';

const NEW: Pick<SettingsField, 'in'> = { in: { provision: 'write' } };
/** A tag: it can be changed at any time, and a new instance gets it. */
const TAG: Pick<SettingsField, 'in' | 'takesEffect'> = { ...CHANGES_NOW, in: { ...CHANGES_NOW.in, ...NEW.in } };
const rare = { advanced: true, ...NEW } as const;

const subnetItem: Field = {
  key: 'network',
  label: 'Subnet',
  help: 'The subnet that it is in, by name or id.',
  kind: 'object',
  of: 'subnet',
  required: true,
};

export const MAKE_FIELDS: readonly SettingsField[] = [
  nameOfNewField({ source: '^[^\\p{Cc}]{1,255}$', complaint: 'a name of up to 255 characters' }),
  imageField(
    'The AMI: its id, or the newest with this name, where * stands for what varies: debian-12-amd64-*, amazon/al2023-ami-2023*.',
  ),
  {
    key: 'vcpus',
    label: 'vCPUs',
    help: 'At least so many, where no instance type is named: the smallest type that has them is taken.',
    kind: 'count',
    default: 2,
    min: 1,
    max: 896,
    ...NEW,
  },
  {
    key: 'memory',
    label: 'Memory',
    help: 'At least so much, where no instance type is named.',
    kind: 'bytes',
    default: gib(1),
    min: 2 ** 27,
    ...NEW,
  },
  {
    key: 'arch',
    label: 'Architecture',
    help: 'Of an image that is found by its name.',
    kind: 'choice',
    options: ['x86_64', 'arm64'],
    default: 'x86_64',
    ...rare,
  },
  {
    key: 'disk',
    label: 'Disks',
    help: 'Volumes of EBS; the first is that of the image, which can be larger than that.',
    kind: 'list',
    one: 'disk',
    many: 'disks',
    identity: 'device',
    item: [
      { key: 'size', label: 'Size', help: 'Its size.', kind: 'bytes', default: gib(10), min: 2 ** 30 },
      {
        key: 'storage',
        label: 'Storage',
        help: 'The type of the volume.',
        kind: 'text',
        default: 'gp3',
        examples: ['gp3', 'io2', 'st1'],
      },
    ],
    default: [],
    ...NEW,
  },
  {
    key: 'nic',
    label: 'NICs',
    help: 'Subnets that it has an address in; none is the usual one of the zone.',
    kind: 'list',
    one: 'NIC',
    many: 'NICs',
    identity: 'device',
    item: [
      subnetItem,
      { key: 'ip', label: 'IP', help: 'Its address in the subnet; left empty, a free one.', kind: 'text', default: '' },
    ],
    default: [],
    ...NEW,
  },
  {
    key: 'securitygroups',
    label: 'Security groups',
    help: 'The groups that its NICs are in by name or id, with commas between them; left empty, the usual one.',
    kind: 'text',
    default: '',
    ...NEW,
  },
  {
    key: 'keypair',
    label: 'Key pair',
    help: 'The SSH key that EC2 gives it, beside those of cloud-init.',
    kind: 'object',
    of: 'keypair',
    default: '',
    ...NEW,
  },
  {
    key: 'zone',
    label: 'Zone',
    help: 'The availability zone, where no subnet says it.',
    kind: 'text',
    default: '',
    ...NEW,
    examples: ['eu-central-1a'],
  },
  {
    key: 'spot',
    label: 'Spot',
    help: 'Take what AWS has left, for less money: it is taken back when AWS needs it.',
    kind: 'flag',
    default: false,
    ...NEW,
  },
  {
    key: 'public-ip',
    label: 'Public address',
    help: 'Give it a public address, or none; left open, as its subnet does.',
    kind: 'choice',
    options: ['yes', 'no'],
    ...rare,
  },
  {
    key: 'instance-profile',
    label: 'Instance profile',
    help: 'The role that programs in it have at AWS, by the name or ARN of its instance profile.',
    kind: 'text',
    default: '',
    ...rare,
  },
  {
    key: 'placement-group',
    label: 'Placement group',
    help: 'Instances that are to be near to each other, or apart.',
    kind: 'text',
    default: '',
    ...rare,
  },
  {
    key: 'source-dest-check',
    label: 'Check of addresses',
    help: 'Let it send and get only what is of its own addresses; off for a router.',
    kind: 'flag',
    default: true,
    ...rare,
  },
  startField,
  { ...planField, ...TAG },
  { ...profileField, ...TAG },
  { ...metadataField, help: 'Its other tags, by key; what a change leaves out is taken away.', ...TAG },
  {
    key: 'domain',
    label: 'Domain',
    help: 'Its domain: part of its name, and the zone of Route 53 where its name is reserved.',
    kind: 'text',
    default: '',
    ...rare,
  },
  {
    key: 'reserve-dns',
    label: 'Reserve name',
    help: 'Let the zone of its domain answer for its name with its address.',
    kind: 'flag',
    default: false,
    ...rare,
  },
  ...cloudInitFields,
  ...guestFields,
];
