/** What a new server is made of. Manifests are always loaded: this file imports types and fields alone. */
import { gib } from '../../../units.ts';
import type { SettingsField } from '../../contract.ts';
import { ALWAYS } from '../../lib/fields.ts';
import {
  cloudInitFields,
  disksOf,
  guestFields,
  metadataField,
  NEW,
  nicsOf,
  startField,
} from '../../lib/provision-fields.ts';

const RARE = { advanced: true, ...NEW } as const;

export const newServerFields: readonly SettingsField[] = [
  {
    key: 'image',
    label: 'Image',
    help: 'The image that it boots from: from a volume of its own where disks are named, else from the disk of the flavor.',
    kind: 'object',
    of: 'image',
    default: '',
    ...NEW,
  },
  {
    key: 'volume',
    label: 'Boot volume',
    help: 'A volume that is there, to boot from in place of an image.',
    kind: 'object',
    of: 'volume',
    default: '',
    ...RARE,
  },
  {
    key: 'snapshot',
    label: 'Boot snapshot',
    help: 'A snapshot of a volume, by name or id: it boots from a new volume that is made of it.',
    kind: 'text',
    default: '',
    ...RARE,
  },
  disksOf('Volumes that are made for it, and go with it: the first is what it boots from, the others are empty.', [
    { key: 'size', label: 'Size', help: 'Its size, in whole GiB.', kind: 'bytes', default: gib(10), min: 2 ** 20 },
    {
      key: 'storage',
      label: 'Volume type',
      help: "The type of the volume; left empty, the cloud's choice.",
      kind: 'object',
      of: 'storage',
      default: '',
    },
  ]),
  nicsOf('Its network cards; left out, one in the network of the project.', [
    {
      key: 'network',
      label: 'Network',
      help: 'The network that it is plugged into.',
      kind: 'object',
      of: 'network',
      default: '',
    },
    { key: 'ip', label: 'Address', help: 'Its address there; left empty, any.', kind: 'text', default: '' },
    { key: 'port', label: 'Port', help: 'A port that is there, in place of a network.', kind: 'text', default: '' },
  ]),
  {
    key: 'security-groups',
    label: 'Security groups',
    help: "Names, separated by commas; left empty, the project's default.",
    kind: 'text',
    default: '',
    ...NEW,
  },
  {
    key: 'key-pair',
    label: 'Key pair',
    help: 'A key pair that Nova has, for the usual user of the image.',
    kind: 'text',
    default: '',
    ...NEW,
  },
  {
    key: 'floating',
    label: 'Floating address',
    help: 'The outside network that it gets a floating address of; left empty, it gets none.',
    kind: 'object',
    of: 'network',
    default: '',
    ...NEW,
  },
  { key: 'zone', label: 'Zone', help: 'The availability zone; left empty, any.', kind: 'text', default: '', ...RARE },
  {
    key: 'server-group',
    label: 'Server group',
    help: 'The server group whose rule says where it runs, by name or id.',
    kind: 'text',
    default: '',
    ...RARE,
  },
  {
    key: 'config-drive',
    label: 'Config drive',
    help: 'Tell the guest what it is to know by a drive too, where it reaches no metadata service.',
    kind: 'flag',
    default: false,
    ...RARE,
  },
  ...cloudInitFields,
  ...guestFields,
  {
    key: 'domain',
    label: 'Domain',
    help: 'Its domain: part of the name that the guest has.',
    kind: 'text',
    default: '',
    ...RARE,
  },
  { ...metadataField, ...ALWAYS },
  startField,
];
