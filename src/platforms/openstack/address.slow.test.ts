import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../test/contract/refusal.ts';
import type { FleetError } from '../../errors.ts';
import { endpointName } from '../../ids.ts';
import type { Settings } from '../contract.ts';
import { type Address, addressOf } from './address.ts';
import { detectAround } from './detect.ts';
import { here } from './user-files/clouds-files.ts';

let home: string;
let env: Record<string, string>;
const around = () => ({ ...here(), env, home, directory: join(home, 'work') });

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-clouds-'));
  env = {};
  await mkdir(join(home, 'work'));
  await mkdir(join(home, '.config/openstack'), { recursive: true });
});
afterEach(() => rm(home, { recursive: true }));

const write = (file: string, text: string) => writeFile(join(home, file), text);
const read = (values: Settings): Promise<Address> =>
  addressOf({ name: endpointName('lab'), platform: 'openstack', values }, around());
const trouble = (values: Settings): Promise<FleetError> => refusal(read(values));

const CLOUDS = `
clouds:
  devstack:
    auth:
      auth_url: https://cloud.example.org:5000/v3
      username: anna
      project_name: demo
      domain_name: corp
    region_name: RegionOne
    endpoint_type: internal
    cacert: ~/ca.pem
  monitoring:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://cloud.example.org:5000
      application_credential_id: 423f19a4
      application_credential_secret: app-s3cret
    regions:
      - name: one
      - { name: two, values: { interface: admin } }
  careless:
    auth: { auth_url: "https://cloud.example.org:5000", username: anna, password: x, tenant_name: old }
    verify: false
  vendored:
    profile: acme
    auth: { username: anna, project_id: 7 }
  sso:
    auth_type: v3oidcpassword
    auth: { auth_url: "https://cloud.example.org:5000" }
`;

describe('a cloud of clouds.yaml', () => {
  beforeEach(() => write('.config/openstack/clouds.yaml', CLOUDS));

  it('is taken with its login, its region and its authority', async () => {
    await write('.config/openstack/secure.yaml', 'clouds: { devstack: { auth: { password: s3cret } } }');
    const address = await read({ cloud: 'devstack' });
    expect(address).toMatchObject({
      keystone: {
        secure: true,
        host: 'cloud.example.org',
        port: 5000,
        base: '/v3',
        ca: expect.stringMatching(/^\/.*ca.pem$/),
      },
      identity: { kind: 'password', user: { name: 'anna', domain: { name: 'corp' } }, password: 's3cret' },
      scope: { project: { name: 'demo', domain: { name: 'corp' } } },
    });
    expect(address.service('compute')).toMatchObject({ region: 'RegionOne', interfaces: ['internal'] });
    // TLS is checked at the services as it is at Keystone.
    expect(address.target('https://nova.example.org:8774/v2.1').ca).toBe(address.keystone.ca);
  });

  it('counts in the working directory before that of the user', async () => {
    await write(
      'work/clouds.yaml',
      'clouds: { devstack: { auth: { auth_url: "https://here:5000", username: bert } } }',
    );
    expect((await read({ cloud: 'devstack' })).keystone.host).toBe('here');
  });

  it('may be in a file of its own, with its secrets beside it', async () => {
    await write('work/mine.yaml', 'clouds: { c: { auth: { auth_url: "https://there", username: cleo } } }');
    await write('work/secure.yaml', 'clouds: { c: { auth: { password: pw } } }');
    const address = await read({ cloud: 'c', 'clouds-file': join(home, 'work/mine.yaml') });
    expect(address).toMatchObject({ keystone: { host: 'there', port: 443 }, identity: { password: 'pw' } });
  });

  it('has an application credential, which is of a project already', async () => {
    const address = await read({ cloud: 'monitoring' });
    expect(address.identity).toEqual({
      kind: 'application credential',
      credential: { id: '423f19a4' },
      secret: 'app-s3cret',
    });
    expect(address.service('compute').region).toBe('one');
    const second = await read({ cloud: 'monitoring', region: 'two' });
    expect(second.service('compute')).toMatchObject({ region: 'two', interfaces: ['admin'] });
    expect(await trouble({ cloud: 'monitoring', region: 'Two' })).toMatchObject({
      code: 'config.invalid',
      fix: expect.stringContaining('one, two'),
    });
  });

  it('is overruled by the fields of the endpoint', async () => {
    const address = await read({ cloud: 'monitoring', username: 'dora', password: 'pw', project: 'p', ca: '/my/ca' });
    expect(address).toMatchObject({
      identity: { kind: 'password', user: { name: 'dora', domain: { name: 'Default' } } },
      keystone: { ca: '/my/ca' },
    });
  });

  it('gives way to a project and a user that are named, though it has the ids of others', async () => {
    const auth = 'auth_url: "https://k", user_id: 1, project_id: 2, project_domain_id: corp, password: pw';
    await write('work/clouds.yaml', `clouds: { ids: { auth: { ${auth} } } }`);
    const address = await read({ cloud: 'ids', username: 'dora', project: 'shop' });
    expect(address).toMatchObject({
      identity: { user: { name: 'dora', domain: { name: 'Default' } } },
      scope: { project: { name: 'shop', domain: { id: 'corp' } } },
    });
    expect((await read({ cloud: 'ids' })).scope).toEqual({ project: { id: '2' } });
  });

  it('that verifies nothing is refused, with what to do instead', async () => {
    const error = await trouble({ cloud: 'careless' });
    expect(error).toMatchObject({ code: 'config.invalid', fix: expect.stringMatching(/`ca`.*`fingerprint`/) });
    const fingerprint = 'aa:'.repeat(31).concat('aa');
    expect((await read({ cloud: 'careless', fingerprint })).keystone.fingerprint).toBe(fingerprint);
  });

  it('takes what it lacks from its profile in clouds-public.yaml', async () => {
    await write(
      'work/clouds-public.yaml',
      'public-clouds: { acme: { auth: { auth_url: "https://acme.example.org/identity/v2.0" }, region_name: eu } }',
    );
    const address = await read({ cloud: 'vendored' });
    expect(address).toMatchObject({
      keystone: { host: 'acme.example.org', base: '/identity/v3' },
      scope: { project: { id: '7' } },
    });
    expect(address.service('compute').region).toBe('eu');
  });

  it('with a profile that is not known says what to do', async () => {
    expect((await trouble({ cloud: 'vendored' })).message).toContain('profile acme is not known');
  });

  it('with a login of an unknown kind says what to do', async () => {
    const error = await trouble({ cloud: 'sso' });
    expect(error).toMatchObject({ code: 'op.unsupported', fix: expect.stringContaining('application credential') });
  });

  it('that is not there names those that are', async () => {
    expect(await trouble({ cloud: 'devstak' })).toMatchObject({
      code: 'config.invalid',
      fix: 'it has devstack, monitoring, careless, vendored, sso',
    });
  });

  it('F-031 is found on this machine, as is what an openrc file has set, without its secrets', async () => {
    env = { OS_AUTH_URL: 'https://rc:5000', OS_USERNAME: 'anna', OS_PASSWORD: 'hush', OS_PROJECT_NAME: 'my project' };
    const found = await detectAround(around());
    expect(found.map(({ name }) => name)).toEqual([
      ...['devstack', 'monitoring', 'careless', 'vendored', 'sso'],
      'my-project',
    ]);
    expect(found[0]?.values).toEqual({ cloud: 'devstack' });
    expect(found.at(-1)?.values).toMatchObject({ 'auth-url': 'https://rc:5000', password: 'env:OS_PASSWORD' });
    expect(JSON.stringify(found)).not.toContain('hush');
  });
});

describe('a clouds.yaml', () => {
  const read = async (yaml: string, cloud = 'c', more: Settings = {}) => {
    await write('work/clouds.yaml', yaml);
    return addressOf({ name: endpointName('lab'), platform: 'openstack', values: { cloud, ...more } }, around());
  };
  const AUTH = 'auth_url: https://k, username: u, password: p';

  it('keeps ids, names and passwords as they are written, whatever numbers they look like', async () => {
    for (const word of [
      '0777',
      '1_000',
      '12e03',
      '1:30',
      '610275',
      '0x1F',
      '2024-01-02',
      'yes',
      '123456789012345678901',
    ]) {
      const auth = `auth_url: https://k, username: ${word}, password: ${word}, project_id: ${word}`;
      expect(await read(`clouds: {c: {auth: {${auth}}, region_name: ${word}}}`)).toMatchObject({
        identity: { user: { name: word }, password: word },
        scope: { project: { id: word } },
      });
    }
  });

  it('takes a block of lines for what it is, also at the end of a file without a line break', async () => {
    const auth = 'auth: {auth_url: https://k, username: u}';
    for (const [end, password] of [
      ['', 's3cret'],
      ['\n', 's3cret\n'],
    ]) {
      const address = await read(`clouds:\n  c:\n    ${auth}\n    password: |\n      s3cret${end}`);
      expect(address.identity).toMatchObject({ password });
    }
  });

  it('may merge mappings, of which the first of a list and the own keys count', async () => {
    const address = await read(`
x-one: &one {region_name: ONE, interface: internal, auth: {${AUTH}, project_name: one}}
x-two: &two {region_name: TWO, verify: no, cacert: /two.pem}
clouds:
  c: {<<: [*one, *two], region_name: OWN}
`);
    expect(address.keystone.ca).toBe('/two.pem');
    expect(address.service('compute')).toMatchObject({ region: 'OWN', interfaces: ['internal'] });
    expect(address.scope).toMatchObject({ project: { name: 'one' } });
  });

  it('may hold hundreds of aliases, and of a key that stands twice the last counts', async () => {
    const aliases = `x: &x {a: 1}\ny: [${'*x, '.repeat(500)}]\n`;
    const address = await read(`${aliases}clouds: {c: {region_name: A, region_name: B, auth: {${AUTH}}}}`);
    expect(address.service('compute').region).toBe('B');
  });

  it('with several documents is broken, and is passed over where there is another', async () => {
    const two = `clouds: {c: {auth: {${AUTH}}}}\n---\nclouds: {}\n`;
    await expect(read(two)).rejects.toMatchObject({
      message: expect.stringContaining('clouds.yaml:3:1: there must be one'),
    });
    await write('.config/openstack/clouds.yaml', 'clouds: {c: {auth: {auth_url: "https://other", username: u}}}');
    expect((await read(two)).keystone.host).toBe('other');
  });

  it.each(['verify: no', 'verify: off', 'verify: FALSE', "verify: ''", 'insecure: yes', 'insecure: "True"'])(
    'that says %s is refused without an authority',
    async (line) => {
      await expect(read(`clouds: {c: {auth: {${AUTH}}, ${line}}}`)).rejects.toThrow(
        /certificates are not to be verified/,
      );
    },
  );

  it('may name the authority as verify', async () => {
    expect((await read(`clouds: {c: {auth: {${AUTH}}, verify: /ca.pem}}`)).keystone.ca).toBe('/ca.pem');
  });

  it('may prefer some interfaces to others, and say another region and address for one service', async () => {
    const address = await read(`clouds: {c: {auth: {${AUTH}}, region_name: A, interface: [internalURL, public],
      compute_region_name: B, compute_interface: admin, volume_region_name: C, image_endpoint_override: "https://{region_name}.img"}}`);
    expect(address.service('compute')).toMatchObject({ region: 'B', interfaces: ['admin'] });
    expect(address.service('volume')).toMatchObject({ region: 'C', interfaces: ['internal', 'public'] });
    expect(address.service('image')).toMatchObject({ region: 'A', url: 'https://A.img' });
    const own = await read(`clouds: {c: {auth: {${AUTH}}, compute_endpoint: "https://nova"}}`, 'c', {
      'compute-url': 'https://mine',
      interface: 'internal',
    });
    expect(own.service('compute')).toMatchObject({ url: 'https://mine', interfaces: ['internal'] });
  });
});

describe('an endpoint', () => {
  it('may say all by itself', async () => {
    const address = await read({ 'auth-url': 'https://k:5000', username: 'u', password: 'p', 'project-id': '12' });
    expect(address).toMatchObject({ keystone: { base: '/v3' }, scope: { project: { id: '12' } } });
    expect(address.service('compute').interfaces).toEqual(['public']);
  });

  it('without anything says what is missing', async () => {
    expect(await trouble({})).toMatchObject({ code: 'config.invalid', fix: expect.stringContaining('auth-url') });
    expect((await trouble({ 'auth-url': 'https://k' })).message).toBe('lab: the user is missing');
    const half = { 'auth-url': 'https://k', 'application-credential-id': 'x', username: 'u', token: '' };
    expect((await read(half)).identity.kind).toBe('password');
  });

  it('speaks plain HTTP to another machine only where that was allowed', async () => {
    const values = { 'auth-url': 'http://192.0.2.1:5000', username: 'u', password: 'p' };
    expect(await trouble(values)).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('HTTP') });
    expect((await read({ ...values, insecure: true })).keystone.secure).toBe(false);
    // A catalog can't lead to a place that is less protected than what was allowed.
    const safe = await read({ ...values, 'auth-url': 'https://192.0.2.1' });
    expect(() => safe.target('http://192.0.2.1:8774/v2.1')).toThrow(/not protected/);
  });

  it('names the place of a mistake in clouds.yaml, and shows nothing of it', async () => {
    await write('work/clouds.yaml', 'clouds:\n  a:\n    auth: { password: "s3cret }\n  - b\n');
    const error = await trouble({ cloud: 'a' });
    expect(error.code).toBe('config.invalid');
    expect(error.message).toMatch(/clouds\.yaml:\d+:\d+: /);
    expect(error.message).not.toContain('s3cret');
  });

  it('does not wait at a named pipe, reads nothing endless, and follows no aliases without end', async () => {
    await promisify(execFile)('mkfifo', [join(home, 'work/clouds.yaml')]);
    expect(await detectAround(around())).toEqual([]);
    await rm(join(home, 'work/clouds.yaml'));
    await write('work/clouds.yaml', '#'.repeat(5 * 1024 ** 2));
    expect((await trouble({ cloud: 'a' })).message).toContain('larger than');
    const levels = Array.from({ length: 9 }, (_, n) => `k${n + 1}: &a${n + 1} [${`*a${n},`.repeat(9)}]`);
    await write('work/clouds.yaml', ['k0: &a0 [x]', ...levels].join('\n'));
    expect(await trouble({ cloud: 'a' })).toMatchObject({ code: 'config.invalid' });
    expect(await detectAround(around())).toEqual([]);
  });

  it('says where it has looked when there is no clouds.yaml', async () => {
    const error = await trouble({ cloud: 'a', 'clouds-file': join(home, 'none.yaml') });
    expect(error.fix).toContain('none.yaml');
  });
});
