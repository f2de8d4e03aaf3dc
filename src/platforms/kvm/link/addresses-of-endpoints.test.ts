import { expect, it } from 'vitest';
import { endpointName } from '../../../ids.ts';
import type { Settings } from '../../contract.ts';
import { addressOf, hostOf } from './address.ts';

const of = (values: Settings) => addressOf({ name: endpointName('db1'), platform: 'kvm', values });
const SYSTEM = { driver: 'qemu:///system', socket: undefined };

it.each<[Settings, ReturnType<typeof of>, string]>([
  [
    { transport: 'unix', driver: 'test:///default', socket: '/s' },
    { transport: 'unix', driver: 'test:///default', socket: '/s' },
    'this machine',
  ],
  [
    { host: 'h' },
    {
      ...SYSTEM,
      transport: 'ssh',
      host: 'h',
      port: undefined,
      user: undefined,
      keyFile: undefined,
      password: undefined,
      knownHostsFile: undefined,
      client: 'builtin',
    },
    'h',
  ],
  [
    {
      transport: 'ssh',
      host: 'h',
      port: 2222,
      user: 'u',
      key: '/k',
      password: 'p',
      'known-hosts': '/kh',
      ssh: 'system',
      socket: '/s',
    },
    {
      driver: 'qemu:///system',
      socket: '/s',
      transport: 'ssh',
      host: 'h',
      port: 2222,
      user: 'u',
      keyFile: '/k',
      password: 'p',
      knownHostsFile: '/kh',
      client: 'system',
    },
    'h',
  ],
  [
    { transport: 'tls', host: 'h' },
    { ...SYSTEM, transport: 'tls', host: 'h', port: 16_514, ca: undefined, cert: undefined, key: undefined },
    'h',
  ],
  [
    { transport: 'tls', host: 'h', port: 1, ca: '/a', cert: '/c', 'client-key': '/k' },
    { ...SYSTEM, transport: 'tls', host: 'h', port: 1, ca: '/a', cert: '/c', key: '/k' },
    'h',
  ],
  [
    { transport: 'tcp', host: 'localhost', port: 5 },
    { ...SYSTEM, transport: 'tcp', host: 'localhost', port: 5 },
    'localhost',
  ],
  [{ transport: 'tcp', host: '::1', socket: '' }, { ...SYSTEM, transport: 'tcp', host: '::1', port: 16_509 }, '::1'],
  [
    { uri: 'qemu+tcp://127.0.0.1:7/session', host: 'another', driver: 'test:///default' },
    { driver: 'qemu:///session', socket: undefined, transport: 'tcp', host: '127.0.0.1', port: 7 },
    '127.0.0.1',
  ],
])('%j leads to %j', (values, address, host) => {
  expect(of(values)).toEqual(address);
  expect(hostOf(of(values))).toBe(host);
});

it.each<[Settings, string, string | undefined]>([
  [{ transport: 'ssh' }, 'db1: host is missing', 'drover endpoint edit db1'],
  [{ transport: 'tls', host: '' }, 'db1: host is missing', 'drover endpoint edit db1'],
  [{ transport: 'tcp' }, 'db1: host is missing', 'drover endpoint edit db1'],
  [
    { transport: 'tcp', host: '10.0.0.1', insecure: false },
    'db1: TCP to 10.0.0.1 is not protected: anybody on the way can take the host over',
    'use ssh or tls, or say `insecure: true`',
  ],
  [{ transport: 'pigeon', host: 'h' }, 'db1: there is no transport pigeon', undefined],
])('%j leads nowhere: %s', (values, message, fix) => {
  expect(() => of(values)).toThrow(expect.objectContaining({ code: 'config.invalid', message, fix }));
});

it.each<[Settings]>([[{ host: '-oProxyCommand=x' }], [{ host: 'h', user: '-l' }]])(
  'lets no option of ssh in by %j',
  (values) => expect(() => of(values)).toThrow(),
);
