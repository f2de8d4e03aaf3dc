import { gib, mib } from '../../units.ts';
import { type EndpointField, type Manifest, operations, type SettingsField } from '../contract.ts';
import { autostartSetting, descriptionSetting, memorySetting, passwordField, vcpusSetting } from '../lib/fields.ts';
import {
  disksField,
  imageField,
  nameOfNewField,
  nicsField,
  planField,
  profileField,
  startField,
} from '../lib/provision-fields.ts';

const OPERATION_NAMES = Object.keys(operations);

const SIZE: readonly EndpointField[] = [
  {
    key: 'vms',
    label: 'VMs',
    help: 'How many VMs the fleet has.',
    kind: 'count',
    default: 200,
    min: 0,
    max: 200_000,
    fixed: true,
  },
  {
    key: 'seed',
    label: 'Seed',
    help: 'The same seed makes the same fleet.',
    kind: 'count',
    default: 1,
    min: 0,
    max: 2 ** 31,
    fixed: true,
  },
  {
    key: 'running',
    label: 'Running',
    help: 'How many percent of the VMs run at first.',
    kind: 'count',
    default: 85,
    min: 0,
    max: 100,
    advanced: true,
    fixed: true,
  },
  {
    key: 'odd-names',
    label: 'Odd names',
    help: 'Give the first VMs names with spaces, emoji, line breaks and escape sequences.',
    kind: 'flag',
    default: false,
    advanced: true,
    fixed: true,
  },
  {
    key: 'events-every',
    label: 'Events every',
    help: 'Seconds between two events that no action caused; 0 is a quiet fleet.',
    kind: 'count',
    default: 20,
    min: 0,
    max: 86_400,
    advanced: true,
  },
  {
    key: 'without',
    label: 'Without',
    help: 'Operations that this endpoint lacks, separated by commas.',
    kind: 'text',
    pattern: { source: '^[a-z. ,]*$', complaint: 'operations look like vm.pause, vm.restart' },
    advanced: true,
    examples: ['vm.pause', 'vm.pause, console.serial'],
  },
  {
    key: 'disks-go',
    label: 'Disks go',
    help: 'VMs can not be deleted without their disks, as on some platforms.',
    kind: 'flag',
    default: false,
    advanced: true,
  },
  {
    key: 'reuses-ids',
    label: 'Reuses ids',
    help: 'Freed ids may be given to new VMs, as on some platforms.',
    kind: 'flag',
    default: false,
    advanced: true,
  },
  {
    key: 'most-vms',
    label: 'Most VMs',
    help: 'As many VMs as there may be at most; 0 is no limit.',
    kind: 'count',
    default: 0,
    advanced: true,
  },
  {
    key: 'unknown-disks',
    label: 'Unknown disks',
    help: 'Whether another VM needs a second disk can not be decided here.',
    kind: 'flag',
    default: false,
    advanced: true,
  },
];

const FAULTS: readonly EndpointField[] = [
  passwordField('Any password is right but `wrong`.', { advanced: true }),
  {
    key: 'host-key',
    label: 'Host key',
    help: 'Whether the key of the host is known, asked about, or another one than before.',
    kind: 'choice',
    options: ['known', 'unknown', 'changed'],
    default: 'known',
    advanced: true,
  },
  {
    key: 'latency',
    label: 'Latency',
    help: 'Milliseconds that every answer takes.',
    kind: 'count',
    default: 0,
    min: 0,
    max: 600_000,
    advanced: true,
  },
  {
    key: 'slow-node',
    label: 'Slow node',
    help: 'This node, counted from 1, answers three seconds late.',
    kind: 'count',
    default: 0,
    min: 0,
    advanced: true,
  },
  {
    key: 'hanging-node',
    label: 'Hanging node',
    help: 'This node, counted from 1, never answers.',
    kind: 'count',
    default: 0,
    min: 0,
    advanced: true,
  },
  {
    key: 'drop-every',
    label: 'Drop every',
    help: 'Seconds after which the link drops, again and again; 0 is never.',
    kind: 'count',
    default: 0,
    min: 0,
    max: 86_400,
    advanced: true,
  },
  {
    key: 'drop-for',
    label: 'Drop for',
    help: 'Seconds until a dropped link can be made again.',
    kind: 'count',
    default: 5,
    min: 0,
    max: 86_400,
    advanced: true,
  },
  {
    key: 'fails',
    label: 'Fails',
    help: 'This operation always fails half-way.',
    kind: 'choice',
    options: OPERATION_NAMES,
    advanced: true,
  },
  {
    key: 'loses',
    label: 'Loses',
    help: 'The link dies after this operation was sent, before its answer came.',
    kind: 'choice',
    options: OPERATION_NAMES,
    advanced: true,
  },
];

const EFFECT: Pick<SettingsField, 'in' | 'takesEffect'> = {
  in: { 'edit-config': 'write', 'edit-running': 'write', 'edit-image': 'write', provision: 'write' },
  takesEffect: 'now',
};

/** Of one that runs the next start takes what is only saved. */
const AT_START = { ...EFFECT, whenSaved: 'restart' } as const;

const NAME = {
  source: '^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$',
  complaint: 'a letter or digit, then letters, digits, - . or _',
};

const SETTINGS: readonly SettingsField[] = [
  nameOfNewField(NAME),
  imageField('What its first disk is made from; left empty, that is an empty one.'),
  memorySetting('Memory of the guest.', { min: mib(64), max: gib(1024), default: gib(2) }, AT_START),
  vcpusSetting('Virtual CPUs of the guest.', 64, AT_START, 2),
  disksField('Its disks; left empty, one of 10 GiB.', ['virtio', 'scsi', 'sata']),
  nicsField('Its network cards.', ['virtio', 'e1000']),
  autostartSetting('Start the VM when its node comes up.', EFFECT),
  descriptionSetting('Description', 'What the VM is for.', EFFECT),
  planField,
  profileField,
  startField,
];

export const manifest: Manifest = {
  id: 'fake',
  title: 'Simulated fleet',
  summary: 'A fleet made from a seed, of any size, with faults on order: for demos, tests and as an example.',
  tier: 'demo',
  endpoint: [...SIZE, ...FAULTS],
  settings: SETTINGS,
  everyMs: 1000,
};
