/** Which login a profile means, in the order of the aws command. */
import { describe, expect, it } from 'vitest';
import { hasLogin, type Login, loginOf } from './login.ts';
import { type AwsFiles, type Env, readAwsFiles } from './profiles.ts';

const CONFIG = '/config';
function files(config: string, credentials = ''): Promise<AwsFiles> {
  const env = { AWS_CONFIG_FILE: CONFIG, AWS_SHARED_CREDENTIALS_FILE: '/credentials' };
  return readAwsFiles({ env, home: '/home/ada', text: async (path) => (path === CONFIG ? config : credentials) });
}
const keys = (accessKeyId: string, more: object = {}): Login => ({
  kind: 'keys',
  keys: { accessKeyId, secretAccessKey: 'S', ...more },
});
const KEYS = 'aws_access_key_id = A\naws_secret_access_key = S\n';
const SSO = 'sso_start_url = https://s\nsso_region = eu-west-1\nsso_account_id = 1\nsso_role_name = ops\n';
const sso = (more: object = {}): Login => ({
  kind: 'sso',
  profile: 'p',
  startUrl: 'https://s',
  region: 'eu-west-1',
  account: '1',
  role: 'ops',
  ...more,
});
const ENV = { AWS_ACCESS_KEY_ID: 'E', AWS_SECRET_ACCESS_KEY: 'S' };

describe('the login of a profile', () => {
  it.each<[string, string, string, Login]>([
    ['keys of the configuration', KEYS, '', keys('A')],
    ['keys of the credentials before those', KEYS, `[p]\n${KEYS.replace('A', 'C')}`, keys('C')],
    ['keys with a token', `${KEYS}aws_session_token = T\n`, '', keys('A', { sessionToken: 'T' })],
    [
      'keys with a token of old',
      `${KEYS}aws_session_token = T\naws_security_token = O\n`,
      '',
      keys('A', { sessionToken: 'O' }),
    ],
    ['keys with an empty token', `${KEYS}aws_session_token =\n`, '', keys('A')],
    ['a program', 'credential_process = /bin/x', '', { kind: 'process', command: '/bin/x' }],
    ['a program before its keys', `credential_process = /bin/x\n${KEYS}`, '', { kind: 'process', command: '/bin/x' }],
    [
      '`aws login` before a program',
      'login_session = x\ncredential_process = /bin/x',
      '',
      { kind: 'login', profile: 'p' },
    ],
    ['keys of the credentials before `aws login`', 'login_session = x', `[p]\n${KEYS}`, keys('A')],
    ['single sign-on before keys', SSO, `[p]\n${KEYS}`, sso()],
    [
      'single sign-on with a session',
      'sso_session = corp\nsso_account_id = 1\nsso_role_name = ops\n[sso-session corp]\nsso_start_url = https://s\nsso_region = eu-west-1',
      '',
      sso({ session: 'corp' }),
    ],
    [
      'a web identity before single sign-on',
      `web_identity_token_file = /t\nrole_arn = a\n${SSO}`,
      '',
      { kind: 'web identity', tokenFile: '/t', arn: 'a' },
    ],
    [
      'a web identity with a name for its session',
      'web_identity_token_file = /t\nrole_arn = a\nrole_session_name = n',
      '',
      { kind: 'web identity', tokenFile: '/t', arn: 'a', sessionName: 'n' },
    ],
    ['what the machine is given', 'region = x', '', { kind: 'container or instance' }],
    [
      'a role with all that can be said of it',
      'role_arn = a\nsource_profile = q\nrole_session_name = n\nexternal_id = x\nmfa_serial = m\nduration_seconds = 900',
      `[q]\n${KEYS}`,
      {
        kind: 'role',
        role: { arn: 'a', sessionName: 'n', externalId: 'x', mfaSerial: 'm', durationSeconds: 900 },
        source: keys('A'),
      },
    ],
    [
      'a role whose time is no number',
      'role_arn = a\nsource_profile = q\nduration_seconds = soon',
      `[q]\n${KEYS}`,
      { kind: 'role', role: { arn: 'a' }, source: keys('A') },
    ],
    [
      'a role that is taken with a role',
      'role_arn = a\nsource_profile = q\n[profile q]\nrole_arn = b\nsource_profile = r',
      `[r]\n${KEYS}`,
      { kind: 'role', role: { arn: 'a' }, source: { kind: 'role', role: { arn: 'b' }, source: keys('A') } },
    ],
    [
      'a role that is taken with keys, though that profile has a role too',
      'role_arn = a\nsource_profile = q\n[profile q]\nrole_arn = b\nsource_profile = r',
      `[q]\n${KEYS}`,
      { kind: 'role', role: { arn: 'a' }, source: keys('A') },
    ],
    [
      'a role that is taken with the keys of the same profile',
      `role_arn = a\nsource_profile = p\n${KEYS}`,
      '',
      { kind: 'role', role: { arn: 'a' }, source: keys('A') },
    ],
    [
      'a role of the machine',
      'role_arn = a\ncredential_source = Ec2InstanceMetadata',
      '',
      { kind: 'role', role: { arn: 'a' }, source: { kind: 'instance' } },
    ],
    [
      'a role of the container',
      'role_arn = a\ncredential_source = EcsContainer',
      '',
      { kind: 'role', role: { arn: 'a' }, source: { kind: 'container' } },
    ],
    [
      'a role of the environment',
      'role_arn = a\ncredential_source = Environment',
      '',
      { kind: 'role', role: { arn: 'a' }, source: keys('E') },
    ],
  ])('is %s', async (_what, config, credentials, login) => {
    expect(loginOf('p', await files(`[profile p]\n${config}\n`, credentials), ENV)).toEqual(login);
  });

  it.each<[string, string]>([
    ['role_arn =\nsource_profile = q', 'has an empty role_arn'],
    ['role_arn = a\ncredential_source = Elsewhere', 'has a credential_source that is not known'],
    ['role_arn = a\ncredential_source = Environment', 'takes its login from the environment, where there is none'],
    ['role_arn = a\nsource_profile = q\n[profile q]\nregion = x', 'has the source_profile q, which has no login'],
    ['role_arn = a\nsource_profile = p', 'comes back to itself: p → p'],
    [
      `role_arn = a\nsource_profile = q\n[profile q]\nrole_arn = b\nsource_profile = p\n`,
      'comes back to itself: p → q → p',
    ],
    ['web_identity_token_file = /t', 'has a web identity, and no role_arn'],
    [SSO.replace(/sso_region.*\n/, ''), 'uses single sign-on, and has no sso_region'],
    [SSO.replace(/sso_start_url.*\n/, ''), 'uses single sign-on, and has no sso_start_url'],
    [SSO.replace(/sso_account_id.*\n/, ''), 'uses single sign-on, and has no sso_account_id'],
    [SSO.replace(/sso_role_name.*\n/, ''), 'uses single sign-on, and has no sso_role_name'],
    [
      `${SSO}sso_session = corp\n[sso-session corp]\nsso_region = us-east-1`,
      'has another sso_region than its sso_session',
    ],
    ['aws_access_key_id = A', 'has only one half of its access key'],
    ['aws_access_key_id =\naws_secret_access_key = S', 'has only one half of its access key'],
  ])('is none: %j', async (config, why) => {
    const read = await files(`[profile p]\n${config}\n`);
    expect(() => loginOf('p', read, {})).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining(why) }),
    );
    expect(() => hasLogin('p', read, {})).toThrow(why);
  });

  it('may be said by the files, or not', async () => {
    const read = await files(`[profile p]\n${KEYS}[profile q]\nregion = x`);
    expect([hasLogin('p', read, {}), hasLogin('q', read, {})]).toEqual([true, false]);
  });
});

describe('the login where no profile is named', () => {
  it.each<[string, Env, Login]>([
    ['keys of the environment', ENV, keys('E')],
    ['keys with a token', { ...ENV, AWS_SESSION_TOKEN: 'T' }, keys('E', { sessionToken: 'T' })],
    [
      'keys with a token of old',
      { ...ENV, AWS_SESSION_TOKEN: 'T', AWS_SECURITY_TOKEN: 'O' },
      keys('E', { sessionToken: 'O' }),
    ],
    ['the default profile', {}, keys('A')],
    ['the profile of the environment', { AWS_PROFILE: 'p' }, { kind: 'process', command: 'x' }],
    [
      'the default profile of the environment',
      { AWS_PROFILE: 'default', AWS_DEFAULT_PROFILE: 'p' },
      { kind: 'process', command: 'x' },
    ],
    [
      'the web identity of the environment',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/e', AWS_ROLE_ARN: 'b', AWS_ROLE_SESSION_NAME: 'n' },
      { kind: 'web identity', tokenFile: '/e', arn: 'b', sessionName: 'n' },
    ],
  ])('is %s', async (_what, env, login) => {
    const read = await files(`[default]\n${KEYS}[profile p]\ncredential_process = x\n`);
    expect(loginOf(undefined, read, env)).toEqual(login);
  });

  it('is none where the environment is half a login, or names a profile that is not there', async () => {
    const read = await files('');
    expect(() => loginOf(undefined, read, { AWS_ACCESS_KEY_ID: 'E' })).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: 'AWS_ACCESS_KEY_ID is set, and no AWS_SECRET_ACCESS_KEY',
      }),
    );
    expect(() => loginOf(undefined, read, { AWS_PROFILE: 'gone' })).toThrow('the AWS profile gone is not there');
    expect(loginOf(undefined, read, {})).toEqual({ kind: 'container or instance' });
  });
});
