/** What other tools have written down, and the endpoints that it is. */
import { describe, expect, it } from 'vitest';
import { kcli } from '../../src/cli/import/kcli.ts';
import type { Found } from '../../src/cli/import/plan.ts';
import { found } from './import-source.ts';

type Words = Readonly<Record<string, string>>;
type Row = readonly [what: string, files: Words, env: Words, plans: readonly Found[]];

const unverified = (tool: string) =>
  `${tool} does not verify its certificate, drover does: unless it comes from a known authority, give the endpoint ca or fingerprint`;

describe('kcli', () => {
  it.each<Row>([
    [
      'this machine',
      {
        '~/.kcli/config.yml': `a:
 host: localhost
b:
 host: 127.0.0.1
 port: 2222
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'kvm',
          secrets: {},
          values: { transport: 'unix' },
          where: 'this machine',
          login: '-',
          notes: [],
        },
        {
          name: 'b',
          platform: 'kvm',
          secrets: {},
          values: { transport: 'unix' },
          where: 'this machine',
          login: '-',
          notes: [],
        },
      ],
    ],
    [
      'a port that is not the usual one',
      {
        '~/.kcli/config.yml': `a:
 host: c
 protocol: tcp
 port: 22
b:
 host: "[fd00::1]"
 port: 23
 protocol: tls
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'kvm',
          secrets: {},
          values: { transport: 'tcp', host: 'c', port: 22 },
          where: 'c:22',
          login: '-',
          notes: ['TCP is not protected: drover connects only once it has insecure: true'],
        },
        {
          name: 'b',
          platform: 'kvm',
          secrets: {},
          values: { transport: 'tls', host: 'fd00::1', port: 23 },
          where: '[fd00::1]:23',
          login: '-',
          notes: [],
        },
      ],
    ],
    [
      'the first key of kcli that is whole',
      {
        '~/.kcli/config.yml': `a:
 host: d
 port: abc
 enabled: no
`,
        '~/.kcli/id_ed25519': '',
        '~/.kcli/id_rsa': '',
        '~/.kcli/id_rsa.pub': '',
      },
      {},
      [
        {
          name: 'a',
          platform: 'kvm',
          secrets: {},
          values: { transport: 'ssh', host: 'd', user: 'root', key: '~/.kcli/id_rsa', enabled: false },
          where: 'd',
          login: 'root',
          notes: ['it is disabled, as in kcli'],
        },
      ],
    ],
    [
      'a session over SSH',
      {
        '~/.kcli/config.yml': `a:
 host: w
 session: true
`,
        '~/.kcli/id_ed25519': '',
        '~/.kcli/id_ed25519.pub': '',
      },
      {},
      [
        {
          name: 'a',
          platform: 'kvm',
          secrets: {},
          values: { transport: 'ssh', host: 'w', user: 'root', key: '~/.kcli/id_ed25519', driver: 'qemu:///session' },
          where: 'w',
          login: 'root',
          notes: [],
        },
      ],
    ],
    [
      'a libvirt URL, whose check of host keys stays on',
      {
        '~/.kcli/config.yml': `a:
 url: qemu+ssh://root@d/system?no_verify=1
b:
 url: qemu+ssh://root@d/system
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'kvm',
          secrets: {},
          values: { uri: 'qemu+ssh://root@d/system' },
          where: 'qemu+ssh://root@d/system',
          login: '-',
          notes: [],
        },
        {
          name: 'b',
          platform: 'kvm',
          secrets: {},
          values: { uri: 'qemu+ssh://root@d/system' },
          where: 'qemu+ssh://root@d/system',
          login: '-',
          notes: [],
        },
      ],
    ],
    [
      'Proxmox',
      {
        '~/.kcli/config.yml': `a:
 type: proxmox
b:
 type: proxmox
 host: "fd00::1"
 user: root@pam
 password: x
 verify_ssl: true
c:
 type: proxmox
 host: h/
 user: u@pve
 auth_token_name: t
 auth_token_secret: s
 verify_ssl: no
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'proxmox',
          values: { host: '127.0.0.1', login: 'password' },
          secrets: {},
          where: '127.0.0.1',
          login: '-',
          notes: [],
        },
        {
          name: 'b',
          platform: 'proxmox',
          values: { host: '[fd00::1]', user: 'root@pam', login: 'password' },
          secrets: { password: 'x' },
          where: '[fd00::1]',
          login: 'root@pam',
          notes: [],
        },
        {
          name: 'c',
          platform: 'proxmox',
          values: { host: 'h', user: 'u@pve', token: 't' },
          secrets: { secret: 's' },
          where: 'h',
          login: 'u@pve!t',
          notes: [unverified('kcli')],
        },
      ],
    ],
    [
      'vSphere',
      {
        '~/.kcli/config.yml': `a:
 type: vsphere
b:
 type: vsphere
 host: vc
 user: u
 password: p
 cluster: c
c:
 type: vsphere
 host: vc
 datacenter: d
 cluster: c
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'vsphere',
          values: { url: '127.0.0.1' },
          secrets: {},
          where: '127.0.0.1',
          login: '-',
          notes: [unverified('kcli')],
        },
        {
          name: 'b',
          platform: 'vsphere',
          values: { url: 'vc', user: 'u' },
          secrets: { password: 'p' },
          where: 'vc',
          login: 'u',
          notes: [unverified('kcli'), 'what is shown is not limited to its cluster'],
        },
        {
          name: 'c',
          platform: 'vsphere',
          values: { url: 'vc' },
          secrets: {},
          where: 'vc',
          login: '-',
          notes: [unverified('kcli'), 'what is shown is not limited to its datacenter and cluster'],
        },
      ],
    ],
    [
      'AWS, and a group',
      {
        '~/.kcli/config.yml': `a:
 type: aws
b:
 type: aws
 access_key_id: id
 access_key_secret: s
 region: r
 session_token: t
 enabled: false
c:
 type: group
 members: [a, b]
 enabled: false
`,
      },
      {},
      [
        { name: 'a', why: 'it has no access_key_id' },
        {
          name: 'b',
          platform: 'aws',
          values: { region: 'r', 'access-key-id': 'id', enabled: false },
          secrets: { 'secret-access-key': 's', 'session-token': 't' },
          where: 'r',
          login: 'id',
          notes: [
            'its session token expires; a profile of the AWS tools is renewed by them',
            'it is disabled, as in kcli',
          ],
        },
        { name: 'c', why: 'it is a group of other clients (a, b): drover pool add makes a pool for them' },
      ],
    ],
    [
      'secrets below the same keys, in the other files that kcli reads',
      {
        '~/.kcli/config.yaml': `a:
 type: proxmox
 user: u@pam
 password: ?secret
`,
        '~/.kcli/secrets.yaml': `a:
 password: pw
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'proxmox',
          values: { host: '127.0.0.1', user: 'u@pam', login: 'password' },
          secrets: { password: 'pw' },
          where: '127.0.0.1',
          login: 'u@pam',
          notes: [],
        },
      ],
    ],
    [
      'secrets of the default section',
      {
        '~/.kcli/config.yml': `default:
 user: ?secret
a:
 host: h
`,
        '~/.kcli/secrets.yml': `default:
 user: ann
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'kvm',
          secrets: {},
          values: { transport: 'ssh', host: 'h', user: 'ann' },
          where: 'h',
          login: 'ann',
          notes: [],
        },
      ],
    ],
    [
      'what can be no endpoint',
      {
        '~/.kcli/config.yml': `a:
 host: ?secret
 user: ?secret
b:
 type: nope
c:
 host: httpd
`,
      },
      {},
      [
        { name: 'a', why: 'secrets.yml has no host, user for it' },
        { name: 'b', why: `drover has no platform for kcli's type nope` },
        { name: 'c', why: 'its host is a URL, which kcli does not take' },
      ],
    ],
  ])('%s', async (_what, files, env, plans) => expect(await found(kcli, files, env)).toEqual(plans));
});
