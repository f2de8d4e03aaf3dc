import type { EndpointField, Manifest } from '../contract.ts';
import { caField, fingerprintField, insecureHttpField, passwordField } from '../lib/fields.ts';
import { guestSettings } from './form/fields.ts';

const ADDRESS: readonly EndpointField[] = [
  {
    key: 'host',
    place: true,
    label: 'Host',
    help: 'Any node of the cluster, or the address that stands for all of them; the port is 8006 unless it says another.',
    kind: 'text',
    required: true,
    fixed: true,
    examples: ['pve1.example.org', 'https://pve.example.org:443'],
  },
  fingerprintField(
    'SHA-256 of the certificate of a host that has signed it itself.\nProxmox shows it under Node, System, Certificates.',
  ),
  caField('host.'),
  insecureHttpField('http://', 'the login'),
];

const LOGIN: readonly EndpointField[] = [
  {
    key: 'login',
    label: 'Login',
    help: 'An API token, or the password of a user.',
    kind: 'choice',
    options: ['token', 'password'],
    default: 'token',
  },
  {
    key: 'user',
    label: 'User',
    help: 'With its realm; a token may stand behind an exclamation mark.',
    kind: 'text',
    required: true,
    pattern: {
      source: '^[^\\s:/!]+@[A-Za-z][A-Za-z0-9._-]+(![A-Za-z][A-Za-z0-9._-]+)?$',
      complaint: 'a user looks like root@pam, with a token like root@pam!drover',
    },
    examples: ['root@pam', 'drover@pve!fleet'],
  },
  {
    key: 'token',
    label: 'Token name',
    help: 'What stands behind the exclamation mark, unless it is in the user already.',
    kind: 'text',
    when: { key: 'login', is: ['token'] },
    examples: ['drover'],
  },
  {
    key: 'secret',
    label: 'Token secret',
    help: 'The UUID that was shown once when the token was made.',
    kind: 'text',
    sensitive: true,
    when: { key: 'login', is: ['token'] },
    examples: ['env:PVE_TOKEN_SECRET'],
  },
  passwordField('Password of the user; asked for when it is empty.', {
    when: { key: 'login', is: ['password'] },
  }),
  {
    key: 'totp',
    label: 'TOTP secret',
    help: 'What one-time codes are made of, in base32; without it you are asked for a code.',
    kind: 'text',
    sensitive: true,
    advanced: true,
    when: { key: 'login', is: ['password'] },
  },
];

export const manifest: Manifest = {
  id: 'proxmox',
  title: 'Proxmox VE',
  summary: 'A Proxmox VE cluster or a single node, over its HTTPS API: virtual machines and containers.',
  tier: 'preview',
  endpoint: [...ADDRESS, ...LOGIN],
  settings: guestSettings,
  everyMs: 5000,
};
