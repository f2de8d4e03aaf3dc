import { mib } from '../../units.ts';
import type { EndpointField, Manifest, SettingsField } from '../contract.ts';
import {
  CHANGES_AT_START,
  CHANGES_NOW,
  caField,
  descriptionSetting,
  memorySetting,
  passwordField,
  vcpusSetting,
} from '../lib/fields.ts';

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
  passwordField('Asked for when it is missing.', { env: 'GOVC_PASSWORD' }),
  caField('server.\nA vCenter gives its own at https://HOST/certs/download.zip.', { env: 'GOVC_TLS_CA_CERTS' }),
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
  memorySetting(
    'Memory of the guest, in steps of 4 MiB.\nWhile it runs it can only grow, and only where hot add is on.',
    { min: mib(4) },
    CHANGES_NOW,
  ),
  vcpusSetting(
    'Virtual CPUs of the guest.\nWhile it runs there can only be more, and only where hot add is on.',
    768,
    CHANGES_NOW,
  ),
  {
    key: 'memory-hot-add',
    label: 'Memory hot add',
    help: 'Whether memory can be added while it runs.',
    kind: 'flag',
    ...CHANGES_AT_START,
  },
  {
    key: 'cpu-hot-add',
    label: 'vCPU hot add',
    help: 'Whether vCPUs can be added while it runs.',
    kind: 'flag',
    ...CHANGES_AT_START,
  },
  descriptionSetting('Notes', 'What the VM is for.', CHANGES_NOW),
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
