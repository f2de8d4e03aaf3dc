import { describe, expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import { addressOf } from './address.ts';
import { detectAround } from './detect.ts';
import { AUTH, around, readYaml } from './testkit/clouds-yaml.ts';
import { cloudNames, readCloud, regionNames } from './user-files/cloud-entry.ts';
import { readCloudsFiles, standingFolders } from './user-files/clouds-files.ts';

describe('the files of clouds', () => {
  it.each([
    [{}, ['/home/anna/.config/openstack', '/home/anna/.config/openstack', '/etc/xdg/openstack', '/etc/openstack']],
    [
      { XDG_CONFIG_HOME: '/x', XDG_CONFIG_DIRS: '/y' },
      ['/x/openstack', '/home/anna/.config/openstack', '/y/openstack', '/etc/openstack'],
    ],
  ])('are looked for, with %j, in %j', (env, folders) => {
    expect(standingFolders(around({}, env))).toEqual(folders);
  });

  it.each([
    ['/work/clouds.yaml', '/work/clouds.yml'],
    ['/work/clouds.yml', '/work/clouds.json'],
    ['/work/clouds.json', '/home/anna/.config/openstack/clouds.yaml'],
    ['/home/anna/.config/openstack/clouds.yaml', '/etc/xdg/openstack/clouds.yaml'],
    ['/etc/xdg/openstack/clouds.yaml', '/etc/openstack/clouds.yaml'],
  ])('count in their order: %s before %s', async (first, second) => {
    const { clouds, looked } = await readCloudsFiles(
      undefined,
      around({ [second]: 'clouds: {b: {}}', [first]: 'clouds: {a: {}}' }),
    );
    expect(clouds?.path).toBe(first);
    expect(looked).toContain(second);
    expect(looked).toHaveLength(12);
  });

  it('of which one is named stand first, with its neighbours', async () => {
    const files = {
      '/home/anna/own/c.yaml': 'clouds: {}',
      '/home/anna/own/secure.yaml': 'clouds: {}',
      '/home/anna/own/clouds-public.yaml': 'public-clouds: {}',
      '/work/clouds.yaml': 'clouds: {}',
      '/work/secure.yaml': 'clouds: {}',
      '/else/s.yaml': 'clouds: {}',
    };
    const found = await readCloudsFiles('~/own/c.yaml', around(files));
    expect(found).toMatchObject({
      clouds: { path: '/home/anna/own/c.yaml' },
      secure: { path: '/home/anna/own/secure.yaml' },
      vendors: { path: '/home/anna/own/clouds-public.yaml' },
      looked: ['/home/anna/own/c.yaml'],
    });
    const secret = await readCloudsFiles(undefined, around(files, { OS_CLIENT_SECURE_FILE: '/else/s.yaml' }));
    expect(secret.secure?.path).toBe('/else/s.yaml');
    expect((await readCloudsFiles(undefined, around(files, { OS_CLIENT_SECURE_FILE: '/none' }))).secure?.path).toBe(
      '/work/secure.yaml',
    );
  });

  it('that are broken are reported only when there is no other one, the first of them', async () => {
    const broken = { '/work/clouds.yaml': '[1]', '/work/clouds.yml': '{' };
    await expect(readCloudsFiles(undefined, around(broken))).rejects.toMatchObject({
      code: 'config.invalid',
      message: '/work/clouds.yaml is not a list of clouds',
      fix: 'it begins with `clouds:`',
    });
    const { clouds } = await readCloudsFiles(
      undefined,
      around({ ...broken, '/etc/openstack/clouds.yaml': 'clouds: {}' }),
    );
    expect(clouds?.path).toBe('/etc/openstack/clouds.yaml');
  });

  it('of vendors may be broken as long as no cloud needs them', async () => {
    const vendors = { '/work/clouds-public.yaml': '[1]' };
    expect(await readYaml(`clouds: {c: {auth: {${AUTH}}}}`, undefined, vendors)).toMatchObject({
      keystone: { host: 'k' },
    });
    await expect(readYaml('clouds: {c: {profile: acme}}', undefined, vendors)).rejects.toMatchObject({
      message: '/work/clouds-public.yaml is not a list of clouds',
    });
    const bug = new TypeError('a bug');
    const text = () => Promise.reject(bug);
    await expect(readCloudsFiles(undefined, { ...around({}), text })).rejects.toBe(bug);
  });

  it('say where they were looked for, and what is in them', async () => {
    const named = { cloud: 'x', 'clouds-file': '/a/none.txt' };
    await expect(readYaml('', named)).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'there is no clouds.yaml that has x',
      fix: 'looked for /a/none.txt',
    });
    const nowhere = addressOf({ name: endpointName('lab'), platform: 'openstack', values: { cloud: 'x' } }, around({}));
    await expect(nowhere).rejects.toMatchObject({
      fix: `looked for ${['/work', '/home/anna/.config/openstack', '/etc/xdg/openstack', '/etc/openstack'].map((place) => `${place}/clouds.yaml`).join(', ')}`,
    });
    await expect(readYaml('clouds: {}')).rejects.toMatchObject({
      code: 'config.invalid',
      message: '/work/clouds.yaml has no cloud c',
      fix: 'it has none at all',
    });
    await expect(readYaml('clouds: {a: {}, b: {}}')).rejects.toMatchObject({ fix: 'it has a, b' });
  });

  it('have names of clouds and regions', async () => {
    const files = await readCloudsFiles(
      undefined,
      around({
        '/work/clouds.yaml':
          'clouds: {a: {regions: [x, {name: y}, "", {values: {}}]}, b: {region_name: "r,s"}, d: {profile: v}, e: {}}',
        '/work/secure.yaml': 'clouds: {f: {region_name: [t, u]}}',
        '/work/clouds-public.yaml': 'public-clouds: {v: {regions: [w], region_name: no}}',
      }),
    );
    expect(cloudNames(files)).toEqual(['a', 'b', 'd', 'e', 'f']);
    expect(cloudNames({ clouds: undefined, secure: undefined })).toEqual([]);
    expect(['a', 'b', 'd', 'e', 'f'].map((name) => regionNames(name, files))).toEqual([
      ['x', 'y'],
      ['r', 's'],
      ['w'],
      [],
      ['t', 'u'],
    ]);
    expect(readCloud('a', files, undefined)).toMatchObject({ said: 'a in /work/clouds.yaml', region: 'x' });
    expect(readCloud('e', files, 'wish').region).toBe('wish');
    expect(() => readCloud('b', files, 'q')).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: 'b in /work/clouds.yaml has no region q',
        fix: 'it has r, s; capitals count',
      }),
    );
  });
});

describe('what is found of OpenStack', () => {
  const VARIABLES = {
    OS_USERNAME: 'username',
    OS_USER_DOMAIN_NAME: 'user-domain',
    OS_PROJECT_NAME: 'project',
    OS_PROJECT_ID: 'project-id',
    OS_PROJECT_DOMAIN_NAME: 'project-domain',
    OS_APPLICATION_CREDENTIAL_ID: 'application-credential-id',
    OS_APPLICATION_CREDENTIAL_NAME: 'application-credential-name',
    OS_REGION_NAME: 'region',
    OS_COMPUTE_REGION_NAME: 'region',
    OS_INTERFACE: 'interface',
    OS_ENDPOINT_TYPE: 'interface',
    OS_COMPUTE_ENDPOINT_OVERRIDE: 'compute-url',
    OS_CACERT: 'ca',
  };
  const SECRETS = {
    OS_PASSWORD: 'password',
    OS_APPLICATION_CREDENTIAL_SECRET: 'application-credential-secret',
    OS_TOKEN: 'token',
  };
  const URL = { OS_AUTH_URL: 'https://keys.example.org:5000' };

  it.each([...Object.entries(VARIABLES), ...Object.entries(SECRETS)])('%s is the field %s', async (variable, field) => {
    const [found, ...more] = await detectAround(around({}, { ...URL, [variable]: 'wordURL' }));
    const value = variable in SECRETS ? `env:${variable}` : field === 'interface' ? 'word' : 'wordURL';
    expect([found?.why, found?.values, more]).toEqual([
      'OS_AUTH_URL is set',
      { 'auth-url': URL.OS_AUTH_URL, [field]: value },
      [],
    ]);
  });

  it('is what is for Nova alone before what is for all, and nothing that is empty', async () => {
    const env = {
      ...URL,
      OS_REGION_NAME: 'a',
      OS_COMPUTE_REGION_NAME: 'b',
      OS_INTERFACE: 'c',
      OS_ENDPOINT_TYPE: 'd',
      OS_CACERT: '',
    };
    const [found] = await detectAround(around({}, env));
    expect(found).toMatchObject({ name: 'keys.example.org', values: { region: 'b', interface: 'c' } });
    expect(found?.values).not.toHaveProperty('ca');
    expect(await detectAround(around({}, { OS_AUTH_URL: '', OS_USERNAME: 'u' }))).toEqual([]);
  });

  it('is each cloud of the file that is set, which may be broken', async () => {
    const env = { OS_CLIENT_CONFIG_FILE: '/own.yaml' };
    expect(await detectAround(around({ '/own.yaml': 'clouds: {My Cloud: {}}' }, env))).toEqual([
      {
        name: expect.stringMatching(/^my-cloud$/i),
        why: 'the cloud My Cloud in /own.yaml',
        values: { cloud: 'My Cloud', 'clouds-file': '/own.yaml' },
      },
    ]);
    expect(await detectAround(around({ '/own.yaml': '[]' }, env))).toEqual([]);
    const text = () => Promise.reject(new TypeError('a bug'));
    await expect(detectAround({ ...around({}), text })).rejects.toThrow('a bug');
  });
});
