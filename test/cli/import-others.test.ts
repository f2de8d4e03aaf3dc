/** What other tools have written down, and the endpoints that it is. */
import { describe, expect, it } from 'vitest';
import { govc } from '../../src/cli/import/govc.ts';
import type { Found } from '../../src/cli/import/plan.ts';
import { pvetui } from '../../src/cli/import/pvetui.ts';
import { found } from './import-source.ts';

type Words = Readonly<Record<string, string>>;
type Row = readonly [what: string, files: Words, env: Words, plans: readonly Found[]];

const unverified = (tool: string) =>
  `${tool} does not verify its certificate, drover does: unless it comes from a known authority, give the endpoint ca or fingerprint`;
const HTTP = 'HTTP is not protected: to another machine drover connects only once it has insecure: true';
const SHA256 = Array.from({ length: 32 }, () => 'ab').join(':');

describe('pvetui', () => {
  it.each<Row>([
    [
      'profiles with a password',
      {
        '~/.config/pvetui/config.yml': `profiles:
  a:
    addr: http://h/base/api2/json
    user: u@pve
    password: p
  b:
    addr: h:9000
    user: u
    realm: ldap
    password: p
  c:
    addr: https://[fd00::1]
    user: u
    token_id: t
    password: p
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'proxmox',
          values: { host: 'http://h:80/base', user: 'u@pve', login: 'password' },
          secrets: { password: 'p' },
          where: 'http://h:80/base',
          login: 'u@pve',
          notes: [HTTP],
        },
        {
          name: 'b',
          platform: 'proxmox',
          values: { host: 'h:9000', user: 'u@ldap', login: 'password' },
          secrets: { password: 'p' },
          where: 'h:9000',
          login: 'u@ldap',
          notes: [],
        },
        {
          name: 'c',
          platform: 'proxmox',
          values: { host: '[fd00::1]:443', user: 'u@pam', login: 'password' },
          secrets: { password: 'p' },
          where: '[fd00::1]:443',
          login: 'u@pam',
          notes: [],
        },
      ],
    ],
    [
      'a profile with a token and a path',
      {
        '~/.config/pvetui/config.yml': `profiles:
  a:
    addr: h
    api_path: /x/api2/json
    user: u
    token_id: u@pam!t
    token_secret: s
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'proxmox',
          values: { host: 'h:443/x', user: 'u@pam', token: 't' },
          secrets: { secret: 's' },
          where: 'h:443/x',
          login: 'u@pam!t',
          notes: [],
        },
      ],
    ],
    [
      'what can be no endpoint',
      {
        '~/.config/pvetui/config.yml': `profiles:
  a:
    user: u
  b:
    addr: h
    user: u
    token_id: t
    token_secret: age1:x
    password: p
  c:
    addr: h
    user: u
    insecure: yes
    password: age1:x
`,
      },
      {},
      [
        { name: 'a', why: 'it has no addr or no user' },
        {
          name: 'b',
          why: 'pvetui has encrypted its token secret with age: add the endpoint by hand, with a reference to the secret',
        },
        {
          name: 'c',
          why: 'pvetui has encrypted its password with age: add the endpoint by hand, with a reference to the secret',
        },
      ],
    ],
    [
      'one server without a name',
      {
        '~/.config/pvetui/config.yml': `addr: 10.0.0.1
user: u
password: p
`,
      },
      {},
      [
        {
          name: 'proxmox',
          platform: 'proxmox',
          values: { host: '10.0.0.1:443', user: 'u@pam', login: 'password' },
          secrets: { password: 'p' },
          where: '10.0.0.1:443',
          login: 'u@pam',
          notes: [],
        },
      ],
    ],
    [
      'nothing',
      {
        '~/.config/pvetui/config.yml': `profiles: {}
`,
      },
      {},
      [],
    ],
    [
      'the file of the working directory',
      {
        '/work/config.yml': `addr: h.lan
user: u
password: p
insecure: true
`,
      },
      { XDG_CONFIG_HOME: '/xdg' },
      [
        {
          name: 'h',
          platform: 'proxmox',
          values: { host: 'h.lan:443', user: 'u@pam', login: 'password' },
          secrets: { password: 'p' },
          where: 'h.lan:443',
          login: 'u@pam',
          notes: [unverified('pvetui')],
        },
      ],
    ],
    [
      'the file of another directory of configurations',
      {
        '/xdg/pvetui/config.yml': `addr: h.lan
user: u
password: p
`,
        '~/.config/pvetui/config.yml': `addr: no
user: u
`,
      },
      { XDG_CONFIG_HOME: '/xdg' },
      [
        {
          name: 'h',
          platform: 'proxmox',
          values: { host: 'h.lan:443', user: 'u@pam', login: 'password' },
          secrets: { password: 'p' },
          where: 'h.lan:443',
          login: 'u@pam',
          notes: [],
        },
      ],
    ],
  ])('%s', async (_what, files, env, plans) => expect(await found(pvetui, files, env)).toEqual(plans));
});

describe('govc', () => {
  it.each<Row>([
    [
      'a login in the address',
      {},
      { GOVC_URL: 'http://u%40x:p%ZZ@vc.lan/sdk/' },
      [
        {
          name: 'vc',
          platform: 'vsphere',
          values: { url: 'http://vc.lan', user: 'u@x' },
          secrets: { password: 'p%ZZ' },
          where: 'http://vc.lan',
          login: 'u@x',
          notes: [],
        },
      ],
    ],
    [
      'another port and path',
      {},
      { GOVC_URL: 'https://vc:8443/other' },
      [
        {
          name: 'vc',
          platform: 'vsphere',
          values: { url: 'vc:8443/other' },
          secrets: {},
          where: 'vc:8443/other',
          login: '-',
          notes: [],
        },
      ],
    ],
    ['no address', {}, { GOVC_URL: '::' }, [{ name: 'vcenter', why: 'GOVC_URL is no address' }]],
    [
      'files in place of a user and of a CA',
      {
        '~/user': ` ann 
`,
        '/kh': `vc:444 ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab
vc ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab
vc:443 sha1
vc ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab # x
`,
      },
      {
        GOVC_URL: 'vc',
        GOVC_USERNAME: '~/user',
        GOVC_PASSWORD: 'x',
        GOVC_INSECURE: '1',
        GOVC_TLS_CA_CERTS: '/ca',
        GOVC_CERTIFICATE: '/c',
      },
      [
        {
          name: 'vc',
          platform: 'vsphere',
          values: { url: 'vc', user: 'ann', password: 'env:GOVC_PASSWORD', ca: '/ca' },
          secrets: {},
          where: 'vc',
          login: 'ann',
          notes: ['GOVC_CERTIFICATE is not taken over: drover logs in with a password'],
        },
      ],
    ],
    [
      'more than one CA, and a password twice',
      {},
      { GOVC_URL: 'u:p@vc', GOVC_PASSWORD: 'y', GOVC_INSECURE: 'TRUE', GOVC_TLS_CA_CERTS: '/a:/b' },
      [
        {
          name: 'vc',
          platform: 'vsphere',
          values: { url: 'vc', user: 'u', password: 'env:GOVC_PASSWORD', ca: '/a' },
          secrets: {},
          where: 'vc',
          login: 'u',
          notes: ['only the first file of GOVC_TLS_CA_CERTS is taken over: /a'],
        },
      ],
    ],
    [
      'certificates that are checked',
      {},
      { GOVC_URL: 'u:p@vc', GOVC_INSECURE: '0' },
      [
        {
          name: 'vc',
          platform: 'vsphere',
          values: { url: 'vc', user: 'u' },
          secrets: { password: 'p' },
          where: 'vc',
          login: 'u',
          notes: [],
        },
      ],
    ],
    [
      'a thumbprint that is known for this port',
      {
        '~/user': ` ann 
`,
        '/kh': `vc:444 ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab
vc ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab
vc:443 sha1
vc ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab # x
`,
      },
      { GOVC_URL: 'u@vc:444', GOVC_INSECURE: 'true', GOVC_TLS_KNOWN_HOSTS: '/none:/kh' },
      [
        {
          name: 'vc',
          platform: 'vsphere',
          values: { url: 'vc:444', user: 'u', fingerprint: SHA256 },
          secrets: {},
          where: 'vc:444',
          login: 'u',
          notes: [],
        },
      ],
    ],
    [
      'the last of the thumbprints, which is too short',
      {
        '~/user': ` ann 
`,
        '/kh': `vc:444 ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab
vc ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab
vc:443 sha1
vc ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab:ab # x
`,
      },
      { GOVC_URL: 'u@vc', GOVC_INSECURE: 'true', GOVC_TLS_KNOWN_HOSTS: '/kh' },
      [
        {
          name: 'vc',
          platform: 'vsphere',
          values: { url: 'vc', user: 'u' },
          secrets: {},
          where: 'vc',
          login: 'u',
          notes: [
            'GOVC_INSECURE is not taken over: give the endpoint ca, or as fingerprint the thumbprintSHA256 of govc about.cert -k -json, once the administrator of the server has confirmed it',
            'GOVC_TLS_KNOWN_HOSTS has a SHA-1 thumbprint for it: drover wants the SHA-256 fingerprint',
          ],
        },
      ],
    ],
    ['nothing', {}, {}, []],
  ])('%s', async (_what, files, env, plans) => expect(await found(govc, files, env)).toEqual(plans));
});
