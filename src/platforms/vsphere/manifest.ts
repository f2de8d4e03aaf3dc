import { mib } from '../../units.ts';
import type { EndpointField, Manifest, SettingsField } from '../contract.ts';

const ENDPOINT: readonly EndpointField[] = [
  {
    key: 'url',
    place: true,
    label: 'Address',
    help: 'Name or address of the vCenter, or of a single ESX host.',
    kind: 'text',
    required: true,
    pattern: { source: '^[^@]+$', complaint: 'the login goes into user and password' },
    env: 'GOVC_URL',
    examples: ['vc1.example.org', 'https://vc1.example.org:8443/sdk'],
  },
  {
    key: 'user',
    label: 'User',
    help: 'Who logs in, with the domain of the directory.',
    kind: 'text',
    required: true,
    env: 'GOVC_USERNAME',
    examples: ['administrator@vsphere.local'],
  },
  {
    key: 'password',
    label: 'Password',
    help: 'Asked for when it is missing.',
    kind: 'text',
    sensitive: true,
    env: 'GOVC_PASSWORD',
  },
  {
    key: 'ca',
    label: 'Authority',
    help: 'PEM file of the private authority that signed the server.\nA vCenter gives its own at https://HOST/certs/download.zip.',
    kind: 'path',
    env: 'GOVC_TLS_CA_CERTS',
  },
  {
    key: 'fingerprint',
    label: 'Fingerprint',
    help: "SHA-256 of the server's certificate, instead of an authority.\nFor a server that signed for itself; ask its administrator, not the network.",
    kind: 'text',
    pattern: { source: '^([0-9A-Fa-f]{2}:?){32}$', complaint: 'a SHA-256 fingerprint has 32 pairs of hex digits' },
    advanced: true,
  },
];

const SETTINGS: readonly SettingsField[] = [
  {
    key: 'memory',
    label: 'Memory',
    help: 'Memory of the guest, in steps of 4 MiB.\nWhile it runs it can only grow, and only where hot add is on.',
    kind: 'bytes',
    required: true,
    min: mib(4),
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
    examples: ['4GiB'],
  },
  {
    key: 'vcpus',
    label: 'vCPUs',
    help: 'Virtual CPUs of the guest.\nWhile it runs there can only be more, and only where hot add is on.',
    kind: 'count',
    required: true,
    min: 1,
    max: 768,
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
  },
  {
    key: 'memory-hot-add',
    label: 'Memory hot add',
    help: 'Whether memory can be added while it runs.',
    kind: 'flag',
    in: { 'edit-config': 'write', 'edit-running': 'read' },
    takesEffect: 'restart',
  },
  {
    key: 'cpu-hot-add',
    label: 'vCPU hot add',
    help: 'Whether vCPUs can be added while it runs.',
    kind: 'flag',
    in: { 'edit-config': 'write', 'edit-running': 'read' },
    takesEffect: 'restart',
  },
  {
    key: 'description',
    label: 'Notes',
    help: 'What the VM is for.',
    kind: 'text',
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
  },
];

export const manifest: Manifest = {
  id: 'vsphere',
  title: 'VMware vSphere',
  summary: 'VMs of a vCenter or of a single ESX host, over the Web Services API (SOAP), with changes as they happen.',
  tier: 'preview',
  endpoint: ENDPOINT,
  settings: SETTINGS,
  everyMs: 5000,
};
