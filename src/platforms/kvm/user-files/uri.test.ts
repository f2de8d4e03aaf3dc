import { describe, expect, it } from 'vitest';
import { settingsOfUri, uriProblem } from './uri.ts';

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
    ['QEMU+SSH://db1/system', { transport: 'ssh', driver: 'QEMU:///system', host: 'db1' }],
    ['qemu:/system', { transport: 'unix', driver: 'qemu:///system' }],
    ['qemu+ssh:///system', { transport: 'ssh', driver: 'qemu:///system', host: 'localhost' }],
    [
      'qemu+ssh://db1/system?keyfile=/a+b&KEYFILE=/c%20d&command=/usr/bin/ssh&known_hosts_verify=auto',
      { transport: 'ssh', driver: 'qemu:///system', host: 'db1', key: '/c d' },
    ],
    ['qemu+ssh://[fe80::1%25eth0]/system', { transport: 'ssh', driver: 'qemu:///system', host: 'fe80::1%eth0' }],
    ['qemu+ssh://db1/system?a=b%20*&x', { transport: 'ssh', driver: 'qemu:///system?a=b%20%2A&x=', host: 'db1' }],
    [
      'qemu:///system?mode=direct',
      { transport: 'unix', driver: 'qemu:///system', socket: '/run/libvirt/virtqemud-sock' },
    ],
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
    ['qemu+ssh://db1', 'names nothing'],
    ['remote+ssh://db1/', 'leaves the driver to the daemon'],
    ['qemu+ssh://@db1/system', 'the user before @ is missing'],
    ['qemu+ssh://db1:/system', 'not a libvirt URI'],
    ['qemu+ssh://db 1/system', 'not a libvirt URI'],
    ['qemu+ssh://db1:70000/system', 'no such port'],
    ['qemu+ssh://db1/system?keyfile=%ff', 'not UTF-8'],
    ['qemu+ssh://db1/system?no_tty=yes', 'no_tty must be a number'],
    ['qemu+ssh://db1/system?mode=direct', 'sockets of this machine'],
    ['qemu+libssh2://db1/system?known_hosts_verify=ignore', 'always verified'],
    ['qemu+unix://db1/system', 'this machine'],
    ['qemu+ext://db1/system', 'no external command'],
    ['qemu+carrier://db1/system', 'no transport carrier'],
    ['qemu+tls://db1/system?no_verify=1', 'always verified'],
    ['qemu+ssh://db1/system?command=/bin/rm', 'command is not supported'],
  ])('refuses %s', (uri, why) => expect(() => settingsOfUri(uri)).toThrow(why));
});

it('says why a URI can not be connected, for those who import it', () => {
  expect(uriProblem('qemu+ssh://db1/system')).toBeUndefined();
  expect(uriProblem('qemu+ssh://db1/system?no_verify=1')).toBe('no_verify is not supported: hosts are always verified');
  expect(uriProblem('db1')).toBe('not a libvirt URI');
});
