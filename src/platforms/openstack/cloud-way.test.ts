import { homedir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import type { Settings } from '../contract.ts';
import { AUTH, cloud, own, readYaml } from './testkit/clouds-yaml.ts';

describe('the way to a cloud', () => {
  it.each<[string, Settings, object]>([
    [
      'cacert: ~/ca.pem, cert: ~/c.pem, key: /k.pem',
      {},
      { ca: `${homedir()}/ca.pem`, cert: `${homedir()}/c.pem`, key: '/k.pem' },
    ],
    ['cacert: /ca.pem', { ca: '~/own.pem', fingerprint: ' AB ' }, { ca: `${homedir()}/own.pem`, fingerprint: 'AB' }],
    ['verify: /v.pem, cacert: /ca.pem', {}, { ca: '/ca.pem' }],
    ['verify: true', {}, {}],
    ['verify: no', { ca: '/ca.pem' }, { ca: '/ca.pem' }],
    ['insecure: no', {}, {}],
  ])('with %s and the fields %j is verified by %j', async (inside, values, tls) => {
    const { keystone } = await cloud(`auth: {${AUTH}}, ${inside}`, values);
    const { ca, cert, key, fingerprint } = keystone;
    expect(JSON.parse(JSON.stringify({ ca, cert, key, fingerprint }))).toEqual(tls);
  });

  it.each([
    ['https://k', 443, '/v3'],
    ['https://k/v3', 443, '/v3'],
    ['https://k/v2.0/', 443, '/v3'],
    ['https://k:5000/identity', 5000, '/identity/v3'],
    ['https://k/v3/x', 443, '/v3/x/v3'],
    ['http://localhost', 80, '/v3'],
  ])('%s leads to port %i and %s', async (url, port, base) => {
    expect((await own({ 'auth-url': url, username: 'u' })).keystone).toMatchObject({ port, base });
  });

  it('is not known without an address, and who verifies nothing is told what to do', async () => {
    await expect(cloud('auth: {username: u}')).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'c in /work/clouds.yaml: the address of Keystone is missing',
      fix: 'name a cloud of your clouds.yaml as `cloud`, or the address as `auth-url`',
    });
    await expect(own({ 'auth-url': ' ', username: 'u' })).rejects.toMatchObject({
      message: 'lab: the address of Keystone is missing',
    });
    await expect(cloud(`auth: {${AUTH}}, verify: no`)).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'c in /work/clouds.yaml says that certificates are not to be verified',
    });
  });

  it.each<[string, Settings, 'compute' | 'image' | 'volume', object]>([
    [
      '',
      {},
      'compute',
      { region: undefined, interfaces: ['public'], url: undefined, type: undefined, name: undefined },
    ],
    ['region_name: R, interface: admin', {}, 'image', { region: 'R', interfaces: ['admin'] }],
    ['region_name: R, endpoint_type: internalURL', {}, 'image', { interfaces: ['internal'] }],
    ['region-name: R, compute-region-name: S', {}, 'compute', { region: 'S' }],
    ['compute_endpoint_type: admin', {}, 'compute', { interfaces: ['admin'] }],
    ['interface: ""', {}, 'compute', { interfaces: ['public'] }],
    ['interface: null', {}, 'compute', { interfaces: ['public'] }],
    [
      'interface: admin',
      { interface: 'internalURL', region: 'own' },
      'compute',
      { interfaces: ['internal'], region: 'own' },
    ],
    ['compute_endpoint: "https://a", compute_endpoint_override: "https://b"', {}, 'compute', { url: 'https://b' }],
    ['compute_endpoint_override: ""', { 'compute-url': 'https://own' }, 'compute', { url: 'https://own' }],
    ['image_endpoint_override: "https://i"', { 'compute-url': 'https://own' }, 'image', { url: 'https://i' }],
    ['compute_service_type: special, compute_service_name: n2', {}, 'compute', { type: 'special', name: 'n2' }],
    ['image_region_name: I', {}, 'compute', { region: undefined }],
    ['block_storage_region_name: A, volume_region_name: B', {}, 'volume', { region: 'A' }],
    ['volumev3_region_name: A, volumev2_region_name: B', {}, 'volume', { region: 'A' }],
    ['volumev2_region_name: A, volume_region_name: B', {}, 'volume', { region: 'A' }],
    ['volume_region_name: A, block_store_region_name: B', {}, 'volume', { region: 'A' }],
    ['block_store_region_name: B', {}, 'volume', { region: 'B' }],
    ['x: y, compute_endpoint: "https://{x}.org/{{id}}"', {}, 'compute', { url: 'https://y.org/{id}' }],
  ])('with %s and the fields %j to %s is %j', async (inside, values, kind, choice) => {
    const address = await cloud(`auth: {${AUTH}}${inside === '' ? '' : `, ${inside}`}`, values);
    expect(address.service(kind)).toMatchObject(choice);
  });

  it.each([
    ['interface: [[a]]', 'its interface is neither a word nor a list of words'],
    ['interface: []', 'its interface is neither a word nor a list of words'],
    ['interface: {a: b}', 'its interface is neither a word nor a list of words'],
    ['compute_endpoint: "https://{none}"', 'it refers to {none}, which it does not have'],
  ])('with %s says that %s', async (inside, why) => {
    const address = await cloud(`auth: {${AUTH}}, ${inside}`);
    expect(() => address.service('compute')).toThrow(
      expect.objectContaining({ code: 'config.invalid', message: `c in /work/clouds.yaml: ${why}` }),
    );
  });

  it.each([
    ['{profile: acme}', { host: 'acme' }, 'eu'],
    ['{cloud: acme, region_name: us}', { host: 'acme' }, 'us'],
    ['{profile: acme, auth: {auth_url: "https://own"}}', { host: 'own' }, 'eu'],
    ['{profile: absent, cloud: acme, auth: {auth_url: "https://own"}}', { host: 'own' }, undefined],
    ['{profile: many}', { host: 'many' }, 'one'],
    ['{profile: many, regions: [two]}', { host: 'many' }, 'two'],
    ['{profile: none}', { host: 'none' }, undefined],
  ])('of the cloud %s is, with the profiles of vendors, %j', async (own, keystone, region) => {
    const profiles = `public-clouds:
  acme: {auth: {auth_url: "https://acme", username: u}, region_name: eu, interface: internal}
  many: {auth: {auth_url: "https://many", username: u}, regions: [one, two], region_name: no}
  none: {auth: {auth_url: "https://none", username: u}, regions: []}`;
    const withUser = own.replace('auth: {', 'auth: {username: u, ');
    const address = await readYaml(`clouds: {c: ${withUser}}`, undefined, { '/work/clouds-public.yaml': profiles });
    expect(address.keystone).toMatchObject(keystone);
    expect(address.service('compute').region || undefined).toBe(region);
  });

  it('of a profile that is not known says so, and takes settings of a region', async () => {
    await expect(cloud('cloud: acme')).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'c in /work/clouds.yaml: its profile acme is not known here',
      fix: 'write the auth_url of that cloud beside the login, or the profile into clouds-public.yaml',
    });
    const regions = 'regions: [{name: a, values: {interface: admin, region_name: null, auth: {password: q}}}, b]';
    const address = await cloud(`auth: {${AUTH}}, interface: internal, ${regions}`);
    expect(address.service('compute')).toMatchObject({ region: 'a', interfaces: ['admin'] });
    expect(address.identity).toMatchObject({ user: { name: 'u' }, password: 'q' });
    expect((await cloud(`auth: {${AUTH}}, ${regions}`, { region: 'b' })).identity).toMatchObject({ password: 'p' });
  });

  it('may lead to all projects, and over plain HTTP where that was said', async () => {
    expect((await own({ username: 'u', 'all-projects': true })).allProjects).toBe(true);
    expect((await own({ username: 'u' })).allProjects).toBe(false);
    await expect(own({ username: 'u', 'auth-url': 'http://192.0.2.1', insecure: 'yes' })).rejects.toBeInstanceOf(
      FleetError,
    );
  });
});
