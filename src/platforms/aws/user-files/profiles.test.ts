import { describe, expect, it } from 'vitest';
import { caBundle, regionOfEnv, type Service, serviceUrl, switchIn } from './places.ts';
import { type Env, readAwsFiles, wordIn } from './profiles.ts';

const read = (texts: Readonly<Record<string, string>>, env: Env = {}) =>
  readAwsFiles({ env, home: '/home/ada', text: async (path) => texts[path] });
const CONFIG = '/home/ada/.aws/config';
const CREDENTIALS = '/home/ada/.aws/credentials';

describe('the files of the AWS tools', () => {
  it('lie in the home of the user, or where the environment says', async () => {
    const names = async (texts: Readonly<Record<string, string>>, env: Env = {}) => [
      ...(await read(texts, env)).profiles.keys(),
    ];
    expect(await names({ [CONFIG]: '[profile a]', [CREDENTIALS]: '[b]' })).toEqual(['a', 'b']);
    const here = { '/x/config': '[profile c]', '/home/ada/y': '[d]' };
    expect(await names(here, { AWS_CONFIG_FILE: '$X/config', X: '/x' })).toEqual(['c']);
    expect(await names(here, { AWS_CONFIG_FILE: ['$', '{X}/config'].join(''), X: '/x' })).toEqual(['c']);
    expect(await names(here, { AWS_SHARED_CREDENTIALS_FILE: '~/y' })).toEqual(['d']);
    expect(await names({ '$X/config': '[default]' }, { AWS_CONFIG_FILE: '$X/config' })).toEqual(['default']);
    expect(await names({ '~y': '[default]', '': '[profile z]' }, { AWS_CONFIG_FILE: '~y' })).toEqual(['default']);
    expect(await names({ '': '[profile z]' }, { AWS_CONFIG_FILE: '' })).toEqual([]);
  });

  it('have profiles, sessions and services, each by its name', async () => {
    const config = `[default]\n[profile a]\nk = 1\nl = 1\n[profile "b c"]\n[profile]\n[profile d e]\n[other]
[sso-session s]\n[services v]\n[profilex]\n`;
    const files = await read({ [CONFIG]: config, [CREDENTIALS]: '[a]\nk = 2\n[x]' });
    expect([...files.profiles.keys()]).toEqual(['default', 'a', 'b c', 'x']);
    expect([...files.configured.keys()]).toEqual(['default', 'a', 'b c']);
    expect([...files.credentials.keys()]).toEqual(['a', 'x']);
    expect([...files.ssoSessions.keys()]).toEqual(['s']);
    expect([...files.services.keys()]).toEqual(['v']);
    expect(Object.fromEntries(files.profiles.get('a') ?? [])).toEqual({ k: '2', l: '1' });
  });
});

it.each([
  [undefined, undefined],
  ['', undefined],
  ['word', 'word'],
  [new Map([['a', 'b']]), undefined],
])('takes %j for the word %j', (value, word) => {
  expect(wordIn(value === undefined ? undefined : new Map([['k', value]]), 'k')).toBe(word);
  expect(wordIn(new Map(), 'k')).toBeUndefined();
});

describe('where the services of a profile are', () => {
  const CONFIGURED = `[profile p]
endpoint_url = https://all
services = mine
use_fips_endpoint = TRUE
use_dualstack_endpoint = no
ca_bundle = /ca
[profile q]
endpoint_url = https://all
ignore_configured_endpoint_urls = true
[profile r]
services =
[profile s]
services = gone
[profile t]
services =
  ec2 = x
[services mine]
ec2 =
  endpoint_url = https://ec2
sts = plain
`;
  it.each<[string, Service, Env, string | undefined]>([
    ['p', 'ec2', {}, 'https://ec2'],
    ['p', 'cloudwatch', {}, 'https://all'],
    ['p', 'sts', {}, 'https://all'],
    ['p', 'ec2', { AWS_ENDPOINT_URL: 'https://e' }, 'https://e'],
    ['p', 'ec2', { AWS_ENDPOINT_URL_EC2: 'https://own', AWS_ENDPOINT_URL: 'https://e' }, 'https://own'],
    ['p', 'ec2', { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' }, undefined],
    ['q', 'ec2', {}, undefined],
    ['q', 'ec2', { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }, 'https://all'],
    ['absent', 'ec2', {}, undefined],
  ])('of %s, %s, with %j', async (profile, service, env, url) => {
    const files = await read({ [CONFIG]: CONFIGURED });
    expect(serviceUrl(service, files.profiles.get(profile), files, env)).toBe(url);
  });

  it.each([['r'], ['s'], ['t']])('is not known where the services are not there: %s', async (profile) => {
    const files = await read({ [CONFIG]: CONFIGURED });
    expect(() => serviceUrl('ec2', files.profiles.get(profile), files, {})).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: expect.stringContaining('there is no [services ') }),
    );
  });

  it('has switches, which the environment counts before', async () => {
    const profile = (await read({ [CONFIG]: CONFIGURED })).profiles.get('p');
    const fips = (env: Env) => switchIn(profile, 'use_fips_endpoint', env, 'AWS_USE_FIPS_ENDPOINT');
    expect([fips({}), fips({ AWS_USE_FIPS_ENDPOINT: 'false' }), fips({ AWS_USE_FIPS_ENDPOINT: 'tRue' })]).toEqual([
      true,
      false,
      true,
    ]);
    expect(switchIn(profile, 'use_dualstack_endpoint', {}, 'X')).toBe(false);
    expect(switchIn(undefined, 'use_fips_endpoint', {}, 'X')).toBeUndefined();
    expect([caBundle(profile, {}), caBundle(profile, { AWS_CA_BUNDLE: '/e' })]).toEqual(['/ca', '/e']);
  });

  it.each([
    [{ AWS_REGION: 'a', AWS_DEFAULT_REGION: 'b' }, 'a'],
    [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'b' }, 'b'],
    [{ AWS_DEFAULT_REGION: '' }, undefined],
    [{}, undefined],
  ])('has the region %j', (env, region) => expect(regionOfEnv(env)).toBe(region));
});
