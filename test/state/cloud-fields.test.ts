/** What the forms of Proxmox VE and Amazon EC2 ask, refuse, hide and fill in. */
import { describe, expect, it } from 'vitest';
import type { Field, Manifest } from '../../src/platforms/contract.ts';
import { platforms } from '../../src/platforms/registry.ts';
import {
  complaint,
  endpointFieldsOf,
  fieldsOf,
  filled,
  missing,
  redacted,
  shown,
  suggested,
} from '../../src/state/fields.ts';

function manifestOf(id: string): Manifest {
  const found = platforms.find(({ manifest }) => manifest.id === id)?.manifest;
  if (!found) throw new Error(`no platform ${id}`);
  return found;
}
const proxmox = manifestOf('proxmox');
const aws = manifestOf('aws');
const keys = (fields: readonly Field[]) => fields.map(({ key }) => key);
/** The sentence for a value that no field of this kind takes. */
function wrong(field: Field): string | undefined {
  const values: Readonly<Record<Field['kind'], string>> = {
    text: '\u0001',
    path: '\u0001',
    choice: 'x',
    flag: 'x',
    bytes: 'x',
    count: 'x',
    object: '\u0001',
    lines: '\u0001',
    list: 'x',
    pairs: 'x',
  };
  return complaint(field, values[field.kind]);
}
const NO_CONTROL = 'must not contain control characters';

describe('the form of a Proxmox VE endpoint', () => {
  const { endpoint } = proxmox;

  it('asks for what its login needs', () => {
    const asked = (values: Record<string, string>) => keys(endpoint.filter((field) => shown(field, endpoint, values)));
    const common = ['host', 'fingerprint', 'ca', 'insecure', 'login', 'user'];
    expect(asked({})).toEqual([...common, 'token', 'secret']);
    expect(asked({ login: 'token' })).toEqual([...common, 'token', 'secret']);
    expect(asked({ login: 'password' })).toEqual([...common, 'password', 'totp']);
    expect(keys(missing(endpoint, {}))).toEqual(['host', 'user']);
    expect(filled(endpoint, {}, '/home')).toEqual({ insecure: false, login: 'token' });
    expect(keys(endpoint.filter(({ advanced }) => advanced))).toEqual(['insecure', 'totp']);
    expect(keys(endpoint.filter(({ place }) => place))).toEqual(['host']);
    expect(keys(endpointFieldsOf(endpoint, 'edit').filter(({ writable }) => !writable))).toEqual(['host']);
  });

  it('hides its secrets', () => {
    const all = Object.fromEntries(endpoint.map(({ key }) => [key, 'hush']));
    const hidden = Object.entries(redacted(endpoint, all)).flatMap(([key, value]) => (value === 'hush' ? [] : key));
    expect(hidden).toEqual(['secret', 'password', 'totp']);
  });

  it('says by its own words what is wrong', () => {
    expect(endpoint.map(wrong)).toEqual([
      `Host ${NO_CONTROL}`,
      `Fingerprint ${NO_CONTROL}`,
      `Authority ${NO_CONTROL}`,
      'Unprotected HTTP must be yes or no',
      'Login must be token or password',
      `User ${NO_CONTROL}`,
      `Token name ${NO_CONTROL}`,
      `Token secret ${NO_CONTROL}`,
      `Password ${NO_CONTROL}`,
      `TOTP secret ${NO_CONTROL}`,
    ]);
    const of = (key: string, value: string) => {
      const field = endpoint.find((one) => one.key === key);
      return field && complaint(field, value);
    };
    expect(of('user', 'root')).toBe('a user looks like root@pam, with a token like root@pam!drover');
    expect(of('user', 'root@pam!drover')).toBeUndefined();
    expect(of('fingerprint', 'AB:CD')).toMatch(/^a fingerprint is 32 bytes in hex/);
    expect(of('fingerprint', Array(32).fill('aB').join(':'))).toBeUndefined();
  });

  it('asks for settings that a guest can have', () => {
    const { settings } = proxmox;
    const edited = fieldsOf(settings, 'edit-config');
    expect(keys(edited)).toEqual(
      expect.arrayContaining(['name', 'memory', 'vcpus', 'autostart', 'description', 'tags']),
    );
    expect(edited.filter((field) => !field.writable)).toEqual([]);
    const one = (key: string) => settings.find((field) => field.key === key);
    const [memory, vcpus, autostart, notes] = ['memory', 'vcpus', 'autostart', 'description'].map(one);
    if (!memory || !vcpus || !autostart || !notes) throw new Error('a setting is missing');
    expect([complaint(memory, ''), complaint(vcpus, '')]).toEqual(['Memory is needed', 'vCPUs is needed']);
    expect([complaint(memory, '15MiB'), complaint(memory, '16MiB')]).toEqual([
      'Memory must be at least 16MiB',
      undefined,
    ]);
    expect(complaint(vcpus, '0')).toBe('vCPUs must be between 1 and 8192');
    expect([complaint(vcpus, '1'), complaint(vcpus, '8192')]).toEqual([undefined, undefined]);
    expect([wrong(memory), wrong(autostart), wrong(notes)]).toEqual([
      'Memory must be a size like 4GiB or 512M',
      'Autostart must be yes or no',
      `Notes ${NO_CONTROL}`,
    ]);
  });
});

describe('the form of an Amazon EC2 endpoint', () => {
  const { endpoint } = aws;

  it('asks how often for metrics only where they are wanted', () => {
    const asked = (values: Record<string, boolean>) =>
      keys(endpoint.filter((field) => !shown(field, endpoint, values)));
    expect(asked({})).toEqual(['metrics-every']);
    expect(asked({ metrics: true })).toEqual([]);
    expect(missing(endpoint, {})).toEqual([]);
    expect(filled(endpoint, { metrics: true }, '/home')).toEqual({ metrics: true, 'metrics-every': '5m' });
    expect(filled(endpoint, {}, '/home')).toEqual({ metrics: false });
    expect(keys(endpoint.filter(({ place }) => place))).toEqual(['profile', 'region', 'endpoint-url']);
    expect(keys(endpoint.filter(({ advanced }) => advanced))).toEqual([
      'session-token',
      'mfa-serial',
      'endpoint-url',
      'serial-console',
      'serial-console-key',
      'ca',
      'metrics-every',
    ]);
  });

  it('starts with what the environment says to the AWS tools', () => {
    const env = {
      AWS_PROFILE: 'prod',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: 'https://ec2',
      AWS_CA_BUNDLE: '/ca',
    };
    expect(suggested(endpoint, env)).toEqual({
      profile: 'prod',
      region: 'eu-central-1',
      'endpoint-url': 'https://ec2',
      ca: '/ca',
      metrics: false,
      'metrics-every': '5m',
    });
  });

  it('hides its secrets', () => {
    const all = Object.fromEntries(endpoint.map(({ key }) => [key, 'hush']));
    const hidden = Object.entries(redacted(endpoint, all)).flatMap(([key, value]) => (value === 'hush' ? [] : key));
    expect(hidden).toEqual(['secret-access-key', 'session-token']);
  });

  it('says by its own words what is wrong', () => {
    const labels =
      'Profile|Region|Access key|Secret key|Session token|Role|MFA device|Service URL|Serial console|Key of the console|Authority'.split(
        '|',
      );
    expect(endpoint.map(wrong)).toEqual([
      ...labels.map((label) => `${label} ${NO_CONTROL}`),
      'Metrics must be yes or no',
      `Metrics every ${NO_CONTROL}`,
    ]);
    const of = (key: string, value: string) => {
      const field = endpoint.find((one) => one.key === key);
      return field && complaint(field, value);
    };
    expect(of('region', 'Frankfurt')).toBe('a region looks like eu-central-1');
    expect(of('region', 'eu-central-1')).toBeUndefined();
    expect(of('role-arn', 'operator')).toBe('a role is arn:aws:iam::ACCOUNT:role/NAME');
    expect(of('role-arn', 'arn:aws-cn:iam::123456789012:role/x/operator')).toBeUndefined();
    expect(of('metrics-every', 'often')).toBe('Metrics every must be a time like 5m or 60s');
    for (const time of ['5m', '1.5 m', '60s', '90']) expect(of('metrics-every', time)).toBeUndefined();
  });

  it('asks for settings that an instance can have', () => {
    const { settings } = aws;
    const all = ['plan', 'profile', 'metadata', 'name', 'type', 'termination-protection'];
    expect(keys(fieldsOf(settings, 'edit-config').filter((field) => field.writable))).toEqual(all);
    expect(keys(fieldsOf(settings, 'edit-running'))).toEqual(all);
    expect(keys(fieldsOf(settings, 'edit-running').filter((field) => field.writable))).toEqual(
      all.filter((key) => key !== 'type'),
    );
    const [name, type, protection] = fieldsOf(settings, 'edit-config').filter((field) =>
      ['name', 'type', 'termination-protection'].includes(field.key),
    );
    expect([name, type, protection].map((field) => field?.takesEffect)).toEqual(['now', 'restart', 'now']);
    if (!name || !type || !protection) throw new Error('a setting is missing');
    expect([complaint(name, ''), complaint(type, ''), complaint(type, 'big')]).toEqual([
      undefined,
      undefined,
      'an instance type looks like t3.micro',
    ]);
    expect([wrong(name), wrong(protection)]).toEqual([
      `Name ${NO_CONTROL}`,
      'Termination protection must be yes or no',
    ]);
  });
});

it('has examples that it would take itself', () => {
  for (const { endpoint, settings } of [proxmox, aws]) {
    for (const field of [...endpoint, ...settings]) {
      for (const example of field.examples ?? [])
        expect([field.key, complaint(field, example)]).toEqual([field.key, undefined]);
    }
  }
});
