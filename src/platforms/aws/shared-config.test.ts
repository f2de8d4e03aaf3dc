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
import { type Env, readProfiles, readSections } from './shared-config.ts';

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
region=us-east-1 ; where the money is

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

describe('profiles', () => {
  it('are those of both files, without what is no profile', async () => {
    const profiles = await readProfiles(env);
    expect([...profiles.keys()]).toEqual(['default', 'prod admin', 'nowhere', 'ci']);
    expect(profiles.get('prod admin')).toMatchObject({ region: 'us-east-1', sso_session: 'corp' });
  });

  it('do not take a nested line for a key of theirs', () => {
    expect(readSections(CONFIG).get('default')).toMatchObject({ region: 'eu-central-1', s3: '' });
  });

  it('are not waited for at a named pipe', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')]);
    expect([...(await readProfiles({ ...env, AWS_CONFIG_FILE: join(folder, 'pipe') })).keys()]).toEqual([
      'default',
      'ci',
    ]);
  });

  it('are none on a machine without such files', async () => {
    expect((await readProfiles({ HOME: join(folder, 'nobody') })).size).toBe(0);
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

describe('the region of an endpoint', () => {
  it.each<[string, Settings, Env, string]>([
    ['its own', { region: 'eu-west-3', profile: 'ci' }, { AWS_REGION: 'us-west-2' }, 'eu-west-3'],
    ["its profile's", { profile: 'ci' }, { AWS_REGION: 'us-west-2' }, 'eu-north-1'],
    ["the environment's, without a profile", {}, { AWS_DEFAULT_REGION: 'us-west-2' }, 'us-west-2'],
    ["the default profile's at last", {}, {}, 'eu-central-1'],
  ])('is %s', async (_whose, values, more, region) => {
    expect((await account(values, more)).region).toBe(region);
  });

  it('is asked for when nobody says it', async () => {
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
])('asks for figures only when it was told to: %o', async (values, everyMs) => {
  expect((await account(values)).metricsEveryMs).toBe(everyMs);
});
