import { expect, it } from 'vitest';
import { endpointName } from '../../ids.ts';
import type { Settings } from '../contract.ts';
import { addressOf } from './address.ts';

const TOKEN = { user: 'root@pam!t', secret: 's' };
const read = (values: Settings) => addressOf({ name: endpointName('pve'), platform: 'proxmox', values });

it('finds the API of a host at its usual port, over TLS', () => {
  expect(read({ host: ' pve1.example.org ', ...TOKEN })).toEqual({
    target: { secure: true, host: 'pve1.example.org', port: 8006, base: '/api2/json' },
    identity: { kind: 'token', id: 'root@pam!t', secret: 's' },
  });
  expect(read({ host: 'https://pve:443/proxy/', ...TOKEN }).target).toMatchObject({
    port: 443,
    base: '/proxy/api2/json',
  });
});

it('takes the authority and the fingerprint of a host where they are given', () => {
  expect(read({ host: 'pve1', ca: '/ca.pem', fingerprint: '17:F1', ...TOKEN }).target).toMatchObject({
    ca: '/ca.pem',
    fingerprint: '17:F1',
  });
  expect(read({ host: 'pve1', ca: ' ', fingerprint: '', ...TOKEN }).target).not.toHaveProperty('ca');
});

it('speaks plain HTTP to another machine only where the user insists', () => {
  expect(() => read({ host: 'http://pve1', ...TOKEN })).toThrow('HTTP to pve1 is not protected');
  expect(read({ host: 'http://pve1', insecure: true, ...TOKEN }).target.secure).toBe(false);
});

it.each<[string, Settings, object]>([
  ['a token in the user', { user: 'a@pve!t', secret: 's' }, { kind: 'token', id: 'a@pve!t', secret: 's' }],
  [
    'a token of its own',
    { login: 'token', user: 'a@pve', token: 't', secret: 's' },
    { kind: 'token', id: 'a@pve!t', secret: 's' },
  ],
  [
    'a password',
    { login: 'password', user: 'a@pve', password: 'p', secret: 's', totp: 'T' },
    { kind: 'password', user: 'a@pve', password: 'p', totp: 'T' },
  ],
  ['nothing but a user', { user: 'a@pve' }, { kind: 'password', user: 'a@pve', password: undefined, totp: undefined }],
])('logs in with %s', (_what, values, identity) => {
  expect(read({ host: 'pve1', ...values }).identity).toEqual(identity);
});

it('says what is missing, and where it is given', () => {
  expect(() => read({ host: 'pve1', login: 'token', user: 'a@pve', secret: 's' })).toThrow(
    expect.objectContaining({
      code: 'config.invalid',
      message: 'pve: token is missing',
      fix: 'drover endpoint edit pve',
    }),
  );
  expect(() => read({ host: 'pve1', login: 'token', user: 'a@pve!t' })).toThrow('pve: secret is missing');
});
