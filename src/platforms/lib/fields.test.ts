import { describe, expect, it } from 'vitest';
import {
  autostartSetting,
  CHANGES_AT_START,
  CHANGES_NOW,
  caField,
  descriptionSetting,
  fingerprintField,
  insecureHttpField,
  memorySetting,
  passwordField,
  vcpusSetting,
} from './fields.ts';

describe('a fingerprint', () => {
  const { pattern } = fingerprintField('Of the host.') as { readonly pattern: { readonly source: string } };
  it.each([
    ['ab'.repeat(32), true],
    [`${'AB:'.repeat(31)}cd`, true],
    [` ${'ab'.repeat(32)}\n`, true],
    ['ab'.repeat(31), false],
    ['ab'.repeat(33), false],
    ['xy'.repeat(32), false],
    ['', false],
  ])('%j: %s', (text, fits) => expect(new RegExp(pattern.source).test(text)).toBe(fits));
});

it('of an endpoint say what they are for, and take what a platform adds', () => {
  expect(caField('host.', { env: 'CA', advanced: true })).toEqual({
    key: 'ca',
    label: 'Authority',
    help: 'PEM file of the private authority that signed the host.',
    kind: 'path',
    env: 'CA',
    advanced: true,
  });
  expect(insecureHttpField('http://', 'the login')).toMatchObject({
    key: 'insecure',
    help: 'Allow http:// to another machine, where everybody on the way can read the login.',
    default: false,
    advanced: true,
  });
  const when = { key: 'login', is: ['password'] };
  expect(passwordField('Asked for.', { when })).toMatchObject({ key: 'password', sensitive: true, when });
  expect(fingerprintField('Of the host.', { advanced: true })).toMatchObject({ help: 'Of the host.', advanced: true });
});

it('of settings say what they may be, and when a change counts', () => {
  expect(memorySetting('Of the guest.', { min: 16 }, CHANGES_AT_START)).toMatchObject({
    key: 'memory',
    kind: 'bytes',
    required: true,
    min: 16,
    in: { 'edit-config': 'write', 'edit-running': 'read' },
    takesEffect: 'restart',
  });
  expect(vcpusSetting('Of the guest.', 8, CHANGES_NOW)).toMatchObject({
    kind: 'count',
    required: true,
    min: 1,
    max: 8,
  });
  expect(autostartSetting('Start it.', CHANGES_NOW)).toMatchObject({ key: 'autostart', kind: 'flag', ...CHANGES_NOW });
  expect(descriptionSetting('Notes', 'What it is for.', CHANGES_NOW)).toEqual({
    key: 'description',
    label: 'Notes',
    help: 'What it is for.',
    kind: 'text',
    in: { 'edit-config': 'write', 'edit-running': 'write' },
    takesEffect: 'now',
  });
});
