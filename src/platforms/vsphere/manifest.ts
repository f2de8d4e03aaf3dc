import type { EndpointField, Manifest } from '../contract.ts';
import { caField, passwordField } from '../lib/fields.ts';
import { vmSettings } from './form/fields.ts';

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

export const manifest: Manifest = {
  id: 'vsphere',
  title: 'VMware vSphere',
  summary: 'VMs of a vCenter or of a single ESX host, over the Web Services API (SOAP), with changes as they happen.',
  tier: 'preview',
  takesOva: true,
  endpoint: ENDPOINT,
  settings: vmSettings,
  everyMs: 5000,
};
