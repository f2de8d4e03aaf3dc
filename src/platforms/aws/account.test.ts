import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import type { Settings } from '../contract.ts';
import { accountOf } from './account.ts';
import { detectHere } from './detect.ts';
import { around, type Env, readAwsFiles, wordIn } from './user-files/profiles.ts';

const CONFIG = `# as \`aws configure\` and \`aws configure sso\` write it
[default]
region = eu-central-1
output = json
s3 =
  max_concurrent_requests = 20
  region = not-this-one

[profile "prod admin"]
sso_session = corp
sso_account_id = 123456789012
region=us-east-1
; where the money is

[profile nowhere]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = default

[sso-session corp]
sso_region = eu-west-1
`;
const CREDENTIALS =
  '[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = hush\n\n[ci]\nregion = eu-north-1\n';

let folder: string;
let env: Env;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-aws-'));
  env = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') };
  await writeFile(join(folder, 'config'), CONFIG);
  await writeFile(join(folder, 'credentials'), CREDENTIALS);
});
afterEach(() => rm(folder, { recursive: true }));

const account = (values: Settings, more: Env = {}) =>
  accountOf({ name: endpointName('cloud'), platform: 'aws', values }, { ...env, ...more });

const profiles = async (env: Env) => (await readAwsFiles(around(env))).profiles;

describe('profiles', () => {
  it('are those of both files, without what is no profile', async () => {
    const found = await profiles(env);
    expect([...found.keys()]).toEqual(['default', 'prod admin', 'nowhere', 'ci']);
    expect(wordIn(found.get('prod admin'), 'region')).toBe('us-east-1');
    expect(wordIn(found.get('prod admin'), 'sso_session')).toBe('corp');
  });

  it('do not take a nested line for a key of theirs', async () => {
    const found = (await profiles(env)).get('default');
    expect(wordIn(found, 'region')).toBe('eu-central-1');
    expect(found?.get('s3')).toEqual(
      new Map([
        ['max_concurrent_requests', '20'],
        ['region', 'not-this-one'],
      ]),
    );
  });

  it('are not waited for at a named pipe', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')]);
    expect([...(await profiles({ ...env, AWS_CONFIG_FILE: join(folder, 'pipe') })).keys()]).toEqual(['default', 'ci']);
  });

  it('are none on a machine without such files', async () => {
    expect((await profiles({ HOME: join(folder, 'absent') })).size).toBe(0);
  });

  it('F-031 are offered as endpoints when they have a region', async () => {
    const offers = await detectHere(env);
    expect(offers.map(({ name, values }) => [name, values])).toEqual([
      ['aws-eu-central-1', { profile: 'default', region: 'eu-central-1' }],
      ['prod-admin-us-east-1', { profile: 'prod admin', region: 'us-east-1' }],
      ['ci-eu-north-1', { profile: 'ci', region: 'eu-north-1' }],
    ]);
    expect(JSON.stringify(offers)).not.toContain('hush');
  });
});

describe('what a profile says', () => {
  const config = (text: string) => writeFile(join(folder, 'config'), text);

  it.each([
    ['[profile p]\n  region = x\n  output = json\n', 'p', 'x'],
    ['[profile p]\nregion: x\n', 'p', 'x'],
    ['[profile [PROD]-x]\nREGION = x\n', '[PROD]-x', 'x'],
    ['[profile "with blanks"]\nregion = x\n', 'with blanks', 'x'],
    ['[profile p] # the second\nregion = x\n', 'p', 'x'],
    ['[profile p]\nregion = x\n[profile two three]\nregion = y\n', 'p', 'x'],
    ['[DEFAULT]\nregion = x\n[profile p]\noutput = json\n', 'p', 'x'],
  ])('is its region in %j', async (text, profile, region) => {
    await config(text);
    expect((await account({ profile })).region).toBe(region);
  });

  it.each([
    ['[profile p]\nregion = a\n[profile p]\nregion = b\n', 'config:3:1: this section is there twice'],
    ['[profile p]\nregion = a\nregion = b\n', 'config:3:1: this key is there twice'],
    ['[profile p]\nregion a\n', 'config:2:1: this is neither'],
    ['region = a\n', 'config:1:1: this is neither'],
    ['[profile p]\ns3 =\n  nothing\n', 'config:2:1: a line below this key'],
  ])('is an error with its place in %j', async (text, why) => {
    await config(text);
    await expect(account({ profile: 'p' })).rejects.toThrow(why);
  });

  it('is where its services are, also for the role that it takes', async () => {
    await config(`[profile p]
region = r
endpoint_url = https://all.example.org
services = mine
role_arn = arn:aws:iam::1:role/r
source_profile = ci
[services mine]
ec2 =
  endpoint_url = https://ec2.example.org
`);
    await writeFile(
      join(folder, 'credentials'),
      '[ci]\naws_access_key_id = A\naws_secret_access_key = S#not a comment\n',
    );
    const found = await account({ profile: 'p' });
    expect(found.urls).toEqual({
      ec2: 'https://ec2.example.org',
      cloudwatch: 'https://all.example.org',
      sts: 'https://all.example.org',
      s3: 'https://all.example.org',
      route53: 'https://all.example.org',
      elbv2: 'https://all.example.org',
      ec2connect: 'https://all.example.org',
      pricing: 'https://all.example.org',
    });
    expect(found.login).toEqual({
      kind: 'role',
      role: { arn: 'arn:aws:iam::1:role/r' },
      source: { kind: 'keys', keys: { accessKeyId: 'A', secretAccessKey: 'S#not a comment' } },
    });
    expect((await account({ profile: 'p', 'endpoint-url': 'https://own' })).urls.sts).toBe('https://own');
    expect((await account({ profile: 'p' }, { AWS_ENDPOINT_URL_STS: 'https://sts' })).urls.sts).toBe('https://sts');
    await expect(account({ profile: 'p' }, { AWS_ENDPOINT_URL: 'http://plain.example.org' })).rejects.toThrow(
      'not protected',
    );
  });

  it('keeps what stands behind a # in the program that logs in', async () => {
    await config('[profile p]\nregion = r\ncredential_process = "/opt/my tool" --item a #1 ;2\n');
    expect((await account({ profile: 'p' })).login).toEqual({
      kind: 'process',
      command: '"/opt/my tool" --item a #1 ;2',
    });
  });

  it.each([
    [
      'role_arn = a\nsource_profile = b\n[profile b]\nrole_arn = c\nsource_profile = p',
      'comes back to itself: p → b → p',
    ],
    ['role_arn = a\nsource_profile = gone', 'the source_profile gone, which is not there'],
    ['role_arn = a', 'neither source_profile nor credential_source'],
    ['role_arn = a\nsource_profile = default\ncredential_source = Environment', 'both source_profile and'],
    ['sso_session = none\nsso_account_id = 1', 'the sso_session none, which is not there'],
    ['aws_access_key_id = A', 'only one half of its access key'],
    ['services = none', 'no [services none]'],
  ])('is refused when nothing could log in: %j', async (lines, why) => {
    await config(`[profile p]\nregion = r\n${lines}\n`);
    await expect(account({ profile: 'p' })).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(why),
    });
  });

  it('is not there when no such profile is', async () => {
    await expect(account({ profile: 'prodd', region: 'r' })).rejects.toThrow('the AWS profile prodd is not there');
  });
});

describe('the region of an endpoint', () => {
  it.each<[string, Settings, Env, string]>([
    ['its own', { region: 'eu-west-3', profile: 'ci' }, { AWS_REGION: 'us-west-2' }, 'eu-west-3'],
    ["its profile's", { profile: 'ci' }, { AWS_REGION: 'us-west-2' }, 'eu-north-1'],
    ["the environment's, without a profile", {}, { AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
    ["the default profile's at last", {}, {}, 'eu-central-1'],
  ])('is %s', async (_whose, values, more, region) => {
    expect((await account(values, more)).region).toBe(region);
  });

  it('is asked for when neither endpoint nor profile has it', async () => {
    await expect(account({ profile: 'nowhere' })).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'cloud: the region is missing, and the profile nowhere has none',
    });
  });
});

it.each<[Settings, RegExp]>([
  [{ profile: 'ci', 'access-key-id': 'A', 'secret-access-key': 'S' }, /a profile and an access key/],
  [{ 'access-key-id': 'A' }, /belong together/],
  [{ 'mfa-serial': 'arn:aws:iam::1:mfa/ada' }, /needs a role/],
  [{ 'endpoint-url': 'http://cloud.example.org' }, /not protected/],
])('refuses %o', async (values, why) => {
  await expect(account({ region: 'eu-central-1', ...values })).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringMatching(why),
  });
});

it.each([
  [{}, undefined],
  [{ 'metrics-every': '60s' }, undefined],
  [{ metrics: true }, 300_000],
  [{ metrics: true, 'metrics-every': '60s' }, 60_000],
  [{ metrics: true, 'metrics-every': '90' }, 90_000],
  [{ metrics: true, 'metrics-every': '0' }, 60_000],
  [{ metrics: true, 'metrics-every': '1s' }, 60_000],
  [{ metrics: true, 'metrics-every': '2m' }, 120_000],
  [{ metrics: true, 'metrics-every': '1s', 'endpoint-url': 'https://own' }, 1_000],
  [{ metrics: true, 'metrics-every': '0', 'endpoint-url': 'https://own' }, 1_000],
  [{ metrics: 'true' }, undefined],
])('asks for figures only when it was told to: %o', async (values, everyMs) => {
  expect((await account(values)).metricsEveryMs).toBe(everyMs);
});

it('takes all that an endpoint says, without the blanks around it', async () => {
  const found = await account({
    region: ' eu-west-3 ',
    'access-key-id': ' A ',
    'secret-access-key': 'S',
    'session-token': 'T',
    'role-arn': 'arn:r',
    'mfa-serial': 'arn:m',
    'endpoint-url': 'https://own',
    ca: '/ca',
  });
  expect(found).toEqual({
    endpoint: 'cloud',
    region: 'eu-west-3',
    profile: undefined,
    login: {
      kind: 'role',
      role: { arn: 'arn:r', mfaSerial: 'arn:m' },
      source: { kind: 'keys', keys: { accessKeyId: 'A', secretAccessKey: 'S', sessionToken: 'T' } },
    },
    urls: {
      ec2: 'https://own',
      cloudwatch: 'https://own',
      sts: 'https://own',
      s3: 'https://own',
      route53: 'https://own',
      elbv2: 'https://own',
      ec2connect: 'https://own',
    },
    fips: false,
    dualStack: false,
    hasPrices: false,
    ca: '/ca',
    serialConsole: {
      host: 'serial-console.ec2-instance-connect.eu-west-3.aws',
      port: undefined,
      fingerprint: undefined,
    },
    metricsEveryMs: undefined,
  });
  const plain = await account({ 'access-key-id': 'A', 'secret-access-key': 'S', 'role-arn': ' ', region: 'x' });
  expect(plain.login).toEqual({ kind: 'keys', keys: { accessKeyId: 'A', secretAccessKey: 'S' } });
});

it.each(['cn-north-1', 'us-gov-west-1', 'us-iso-east-1', 'eu-isoe-west-1', 'eusc-de-east-1'])(
  'has no prices in %s, whose logins the price list does not take',
  async (region) => {
    const keys = { 'access-key-id': 'A', 'secret-access-key': 'S' };
    expect((await account({ ...keys, region })).hasPrices).toBe(false);
    expect((await account({ ...keys, region: 'eu-west-3' })).hasPrices).toBe(true);
  },
);

it('goes to the serial console that the endpoint names', async () => {
  const keys = { 'access-key-id': 'A', 'secret-access-key': 'S', region: 'cn-north-1' };
  const own = { ...keys, 'serial-console': 'console.example.org:2222', 'serial-console-key': 'SHA256:x' };
  expect((await account(own)).serialConsole).toEqual({
    host: 'console.example.org',
    port: 2222,
    fingerprint: 'SHA256:x',
  });
  expect((await account({ ...keys, 'serial-console': 'console.example.org' })).serialConsole.port).toBeUndefined();
});

it('takes its switches, its authority and its profile from the environment where nothing else is said', async () => {
  const env = {
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_USE_DUALSTACK_ENDPOINT: 'true',
    AWS_CA_BUNDLE: '/e',
    AWS_PROFILE: 'ci',
    AWS_ENDPOINT_URL_STS: 'https://sts',
  };
  expect(await account({ 'access-key-id': 'A', 'secret-access-key': 'S' }, env)).toMatchObject({
    region: 'eu-north-1',
    profile: undefined,
    fips: true,
    dualStack: true,
    ca: '/e',
    urls: { ec2: undefined, cloudwatch: undefined, sts: 'https://sts' },
  });
  const both = { AWS_DEFAULT_PROFILE: 'ci', AWS_PROFILE: 'nowhere' };
  expect((await account({ 'access-key-id': 'A', 'secret-access-key': 'S' }, both)).region).toBe('eu-north-1');
  await writeFile(join(folder, 'config'), '[profile p]\nuse_fips_endpoint = true\nuse_dualstack_endpoint = true\n');
  const ofFile = await account({ profile: 'p', region: 'r' });
  expect([ofFile.fips, ofFile.dualStack, ofFile.profile]).toEqual([true, true, 'p']);
  expect((await account({ profile: 'p' }, { AWS_REGION: 'us-west-2' })).region).toBe('us-west-2');
});

it.each<[Settings, Env, string, string]>([
  [{}, { AWS_PROFILE: 'nowhere' }, 'cloud: the region is missing', 'drover endpoint edit cloud'],
  [
    { profile: 'gone', region: 'r' },
    {},
    'cloud: the AWS profile gone is not there',
    'correct ~/.aws/config, or give the endpoint another profile',
  ],
  [
    { 'secret-access-key': 'S', region: 'r' },
    {},
    'cloud: access-key-id and secret-access-key belong together',
    'drover endpoint edit cloud',
  ],
])('says what to do about %o', async (values, env, message, fix) => {
  await expect(account(values, env)).rejects.toMatchObject({ code: 'config.invalid', message, fix });
});
