/** What people are asked for, and may set, for vSphere and OpenStack: as forms, flags and messages have it. */
import { describe, expect, it } from 'vitest';
import { manifest as openstack } from '../../src/platforms/openstack/manifest.ts';
import { manifest as vsphere } from '../../src/platforms/vsphere/manifest.ts';
import { createForm } from '../../src/screens/forms/form-state.ts';
import { complaint, display, endpointFieldsOf, fieldsOf, filled, missing, suggested } from '../../src/state/fields.ts';
import { mib } from '../../src/units.ts';

const manifests = { vsphere, openstack };
const fieldOf = (platform: keyof typeof manifests, key: string) => {
  const { endpoint, settings } = manifests[platform];
  const field = [...endpoint, ...settings].find((one) => one.key === key);
  if (!field) throw new Error(`${platform} has no field ${key}`);
  return field;
};
const control = (label: string) => `${label} must not contain control characters`;

describe('a field of an endpoint', () => {
  it.each([
    ['vsphere', 'url', 'Address', 'GOVC_URL'],
    ['vsphere', 'user', 'User', 'GOVC_USERNAME'],
    ['vsphere', 'password', 'Password', 'GOVC_PASSWORD'],
    ['vsphere', 'ca', 'Authority', 'GOVC_TLS_CA_CERTS'],
    ['vsphere', 'fingerprint', 'Fingerprint', undefined],
    ['openstack', 'cloud', 'Cloud', 'OS_CLOUD'],
    ['openstack', 'clouds-file', 'clouds.yaml', 'OS_CLIENT_CONFIG_FILE'],
    ['openstack', 'auth-url', 'Keystone', 'OS_AUTH_URL'],
    ['openstack', 'region', 'Region', 'OS_REGION_NAME'],
    ['openstack', 'username', 'User', 'OS_USERNAME'],
    ['openstack', 'password', 'Password', 'OS_PASSWORD'],
    ['openstack', 'user-domain', 'User domain', 'OS_USER_DOMAIN_NAME'],
    ['openstack', 'project', 'Project', 'OS_PROJECT_NAME'],
    ['openstack', 'project-id', 'Project id', 'OS_PROJECT_ID'],
    ['openstack', 'project-domain', 'Project domain', 'OS_PROJECT_DOMAIN_NAME'],
    ['openstack', 'application-credential-id', 'App credential', 'OS_APPLICATION_CREDENTIAL_ID'],
    ['openstack', 'application-credential-name', 'App credential name', 'OS_APPLICATION_CREDENTIAL_NAME'],
    ['openstack', 'application-credential-secret', 'App credential secret', 'OS_APPLICATION_CREDENTIAL_SECRET'],
    ['openstack', 'token', 'Token', 'OS_TOKEN'],
    ['openstack', 'interface', 'Interface', 'OS_INTERFACE'],
    ['openstack', 'compute-url', 'Nova', undefined],
    ['openstack', 'ca', 'Authority', 'OS_CACERT'],
    ['openstack', 'fingerprint', 'Fingerprint', undefined],
  ] as const)('of %s: %s is called %s, and begins as %s says', (platform, key, label, variable) => {
    const field = fieldOf(platform, key);
    expect(complaint(field, '\u0000')).toBe(control(label));
    const secret = /password|secret|token/.test(key);
    const given = key === 'interface' ? 'admin' : '/from-here';
    expect(suggested([field], variable === undefined ? {} : { [variable]: given })).toEqual(
      variable === undefined ? {} : { [key]: secret ? `env:${variable}` : given },
    );
    expect(display(field, 'hush')).toBe(secret ? '********' : 'hush');
    // A newline has a place in a text, not in a path or a word.
    const oneLine = ['ca', 'clouds-file', 'interface'].includes(key);
    expect(complaint(field, 'a\nb') === control(label)).toBe(oneLine);
    const home = { [key]: '~/a' };
    expect(filled([field], home, '/home/anna')).toEqual(
      key === 'ca' || key === 'clouds-file' ? { [key]: '/home/anna/a' } : home,
    );
  });

  it.each([
    ['vsphere', 'url', 'vc1.example.org', 'anna:hush@vc1', 'the login goes into user and password'],
    ['vsphere', 'fingerprint', 'ab:'.repeat(31).concat('AB'), 'ab', 'a SHA-256 fingerprint has 32 pairs of hex digits'],
    ['openstack', 'fingerprint', ` ${'AB'.repeat(32)}`, 'ab', 'a fingerprint is 32 bytes in hex, such as 17:F1:B6:…'],
    ['openstack', 'interface', 'internal', 'inner', 'Interface must be public, internal or admin'],
    ['openstack', 'interface', 'public', 'a', 'Interface must be public, internal or admin'],
    ['openstack', 'insecure', 'yes', 'perhaps', 'Unprotected HTTP must be yes or no'],
    ['openstack', 'all-projects', 'yes', 'perhaps', 'All projects must be yes or no'],
  ] as const)('of %s: %s takes %s, and not %s', (platform, key, good, bad, why) => {
    expect(complaint(fieldOf(platform, key), good)).toBeUndefined();
    expect(complaint(fieldOf(platform, key), bad)).toMatch(why.replace(/…$/, ''));
  });

  it.each([
    ['vsphere', ['url', 'user'], ['url', 'user', 'password', 'ca'], {}, ['url']],
    [
      'openstack',
      [],
      [
        ...['cloud', 'auth-url', 'region', 'username', 'password', 'project'],
        ...['application-credential-id', 'application-credential-secret', 'ca'],
      ],
      { insecure: false, 'all-projects': false },
      ['cloud', 'auth-url', 'region'],
    ],
  ] as const)('of %s must be given or not, and is seen at once or not', (platform, needed, seen, defaults, places) => {
    const { endpoint } = manifests[platform];
    expect(missing(endpoint, {}).map(({ key }) => key)).toEqual(needed);
    expect(suggested(endpoint, {})).toEqual(defaults);
    expect(endpoint.filter(({ place }) => place).map(({ key }) => key)).toEqual(places);
    const form = createForm({ fields: endpointFieldsOf(endpoint, 'add'), before: {}, start: defaults, buttons: [] });
    expect(form.stops().flatMap((stop) => (stop.kind === 'field' ? stop.field.key : []))).toEqual(seen);
  });
});

describe('a setting of a VM', () => {
  const CONTROL = /must not contain control characters|must be a size|must be a whole number|must be yes or no/;
  it.each([
    ['vsphere', 'memory', 'Memory', 'write', 'write', 'now', true],
    ['vsphere', 'vcpus', 'vCPUs', 'write', 'write', 'now', true],
    ['vsphere', 'memory-hot-add', 'Memory hot add', 'write', 'read', 'restart', false],
    ['vsphere', 'cpu-hot-add', 'vCPU hot add', 'write', 'read', 'restart', false],
    ['vsphere', 'description', 'Notes', 'write', 'write', 'now', false],
    ['openstack', 'name', 'Name', 'write', 'write', 'now', true],
    ['openstack', 'flavor', 'Flavor', 'write', 'read', 'restart', false],
    ['openstack', 'memory', 'Memory', 'read', 'read', undefined, false],
    ['openstack', 'vcpus', 'vCPUs', 'read', 'read', undefined, false],
    ['openstack', 'description', 'Description', 'write', 'write', 'now', false],
    ['openstack', 'tags', 'Tags', 'write', 'write', 'now', false],
    ['openstack', 'plan', 'Plan', 'write', 'write', 'now', false],
    ['openstack', 'profile', 'Profile', 'write', 'write', 'now', false],
  ] as const)('of %s: %s is called %s, and may be changed or read', (platform, key, label, off, on, when, required) => {
    const { settings } = manifests[platform];
    const field = fieldOf(platform, key);
    expect(complaint(field, '\u0000')).toMatch(new RegExp(`^${label} (?:${CONTROL.source})`));
    expect(complaint(field, '')).toBe(required ? `${label} is needed` : undefined);
    const access = (['edit-config', 'edit-running'] as const).map((mode) =>
      fieldsOf(settings, mode).find((one) => one.key === key),
    );
    expect(access.map((one) => one?.writable)).toEqual([off === 'write', on === 'write']);
    expect(access[0]?.takesEffect).toBe(when);
    const kind =
      key === 'memory'
        ? 'a size'
        : key === 'vcpus'
          ? 'a whole number'
          : key.endsWith('hot-add')
            ? 'yes or no'
            : 'control';
    expect(complaint(field, '\u0000')).toContain(kind);
  });

  it.each([
    ['memory', mib(3), 'Memory must be at least 4MiB'],
    ['memory', mib(4), undefined],
    ['vcpus', 0, 'vCPUs must be between 1 and 768'],
    ['vcpus', 1, undefined],
    ['vcpus', 768, undefined],
    ['vcpus', 769, 'vCPUs must be between 1 and 768'],
  ])('of vSphere has limits: %s of %i', (key, value, why) => {
    expect(complaint(fieldOf('vsphere', key), value)).toBe(why);
  });
});
