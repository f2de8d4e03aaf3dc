import { describe, expect, it } from 'vitest';
import type { EndpointField, Field, SettingsField } from '../platforms/contract.ts';
import { gib, mib } from '../units.ts';
import {
  changesOf,
  complaint,
  display,
  endpointFieldsOf,
  fieldsOf,
  filled,
  missing,
  parse,
  redacted,
  referenceOf,
  shown,
  spell,
  suggested,
} from './fields.ts';

const memory: SettingsField = {
  key: 'memory',
  label: 'Memory',
  help: 'Guest memory.',
  kind: 'bytes',
  min: mib(16),
  max: gib(64),
  in: { 'edit-config': 'write', 'edit-running': 'write', 'edit-image': 'write', provision: 'write' },
};
const cpus: SettingsField = {
  key: 'cpus',
  label: 'vCPUs',
  help: 'Virtual CPUs.',
  kind: 'count',
  min: 1,
  required: true,
  in: { 'edit-config': 'write', 'edit-running': 'write' },
};
const firmware: SettingsField = {
  key: 'firmware',
  label: 'Firmware',
  help: 'Fixed once the VM exists.',
  kind: 'choice',
  options: ['bios', 'uefi'],
  in: { 'edit-config': 'read', provision: 'write' },
};
const autostart: SettingsField = {
  key: 'autostart',
  label: 'Autostart',
  help: 'Starts with its node.',
  kind: 'flag',
  in: { 'edit-config': 'write' },
};
const settings = [memory, cpus, firmware, autostart];

const transport: EndpointField = {
  key: 'transport',
  label: 'Transport',
  help: 'How to get there.',
  kind: 'choice',
  options: ['ssh', 'tls'],
  default: 'ssh',
};
const host: EndpointField = {
  key: 'host',
  label: 'Host',
  help: 'Its address.',
  kind: 'text',
  required: true,
  fixed: true,
};
const key: EndpointField = {
  key: 'key',
  label: 'Key',
  help: 'Private key.',
  kind: 'path',
  default: '~/.ssh/id_ed25519',
  when: { key: 'transport', is: ['ssh'] },
};
const ca: EndpointField = {
  key: 'ca',
  label: 'CA',
  help: 'Private CA.',
  kind: 'path',
  required: true,
  when: { key: 'transport', is: ['tls'] },
};
const password: EndpointField = {
  key: 'password',
  label: 'Password',
  help: 'Of the user.',
  kind: 'text',
  sensitive: true,
  env: 'LAB_PASSWORD',
  pattern: { source: '^[!-~]{4,}$', complaint: 'Password must have four characters at least' },
};
const endpoint = [transport, host, key, ca, password];
const more = { help: 'Help.', in: {} } as const;
const count: SettingsField = { key: 'count', label: 'Count', kind: 'count', max: 4, ...more };
const port: SettingsField = { key: 'port', label: 'Port', kind: 'count', min: 1, max: 9, ...more };
const three: SettingsField = { key: 'three', label: 'Three', kind: 'choice', options: ['a', 'b', 'c'], ...more };
const open: SettingsField = { key: 'open', label: 'Open', kind: 'choice', ...more };

describe('which fields a dialog has', () => {
  it('F-071 F-101 F-107 shows each mode its own fields, and lets only some of them be written', () => {
    const modes = (['edit-config', 'edit-running', 'edit-image', 'provision'] as const).map((mode) =>
      fieldsOf(settings, mode).map((field) => `${field.key}${field.writable ? '' : ' (read)'}`),
    );
    expect(modes).toEqual([
      ['memory', 'cpus', 'firmware (read)', 'autostart'],
      ['memory', 'cpus'],
      ['memory'],
      ['memory', 'firmware'],
    ]);
  });

  it('F-026 lets the host of an endpoint be written when it is added, and only read when it is edited', () => {
    const writable = (mode: 'add' | 'edit') =>
      endpointFieldsOf(endpoint, mode).find((field) => field.key === 'host')?.writable;
    expect([writable('add'), writable('edit')]).toEqual([true, false]);
  });

  it('asks for a CA only while the transport is tls', () => {
    const asked = (values: Record<string, string>) =>
      endpoint.filter((field) => shown(field, endpoint, values)).map((field) => field.key);
    expect(asked({})).toEqual(['transport', 'host', 'key', 'password']);
    expect(asked({ transport: 'tls' })).toEqual(['transport', 'host', 'ca', 'password']);
  });

  it('asks for nothing that hangs on a field that is not asked', () => {
    const passphrase: EndpointField = {
      ...password,
      key: 'passphrase',
      when: { key: 'key', is: ['~/.ssh/id_ed25519'] },
    };
    const asked = (values: Record<string, string>) => shown(passphrase, [...endpoint, passphrase], values);
    expect([asked({}), asked({ transport: 'tls' })]).toEqual([true, false]);
  });

  it('F-025 names the required fields that are still empty, of those that are asked', () => {
    expect(missing(endpoint, { host: ' ' }).map((field) => field.key)).toEqual(['host']);
    expect(missing(endpoint, { host: 'a', transport: 'tls' }).map((field) => field.key)).toEqual(['ca']);
    expect(missing(endpoint, { host: 'a' })).toEqual([]);
  });
});

describe('what people type', () => {
  it.each([
    [memory, '4GiB', gib(4)],
    [memory, ' 512m ', mib(512)],
    // as JSON prints it
    [memory, '2147483648', gib(2)],
    [memory, 'much', undefined],
    [cpus, '8', 8],
    [cpus, '1.5', undefined],
    [cpus, '1e3', undefined],
    [autostart, 'On', true],
    [autostart, 'no', false],
    [autostart, 'perhaps', undefined],
    [firmware, 'UEFI', 'uefi'],
    [host, '  10.0.0.1 ', '10.0.0.1'],
    [password, ' two spaces ', ' two spaces '],
  ])('%o reads %j', (field, text, value) => {
    expect(parse(field, text)).toBe(value);
  });

  it.each([
    [memory, '2048', 'Memory needs a unit: 2048MiB, 2048GiB; a number alone counts bytes'],
    [memory, '67108863', 'Memory needs a unit: 67108863MiB, 67108863GiB; a number alone counts bytes'],
    [memory, '0', 'Memory must be between 16MiB and 64GiB'],
    [memory, '9999999G', 'Memory is too large'],
    [memory, '8191T', 'Memory must be between 16MiB and 64GiB'],
    [memory, 'much', 'Memory must be a size like 4GiB or 512M'],
    [memory, '8MiB', 'Memory must be between 16MiB and 64GiB'],
    [memory, gib(65), 'Memory must be between 16MiB and 64GiB'],
    [memory, true, 'Memory must be a size like 4GiB or 512M'],
    [cpus, '0', 'vCPUs must be at least 1'],
    [cpus, '', 'vCPUs is needed'],
    [cpus, undefined, 'vCPUs is needed'],
    [autostart, 'perhaps', 'Autostart must be yes or no'],
    [firmware, 'ufei', 'Firmware must be bios or uefi (did you mean uefi?)'],
    [host, 'a\u001b[31m', 'Host must not contain control characters'],
    [password, 'abc', 'Password must have four characters at least'],
    [password, 'cmd:', 'Password does not say what cmd: is'],
    [cpus, '1', undefined],
    [cpus, '1.5', 'vCPUs must be a whole number'],
    [cpus, 1.5, 'vCPUs must be a whole number'],
    [cpus, '99999999999999999999', 'vCPUs must be a whole number'],
    [cpus, false, 'vCPUs must be a whole number'],
    [count, '4', undefined],
    [count, '5', 'Count must be at most 4'],
    [count, '-7', undefined],
    [port, '1', undefined],
    [port, '9', undefined],
    [port, '0', 'Port must be between 1 and 9'],
    [port, '10', 'Port must be between 1 and 9'],
    [host, 7, 'Host must be text'],
    [host, 'two\nlines\tand a tab', undefined],
    [host, 'a\rb', 'Host must not contain control characters'],
    [key, 'a\nb', 'Key must not contain control characters'],
    [key, 'a\u009bb', 'Key must not contain control characters'],
    [firmware, 'BIOS', undefined],
    [three, 'nothing', 'Three must be a, b or c'],
    [open, 'anything', undefined],
    [memory, 16 * 1024 ** 2, undefined],
    [memory, gib(64), undefined],
    [memory, Number.NaN, 'Memory must be a size like 4GiB or 512M'],
    [autostart, true, undefined],
    [autostart, 1, 'Autostart must be yes or no'],
    [autostart, '', undefined],
    [password, 'file: ', 'Password does not say what file: is'],
    [password, 'env:X', undefined],
    [password, '    ', undefined],
    [memory, '', undefined],
    [memory, '4G', undefined],
    [password, 'env:X', undefined],
  ])('%o answers to %j', (field, value, sentence) => {
    expect(complaint(field, value)).toBe(sentence);
  });

  it('spells a value so that it reads back as the same', () => {
    for (const [field, value] of [
      [memory, mib(1536)],
      [cpus, 3],
      [autostart, false],
      [firmware, 'uefi'],
    ] as const) {
      expect(parse(field, spell(field, value))).toBe(value);
    }
    expect(spell(memory, mib(1536))).toBe('1536MiB');
  });

  it.each([
    ['yes', true],
    ['ON', true],
    ['true', true],
    ['y', true],
    ['No', false],
    ['off', false],
    ['false', false],
    [' n ', false],
    ['1', undefined],
  ])('a flag reads %j as %s', (text, value) => expect(parse(autostart, text)).toBe(value));

  it.each([
    ['+8', 8],
    ['-8', -8],
    [' 7 ', 7],
    ['', undefined],
    ['9007199254740993', undefined],
  ])('a count reads %j as %s', (text, value) => expect(parse(cpus, text)).toBe(value));

  it('is shown as people would type it', () => {
    expect([display(autostart, true), display(autostart, false), display(cpus, 0), display(host, '')]).toEqual([
      'yes',
      'no',
      '0',
      '-',
    ]);
    expect([spell(memory, '4G'), spell(cpus, 8), display(password, '  ')]).toEqual(['4G', '8', '-']);
  });

  it.each([
    ['env: NAME ', { from: 'env', what: 'NAME' }],
    ['file:a\nb', { from: 'file', what: 'a\nb' }],
    ['cmd:x y', { from: 'cmd', what: 'x y' }],
    ['ENV:X', undefined],
    ['xenv:X', undefined],
    [7, undefined],
  ])('%j says where a secret is kept: %j', (value, reference) => expect(referenceOf(value)).toEqual(reference));

  it('hides a password wherever it is shown, and shows where a secret is kept', () => {
    expect(display(password, 'hunter2')).toBe('********');
    expect(display(password, 'cmd:pass show lab')).toBe('cmd:pass show lab');
    expect(display(memory, undefined)).toBe('-');
    expect(redacted(endpoint, { host: 'a', password: 'hunter2' })).toEqual({ host: 'a', password: '********' });
  });

  it('writes down of lines how many they are, in rows too: a script or a file may hold any secret', () => {
    const commands: Field = { key: 'commands', label: 'Commands', help: '', kind: 'lines' };
    const files: Field = {
      ...{ key: 'file', label: 'Files', help: '', kind: 'list', one: 'file', many: 'files', identity: 'path' },
      item: [
        { key: 'path', label: 'Path', help: '', kind: 'text' },
        { ...commands, key: 'content' },
      ],
    };
    const values = { commands: 'echo hunter2 | passwd\ntrue\n', file: [{ path: '/a', content: 'hunter2' }] };
    expect(redacted([commands, files], values)).toEqual({
      commands: '2 lines',
      file: [{ path: '/a', content: '1 line' }],
    });
    expect(redacted([commands], { commands: '' })).toEqual({ commands: '' });
    expect(redacted([commands], { commands: null })).toEqual({ commands: null });
  });
});

describe('what goes on from a form', () => {
  it('hands on only what was changed and may be written', () => {
    const before = { memory: gib(2), cpus: 2, firmware: 'bios', autostart: true };
    const after = { memory: gib(4), cpus: 2, firmware: 'uefi', autostart: true };
    expect(changesOf(fieldsOf(settings, 'edit-config'), before, after)).toEqual({ memory: gib(4) });
  });

  it('hands on a text that was emptied', () => {
    const description = { ...host, key: 'description', fixed: false };
    const fields = endpointFieldsOf([description], 'edit');
    expect(changesOf(fields, { description: 'old' }, { description: '' })).toEqual({ description: '' });
  });

  it('fills in the defaults of what is asked, and the home directory', () => {
    expect(filled(endpoint, { host: 'a' }, '/home/anna')).toEqual({
      transport: 'ssh',
      host: 'a',
      key: '/home/anna/.ssh/id_ed25519',
    });
    expect(filled(endpoint, { host: 'a', transport: 'tls', ca: '~/ca.pem' }, '/home/anna')).toEqual({
      transport: 'tls',
      host: 'a',
      ca: '/home/anna/ca.pem',
    });
  });

  it('fills in the home for a path alone, and leaves out what is not asked', () => {
    const paths = (value: string) => filled([key], { key: value }, '/home/anna')['key'];
    expect(['~', '~/x', '~x', 'a/~', '/~/'].map(paths)).toEqual(['/home/anna', '/home/anna/x', '~x', 'a/~', '/~/']);
    expect(filled(endpoint, { transport: 'tls', key: '~/k', host: '~' }, '/h')).toEqual({
      transport: 'tls',
      host: '~',
      key: '/h/k',
    });
  });

  it('starts a new form with what can be read of the environment, else with the defaults', () => {
    const user: EndpointField = { ...host, key: 'user', env: 'LAB_USER', default: 'root' };
    const flag: EndpointField = { ...transport, key: 'fast', kind: 'flag', env: 'LAB_FAST', default: true };
    const fields = [user, flag, password, ca];
    expect(suggested(fields, { LAB_USER: ' anna ', LAB_FAST: 'no', LAB_PASSWORD: '' })).toEqual({
      user: 'anna',
      fast: false,
    });
    expect(suggested(fields, { LAB_USER: 'a\u0007', LAB_FAST: 'perhaps' })).toEqual({ user: 'root', fast: true });
    expect(suggested(fields, {})).toEqual({ user: 'root', fast: true });
  });

  it('shows a field that hangs on itself, or on one that is not there, by the values alone', () => {
    const own: EndpointField = { ...host, key: 'own', when: { key: 'own', is: ['x'] } };
    const lost: EndpointField = { ...host, key: 'lost', when: { key: 'gone', is: [''] } };
    expect([shown(own, [own], { own: 'x' }), shown(own, [own], {}), shown(lost, [lost], {})]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('keeps what no field is known of when it hides secrets', () => {
    expect(redacted([password], { other: 'x', password: 'env:X' })).toEqual({ other: 'x', password: 'env:X' });
  });

  it('hands on nothing that is not there any more', () => {
    expect(changesOf(fieldsOf(settings, 'edit-config'), { cpus: 2 }, { autostart: false })).toEqual({
      autostart: false,
    });
  });

  it('starts a new form with what the environment says, a secret by its name only', () => {
    expect(suggested(endpoint, { LAB_PASSWORD: 'hunter2' })).toMatchObject({
      transport: 'ssh',
      password: 'env:LAB_PASSWORD',
    });
  });
});
