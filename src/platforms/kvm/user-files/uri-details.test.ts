import { describe, expect, it } from 'vitest';
import { settingsOfUri, uriProblem } from './uri.ts';

const SSH = { transport: 'ssh', driver: 'qemu:///system', host: 'h' };
const UNIX = { transport: 'unix', driver: 'qemu:///system' };
const LOCAL_SSH = { ...SSH, host: 'localhost' };

describe('a libvirt URI', () => {
  it.each<[string, object]>([
    ['qemu+libssh://h/system', SSH],
    ['qemu+unix:///system', UNIX],
    ['qemu+ssh://h:65535/system', { ...SSH, port: 65_535 }],
    ['qemu+ssh://h:0/system', SSH],
    ['qemu+ssh://:22/system', LOCAL_SSH],
    ['qemu+tls://h:5/system', { transport: 'tls', driver: 'qemu:///system', host: 'h', port: 5 }],
    [
      'qemu+tls://me@h/system?keyfile=/k&known_hosts=/kh&socket=/s',
      { transport: 'tls', driver: 'qemu:///system', host: 'h' },
    ],
    ['qemu+tcp:///system', { transport: 'tcp', driver: 'qemu:///system', host: 'localhost' }],
    ['qemu+ssh://u%20v@h/system?known_hosts=/kh&pkipath=/p', { ...SSH, user: 'u v', 'known-hosts': '/kh' }],
    ['qemu+ssh://h/system?socket=/s', { ...SSH, socket: '/s' }],
    ['qemu+ssh://h/system?mode=legacy', { ...SSH, socket: '/run/libvirt/libvirt-sock' }],
    ['qemu+ssh://h/system?mode=auto', SSH],
    ['qemu:///system?mode=legacy', { ...UNIX, socket: '/run/libvirt/libvirt-sock' }],
    ['xen:///system?mode=direct', { transport: 'unix', driver: 'xen:///system', socket: '/run/libvirt/virtxend-sock' }],
    ['qemu:///session?socket=/s&mode=legacy', { transport: 'unix', driver: 'qemu:///session', socket: '/s' }],
    ['qemu:///system?no_verify=0&no_tty=1&no_sanity=%201', UNIX],
    ['qemu+ssh://h/system?proxy=auto', SSH],
    ['qemu+ssh://h/system?proxy=netcat&netcat=nc', SSH],
    ['qemu+ssh://h/system?proxy=native', SSH],
    ['qemu+tls://h/system?proxy=native&netcat=nc', { transport: 'tls', driver: 'qemu:///system', host: 'h' }],
    ['qemu+tcp://h/system?proxy=native&netcat=nc', { transport: 'tcp', driver: 'qemu:///system', host: 'h' }],
    ['qemu+libssh2://h/system?known_hosts_verify=normal', SSH],
    ['qemu+ssh://h/system?known_hosts_verify=whatever', SSH],
    ['qemu+libssh://h/system?command=/bin/rm', SSH],
    ['qemu+ssh://h/system?command=ssh', SSH],
    ['qemu+ssh://h/system?a=1;b=2', { ...SSH, driver: 'qemu:///system?a=1&b=2' }],
    ['qemu+ssh://h/system?a=1;x&b=2', { ...SSH, driver: 'qemu:///system?a=1%3Bx&b=2' }],
    ['qemu+ssh://h/system?=x&y', { ...SSH, driver: 'qemu:///system?y=' }],
    [`qemu+ssh://h/system?a=!'()*`, { ...SSH, driver: 'qemu:///system?a=%21%27%28%29%2A' }],
    [
      'qemu+ssh://h/system?name=test:///default&AUTH=a&sshauth=b&tls_priority=c&authfile=d',
      { ...SSH, driver: 'test:///default' },
    ],
    [
      'qemu+ssh://h/system?command=ssh&auth=a&sshauth=b&netcat=c&keyfile=/d&known_hosts=/e&known_hosts_verify=auto&tls_priority=f&mode=auto&proxy=auto&no_sanity=1&no_verify=0&no_tty=1&authfile=g&pkipath=/h&socket=/i',
      { ...SSH, key: '/d', 'known-hosts': '/e', socket: '/i' },
    ],
  ])('%s', (uri, values) => expect(settingsOfUri(uri)).toEqual(values));

  it.each([
    ['qemu+ssh://h:65536/system', 'there is no such port'],
    ['qemu+unix://h/system', 'a unix socket is on this machine: leave the host out'],
    ['qemu+pigeon://h/system', 'drover knows no transport pigeon'],
    ['qemu+ext:///system', 'drover runs no external command as a transport'],
    ['qemu+ssh://@h/system', 'the user before @ is missing'],
    ['qemu+ssh://h/system?a=%ff', 'what is written with % is not UTF-8'],
    ['remote+ssh://h/system', 'it leaves the driver to the daemon: name it, as in ?name=qemu:///system'],
    ['qemu+ssh://h/system?name=', 'it leaves the driver to the daemon: name it, as in ?name=qemu:///system'],
    ['qemu+ssh://h/system?name=qemu', 'qemu names nothing that a daemon opens'],
    ['qemu+ssh://h/', 'qemu:/// names nothing that a daemon opens'],
    ['qemu+ssh://h/system?no_sanity=x', 'no_sanity must be a number'],
    ['qemu+ssh://h/system?no_verify=x', 'no_verify must be a number'],
    ['qemu+ssh://h/system?no_verify=-1', 'no_verify is not supported: hosts are always verified'],
    [
      'qemu+libssh://h/system?known_hosts_verify=ignore',
      'known_hosts_verify=ignore is not supported: hosts are always verified',
    ],
    ['qemu+libssh2://h/system?known_hosts_verify=odd', 'known_hosts_verify is normal or auto, not odd'],
    [
      'qemu+ssh://h/system?command=/usr/bin/autossh',
      'command is not supported: drover logs in by itself, or with `ssh: system`',
    ],
    ['qemu:///system?mode=odd', 'there is no mode odd'],
    ['qemu:///system?mode=toString', 'there is no mode toString'],
    ['qemu+ssh://h/system?proxy=odd', 'there is no proxy odd'],
    ['qemu+ssh://h/system?proxy=native&netcat=nc', 'netcat and proxy=native contradict each other'],
    ['qemu:///system?socket=s', 'the socket must be a whole path'],
    ['qemu+ssh://h/system?mode=direct', 'mode=direct is for sockets of this machine'],
    ['qemu:///session?mode=direct', 'mode=direct of a session: name its socket instead'],
    ['qemu:///session?mode=legacy', 'mode=legacy of a session: name its socket instead'],
  ])('%s can not be followed: %s', (uri, why) => {
    expect(uriProblem(uri)).toBe(why);
    expect(() => settingsOfUri(uri)).toThrow(
      expect.objectContaining({
        code: 'config.invalid',
        message: `${uri}: ${why}`,
        fix: 'write it like qemu+ssh://root@host/system',
      }),
    );
  });
});
