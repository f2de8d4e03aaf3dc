/** What other tools have written down, and the endpoints that it is. */
import { describe, expect, it } from 'vitest';
import { aws } from '../../src/cli/import/aws.ts';
import { openstack } from '../../src/cli/import/openstack.ts';
import type { Found } from '../../src/cli/import/plan.ts';
import { found } from './import-source.ts';

type Words = Readonly<Record<string, string>>;
type Row = readonly [what: string, files: Words, env: Words, plans: readonly Found[]];

const unverified = (tool: string) =>
  `${tool} does not verify its certificate, drover does: unless it comes from a known authority, give the endpoint ca or fingerprint`;
const HTTP = 'HTTP is not protected: to another machine drover connects only once it has insecure: true';
const EXPIRES = 'a token expires: a password or an application credential lasts';

describe('openstack', () => {
  it.each<Row>([
    [
      'clouds and the environment',
      {
        '~/.config/openstack/clouds.yaml': `clouds:
 a:
  auth:
   auth_url: http://a
  verify: false
 b:
  regions: [R]
  auth:
   auth_url: https://b
  verify: false
  cacert: /ca
 c:
  regions: [R, S]
`,
      },
      { OS_AUTH_URL: 'https://e' },
      [
        {
          name: 'a',
          platform: 'openstack',
          values: { cloud: 'a' },
          secrets: {},
          where: 'http://a',
          login: 'cloud a',
          notes: [unverified('clouds.yaml'), HTTP],
        },
        {
          name: 'b',
          platform: 'openstack',
          values: { cloud: 'b' },
          secrets: {},
          where: 'https://b',
          login: 'cloud b',
          notes: [],
        },
        {
          name: 'c-R',
          platform: 'openstack',
          values: { cloud: 'c', region: 'R' },
          secrets: {},
          where: 'R',
          login: 'cloud c',
          notes: [],
        },
        {
          name: 'c-S',
          platform: 'openstack',
          values: { cloud: 'c', region: 'S' },
          secrets: {},
          where: 'S',
          login: 'cloud c',
          notes: [],
        },
        {
          name: 'openstack',
          platform: 'openstack',
          values: { 'auth-url': 'https://e' },
          secrets: {},
          where: 'https://e',
          login: '-',
          notes: [],
        },
      ],
    ],
    [
      'a password, and the old name of a project',
      {},
      { OS_AUTH_URL: 'https://e', OS_TENANT_NAME: 't', OS_INSECURE: 'True', OS_USERNAME: 'u', OS_PASSWORD: 'p' },
      [
        {
          name: 't',
          platform: 'openstack',
          values: { 'auth-url': 'https://e', username: 'u', project: 't', password: 'env:OS_PASSWORD' },
          secrets: {},
          where: 'https://e',
          login: 'u',
          notes: [unverified('openrc')],
        },
      ],
    ],
    [
      'a token, and the id of a domain',
      {},
      {
        OS_AUTH_URL: 'http://e',
        OS_CLOUD_NAME: 'n',
        OS_PROJECT_NAME: 'p',
        OS_TOKEN: 'x',
        OS_INSECURE: '1',
        OS_USER_DOMAIN_ID: 'default',
        OS_PROJECT_DOMAIN_ID: 'x',
      },
      [
        {
          name: 'n',
          platform: 'openstack',
          values: { 'auth-url': 'http://e', project: 'p', token: 'env:OS_TOKEN' },
          secrets: {},
          where: 'http://e',
          login: 'a token',
          notes: [HTTP, EXPIRES, 'OS_PROJECT_DOMAIN_ID is not taken over: give the endpoint the name of that domain'],
        },
      ],
    ],
    [
      'what counts for all services',
      {},
      {
        OS_AUTH_URL: 'https://e',
        OS_USER_DOMAIN_ID: 'y',
        OS_USER_DOMAIN_NAME: 'Y',
        OS_PROJECT_DOMAIN_ID: 'z',
        OS_INSECURE: '0',
        OS_CACERT: '/ca',
        OS_REGION_NAME: 'r',
        OS_ENDPOINT_TYPE: 'adminURL',
        OS_COMPUTE_ENDPOINT: 'https://n',
      },
      [
        {
          name: 'openstack',
          platform: 'openstack',
          values: {
            'auth-url': 'https://e',
            'user-domain': 'Y',
            ca: '/ca',
            region: 'r',
            interface: 'admin',
            'compute-url': 'https://n',
          },
          secrets: {},
          where: 'https://e',
          login: '-',
          notes: ['OS_PROJECT_DOMAIN_ID is not taken over: give the endpoint the name of that domain'],
        },
      ],
    ],
    [
      'an application credential by its name',
      {},
      {
        OS_AUTH_URL: 'https://e',
        OS_AUTH_TYPE: 'v3applicationcredential',
        OS_APPLICATION_CREDENTIAL_NAME: 'acn',
        OS_APPLICATION_CREDENTIAL_SECRET: 's',
        OS_USERNAME: 'u',
        OS_USER_DOMAIN_NAME: 'D',
      },
      [
        {
          name: 'openstack',
          platform: 'openstack',
          values: {
            'auth-url': 'https://e',
            'application-credential-name': 'acn',
            username: 'u',
            'user-domain': 'D',
            'application-credential-secret': 'env:OS_APPLICATION_CREDENTIAL_SECRET',
          },
          secrets: {},
          where: 'https://e',
          login: 'u',
          notes: [],
        },
      ],
    ],
    [
      'a token that is asked for',
      {},
      { OS_AUTH_URL: 'https://e', OS_AUTH_TYPE: 'v3token', OS_TOKEN: 't', OS_PROJECT_ID: 'p' },
      [
        {
          name: 'openstack',
          platform: 'openstack',
          values: { 'auth-url': 'https://e', 'project-id': 'p', token: 'env:OS_TOKEN' },
          secrets: {},
          where: 'https://e',
          login: 'a token',
          notes: [EXPIRES],
        },
      ],
    ],
    ['a login that says not where', {}, { OS_USERNAME: 'u' }, []],
    ['variables that are no login', {}, { OS_CLOUD: 'x', OS_TEST_X: 'y', OS_LOG_LEVEL: 'z' }, []],
  ])('%s', async (_what, files, env, plans) => expect(await found(openstack, files, env)).toEqual(plans));
});

describe('aws', () => {
  it.each<Row>([
    [
      'profiles',
      {
        '~/.aws/config': `[profile p]
region = r
login_session = a
endpoint_url = https://all
ca_bundle = /ca
mfa_serial = m
[profile q]
login_session = a
[profile s]
region = r
source_profile = none
role_arn = x
`,
      },
      {},
      [
        {
          name: 'p-r',
          platform: 'aws',
          values: { profile: 'p', region: 'r', 'endpoint-url': 'https://all', ca: '/ca' },
          secrets: {},
          where: 'r',
          login: 'profile p',
          notes: ['it asks for a code when it logs in'],
        },
        { name: 'q', why: 'nothing says which region: neither region in the profile nor AWS_REGION' },
        { name: 's', why: 'the AWS profile s has the source_profile none, which is not there' },
      ],
    ],
    [
      'a region of the environment',
      {
        '~/.aws/config': `[profile q]
login_session = a
`,
      },
      { AWS_REGION: 'rr' },
      [
        {
          name: 'q-rr',
          platform: 'aws',
          values: { profile: 'q', region: 'rr' },
          secrets: {},
          where: 'rr',
          login: 'profile q',
          notes: ['its region is that of the environment'],
        },
      ],
    ],
    [
      'keys without a region',
      {},
      { AWS_ACCESS_KEY_ID: 'A', AWS_SECRET_ACCESS_KEY: 's' },
      [{ name: 'aws', why: 'AWS_ACCESS_KEY_ID is set, and no AWS_REGION' }],
    ],
    [
      'keys with all that goes with them',
      {},
      {
        AWS_ACCESS_KEY_ID: 'A',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_REGION: 'r',
        AWS_SESSION_TOKEN: 't',
        AWS_ENDPOINT_URL: 'https://all',
        AWS_CA_BUNDLE: '/ca',
      },
      [
        {
          name: 'aws-r',
          platform: 'aws',
          values: {
            region: 'r',
            'access-key-id': 'A',
            'secret-access-key': 'env:AWS_SECRET_ACCESS_KEY',
            'session-token': 'env:AWS_SESSION_TOKEN',
            'endpoint-url': 'https://all',
            ca: '/ca',
          },
          secrets: {},
          where: 'r',
          login: 'A',
          notes: [],
        },
      ],
    ],
    ['half of a key', {}, { AWS_ACCESS_KEY_ID: 'A', AWS_REGION: 'r' }, []],
  ])('%s', async (_what, files, env, plans) => expect(await found(aws, files, env)).toEqual(plans));
});
