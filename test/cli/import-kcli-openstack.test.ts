/** What other tools have written down, and the endpoints that it is. */
import { describe, expect, it } from 'vitest';
import { kcli } from '../../src/cli/import/kcli.ts';
import type { Found } from '../../src/cli/import/plan.ts';
import { found } from './import-source.ts';

type Words = Readonly<Record<string, string>>;
type Row = readonly [what: string, files: Words, env: Words, plans: readonly Found[]];

const unverified = (tool: string) =>
  `${tool} does not verify its certificate, drover does: unless it comes from a known authority, give the endpoint ca or fingerprint`;
const HTTP = 'HTTP is not protected: to another machine drover connects only once it has insecure: true';
const EXPIRES = 'a token expires: a password or an application credential lasts';

describe('kcli', () => {
  it.each<Row>([
    [
      'OpenStack',
      {
        '~/.kcli/config.yml': `a:
 type: openstack
 auth_url: https://k/v3
 user: u
 password: p
 project: pr
 domain: D
 region_name: R
b:
 type: openstack
 auth_url: http://k
 token: t
 project: pid
c:
 type: openstack
 auth_url: https://k
 auth_type: token
 token: t
 ca_file: /ca
d:
 type: openstack
 auth_url: https://k
 auth_type: v3applicationcredential
 application_credential_id: i
 application_credential_secret: s
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'openstack',
          values: {
            'auth-url': 'https://k/v3',
            username: 'u',
            'user-domain': 'D',
            project: 'pr',
            'project-domain': 'D',
            region: 'R',
          },
          secrets: { password: 'p' },
          where: 'https://k/v3',
          login: 'u',
          notes: [unverified('kcli')],
        },
        {
          name: 'b',
          platform: 'openstack',
          values: { 'auth-url': 'http://k', 'project-id': 'pid' },
          secrets: { token: 't' },
          where: 'http://k',
          login: 'a token',
          notes: [HTTP, EXPIRES],
        },
        {
          name: 'c',
          platform: 'openstack',
          values: { 'auth-url': 'https://k', ca: '/ca' },
          secrets: { token: 't' },
          where: 'https://k',
          login: 'a token',
          notes: [EXPIRES],
        },
        {
          name: 'd',
          platform: 'openstack',
          values: { 'auth-url': 'https://k', 'application-credential-id': 'i' },
          secrets: { 'application-credential-secret': 's' },
          where: 'https://k',
          login: 'i',
          notes: [unverified('kcli')],
        },
      ],
    ],
    [
      'OpenStack that says too little',
      {
        '~/.kcli/config.yml': `a:
 type: openstack
 envrc: /none
b:
 type: openstack
`,
      },
      {},
      [
        { name: 'a', why: 'the file that its envrc names is not there' },
        { name: 'b', why: 'nothing says where Keystone is: neither auth_url nor OS_AUTH_URL' },
      ],
    ],
    [
      'OpenStack of an openrc file, but for what a shell would fill in',
      {
        '~/.kcli/config.yml': `a:
 type: openstack
 envrc: ~/rc
`,
        '~/rc': `export OS_AUTH_URL="https://rc"
export OS_TOKEN=tt
# export OS_USERNAME=no
export OS_USERNAME=an$x
 OS_CACERT=/no
`,
      },
      {},
      [
        {
          name: 'a',
          platform: 'openstack',
          values: { 'auth-url': 'https://rc' },
          secrets: { token: 'tt' },
          where: 'https://rc',
          login: 'a token',
          notes: [unverified('kcli'), EXPIRES],
        },
      ],
    ],
  ])('%s', async (_what, files, env, plans) => expect(await found(kcli, files, env)).toEqual(plans));
});
