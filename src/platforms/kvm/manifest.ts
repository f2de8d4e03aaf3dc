import { gib, mib } from '../../units.ts';
import type { EndpointField, Manifest, SettingsField } from '../contract.ts';
import { ALWAYS, autostartSetting, CHANGES_AT_START, descriptionSetting } from '../lib/fields.ts';
import {
  addressFields,
  cloudInitFields,
  disksField,
  guestFields,
  imageField,
  isoField,
  kcliFields,
  metadataField,
  nicsField,
  startField,
} from '../lib/provision-fields.ts';
import { bootFields } from './boot/fields.ts';
import { definitionFields } from './definition/fields.ts';
import { withDiskOptions } from './disk/fields.ts';
import { hardwareFields } from './hardware/fields.ts';
import { withNicOptions } from './nic/fields.ts';
import { attachedDisks, attachedNics, driveFields } from './parts/fields.ts';

const shownFor =
  (transport: string) =>
  (field: EndpointField): EndpointField => ({ ...field, when: { key: 'transport', is: [transport] } });

const WAY: readonly EndpointField[] = [
  {
    key: 'uri',
    place: true,
    label: 'libvirt URI',
    help: 'Address as libvirt writes it, instead of the fields below.',
    kind: 'text',
    pattern: {
      source: '^[A-Za-z]+(\\+[A-Za-z0-9]+)?:.+$',
      complaint: 'a libvirt URI looks like qemu+ssh://root@host/system',
    },
    env: 'LIBVIRT_DEFAULT_URI',
    examples: ['qemu+ssh://root@db1.example.org/system', 'qemu:///system', 'test:///default'],
  },
  {
    key: 'transport',
    label: 'Transport',
    help: 'How the daemon is reached.',
    kind: 'choice',
    options: ['ssh', 'unix', 'tls', 'tcp'],
    default: 'ssh',
  },
  {
    key: 'host',
    place: true,
    label: 'Host',
    help: 'Name or address of the server, or a Host of ~/.ssh/config.',
    kind: 'text',
    when: { key: 'transport', is: ['ssh', 'tls', 'tcp'] },
    examples: ['db1.example.org'],
  },
  {
    key: 'port',
    label: 'Port',
    help: 'Port of SSH (22), TLS (16514) or TCP (16509) when it is another one.',
    kind: 'count',
    min: 1,
    max: 65_535,
    advanced: true,
    when: { key: 'transport', is: ['ssh', 'tls', 'tcp'] },
  },
];

const SSH: readonly EndpointField[] = [
  {
    key: 'user',
    label: 'User',
    help: 'Who logs in; without it ~/.ssh/config says, or it is you.',
    kind: 'text',
    examples: ['root'],
  },
  { key: 'key', label: 'Key', help: 'Private key file; without it agent and ~/.ssh are tried.', kind: 'path' },
  {
    key: 'password',
    label: 'Password',
    help: 'Tried after agent and keys, once.',
    kind: 'text',
    sensitive: true,
  },
  {
    key: 'known-hosts',
    label: 'Known hosts',
    help: "File with the hosts' keys, instead of ~/.ssh/known_hosts.",
    kind: 'path',
    advanced: true,
  },
  {
    key: 'ssh',
    label: 'SSH client',
    help: "The built-in one, or this machine's own for hardware keys, GSSAPI and certificates.",
    kind: 'choice',
    options: ['builtin', 'system'],
    default: 'builtin',
    advanced: true,
  },
];

const TLS: readonly EndpointField[] = [
  { key: 'ca', label: 'Authority', help: 'PEM file of the private authority that signed the host.', kind: 'path' },
  { key: 'cert', label: 'Certificate', help: 'PEM file of your client certificate.', kind: 'path' },
  { key: 'client-key', label: 'Certificate key', help: 'PEM file of its private key.', kind: 'path' },
];

const DAEMON: readonly EndpointField[] = [
  {
    key: 'prefer-ip',
    label: 'Preferred address',
    help: 'Which address of a VM comes first: networks, ipv4, ipv6, and who says it (agent, lease, arp, static), in their order.',
    kind: 'text',
    default: '',
    pattern: { source: '^[0-9a-fA-F:./, a-z]*$', complaint: 'an order looks like 10.0.0.0/8, ipv4, agent' },
    advanced: true,
    examples: ['10.0.0.0/8, ipv4, agent'],
  },
  {
    key: 'insecure',
    label: 'Unprotected TCP',
    help: 'Allow TCP to another machine, where everybody on the way can read and change it.',
    kind: 'flag',
    default: false,
    advanced: true,
    when: { key: 'transport', is: ['tcp'] },
  },
  {
    key: 'socket',
    place: true,
    label: 'Socket',
    help: "Path of the daemon's socket when it is not the usual one.",
    kind: 'path',
    advanced: true,
    when: { key: 'transport', is: ['unix', 'ssh'] },
  },
  {
    key: 'driver',
    label: 'Driver',
    help: 'What the daemon opens: the system, your own session, or its test driver.',
    kind: 'text',
    default: 'qemu:///system',
    pattern: { source: '^[a-z]+:///.*$', complaint: 'a driver looks like qemu:///system' },
    advanced: true,
    examples: ['qemu:///system', 'qemu:///session', 'test:///default'],
  },
];

/** What libvirt takes: it writes a file of this name. */
const NAME = {
  source: '^[^/\\s\\x00-\\x1f\\x7f]([^/\\x00-\\x1f\\x7f]*[^/\\s\\x00-\\x1f\\x7f])?$',
  complaint: 'a name has no slash, and no blanks around it',
};

const BUSES = ['virtio', 'scsi', 'sata', 'nvme', 'ide', 'usb'];
const NIC_MODELS = ['virtio', 'e1000e', 'e1000', 'rtl8139'];

const RARE = { in: { provision: 'write' }, advanced: true } as const;

/** What kind of machine a new VM is. */
const MACHINE: readonly SettingsField[] = [
  {
    key: 'boot-network',
    label: 'Network boot',
    help: 'Start from the network first.',
    kind: 'flag',
    default: false,
    ...RARE,
  },
];

const SETTINGS: readonly SettingsField[] = [
  {
    key: 'name',
    label: 'Name',
    help: 'Name of the VM.\nCan be changed while it is off and has no snapshots; its disks keep theirs.',
    kind: 'text',
    required: true,
    pattern: NAME,
    in: { 'edit-config': 'write', 'edit-running': 'read', provision: 'write' },
    takesEffect: 'now',
  },
  imageField(
    'The volume that its first disk is a layer on, by name, pool/name or path; left empty, that is an empty one.',
  ),
  isoField('A medium to install from, by name, pool/name or path.'),
  {
    key: 'memory',
    label: 'Memory',
    help: 'Memory that the guest may use now.',
    kind: 'bytes',
    required: true,
    min: mib(1),
    default: gib(2),
    ...ALWAYS,
    whenSaved: 'restart',
    examples: ['4GiB'],
  },
  {
    key: 'max-memory',
    label: 'Max memory',
    help: 'How far the memory of the running guest can grow.',
    kind: 'bytes',
    required: true,
    min: mib(1),
    ...CHANGES_AT_START,
    examples: ['8GiB'],
  },
  {
    key: 'vcpus',
    label: 'vCPUs',
    help: 'Virtual CPUs in use.\nTo take one from a running guest needs its help, and old QEMU versions may crash on it.',
    kind: 'count',
    required: true,
    min: 1,
    max: 4096,
    default: 2,
    ...ALWAYS,
    whenSaved: 'restart',
  },
  {
    key: 'max-vcpus',
    label: 'Max vCPUs',
    help: 'How many vCPUs the running guest can get.',
    kind: 'count',
    required: true,
    min: 1,
    max: 4096,
    ...CHANGES_AT_START,
  },
  autostartSetting('Start the VM when its host comes up.', ALWAYS),
  {
    key: 'title',
    label: 'Title',
    help: 'A short line about the VM.',
    kind: 'text',
    ...ALWAYS,
  },
  descriptionSetting('Description', 'What the VM is for.', ALWAYS),
  withDiskOptions(
    disksField('Its disks; left empty, one of 10 GiB, or as large as its image if that is larger.', BUSES),
  ),
  withNicOptions(
    nicsField('Its network cards; left empty, one in the network default, if there is such a one.', NIC_MODELS),
  ),
  attachedDisks,
  attachedNics,
  ...cloudInitFields,
  ...kcliFields,
  {
    key: 'os',
    label: 'Guest OS',
    help: 'What the guest runs, as an id of libosinfo; virt-manager reads and writes it too.',
    kind: 'text',
    default: '',
    pattern: { source: '^(https?://[!-~]+)?$', complaint: 'an id of libosinfo looks like http://debian.org/debian/12' },
    advanced: true,
    examples: ['http://debian.org/debian/12', 'http://microsoft.com/win/2k22'],
    ...ALWAYS,
  },
  { key: 'owner', label: 'Owner', help: 'Whose VM it is.', kind: 'text', default: '', advanced: true, ...ALWAYS },
  { ...metadataField, ...ALWAYS },
  ...MACHINE,
  ...guestFields,
  ...addressFields,
  ...definitionFields,
  ...hardwareFields,
  ...bootFields,
  ...driveFields,
  startField,
];

export const manifest: Manifest = {
  id: 'kvm',
  title: 'KVM (libvirt)',
  summary: "QEMU and KVM guests of a host, over libvirt's own protocol: SSH, TLS, TCP or the local socket.",
  tier: 'core',
  endpoint: [...WAY, ...SSH.map(shownFor('ssh')), ...TLS.map(shownFor('tls')), ...DAEMON],
  settings: SETTINGS,
  everyMs: 2000,
};
