import { mib } from '../../units.ts';
import type { EndpointField, Manifest, SettingsField } from '../contract.ts';

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

const SETTINGS: readonly SettingsField[] = [
  {
    key: 'memory',
    label: 'Memory',
    help: 'Memory that the guest may use now.',
    kind: 'bytes',
    required: true,
    min: mib(1),
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
    examples: ['4GiB'],
  },
  {
    key: 'max-memory',
    label: 'Max memory',
    help: 'How far the memory of the running guest can grow.',
    kind: 'bytes',
    required: true,
    min: mib(1),
    in: { 'edit-config': 'write', 'edit-running': 'read' },
    takesEffect: 'restart',
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
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
  },
  {
    key: 'max-vcpus',
    label: 'Max vCPUs',
    help: 'How many vCPUs the running guest can get.',
    kind: 'count',
    required: true,
    min: 1,
    max: 4096,
    in: { 'edit-config': 'write', 'edit-running': 'read' },
    takesEffect: 'restart',
  },
  {
    key: 'autostart',
    label: 'Autostart',
    help: 'Start the VM when its host comes up.',
    kind: 'flag',
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
  },
  {
    key: 'title',
    label: 'Title',
    help: 'A short line about the VM.',
    kind: 'text',
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
  },
  {
    key: 'description',
    label: 'Description',
    help: 'What the VM is for.',
    kind: 'text',
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
  },
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
