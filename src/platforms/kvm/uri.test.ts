import { describe, expect, it } from 'vitest';
import { settingsOfUri } from './uri.ts';

describe('libvirt URIs', () => {
  it.each([
    ['qemu:///system', { transport: 'unix', driver: 'qemu:///system' }],
    ['qemu:///session', { transport: 'unix', driver: 'qemu:///session' }],
    ['test:///default', { transport: 'unix', driver: 'test:///default' }],
    [
      'qemu+ssh://root@db1:2222/system',
      { transport: 'ssh', driver: 'qemu:///system', host: 'db1', user: 'root', port: 2222 },
    ],
    [
      'qemu+ssh://db1/system?keyfile=/k&no_verify=0',
      { transport: 'ssh', driver: 'qemu:///system', host: 'db1', key: '/k' },
    ],
    [
      'qemu+libssh2://me%40corp@[fe80::1]/system',
      { transport: 'ssh', driver: 'qemu:///system', host: 'fe80::1', user: 'me@corp' },
    ],
    ['qemu://db1/system', { transport: 'tls', driver: 'qemu:///system', host: 'db1' }],
    ['qemu+tcp://127.0.0.1/system', { transport: 'tcp', driver: 'qemu:///system', host: '127.0.0.1' }],
    ['qemu+unix:///system?socket=/tmp/s', { transport: 'unix', driver: 'qemu:///system', socket: '/tmp/s' }],
    ['remote+tls://db1/?name=test:///default', { transport: 'tls', driver: 'test:///default', host: 'db1' }],
    [
      'qemu+tls://db1/system?pkipath=/pki',
      {
        transport: 'tls',
        driver: 'qemu:///system',
        host: 'db1',
        ca: '/pki/cacert.pem',
        cert: '/pki/clientcert.pem',
        'client-key': '/pki/clientkey.pem',
      },
    ],
  ])('%s', (uri, values) => expect(settingsOfUri(uri)).toEqual(values));

  it.each([
    ['db1', 'not a libvirt URI'],
    ['qemu+ssh:///system', 'host is missing'],
    ['qemu+unix://db1/system', 'this machine'],
    ['qemu+ext://db1/system', 'no transport ext'],
    ['qemu+tls://db1/system?no_verify=1', 'always verified'],
    ['qemu+ssh://db1/system?command=/bin/rm', 'no parameter command'],
  ])('refuses %s', (uri, why) => expect(() => settingsOfUri(uri)).toThrow(why));
});
