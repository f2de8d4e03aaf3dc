import { expect, it } from 'vitest';
import { runBySystemSsh, systemShell } from './system-ssh.ts';

it.each([
  { host: '-oProxyCommand=touch x' },
  { host: 'a;touch x' },
  { host: 'root@db1' },
  { host: 'db1', user: '-oProxyCommand=touch x' },
  { host: 'db1', user: '`touch x`' },
])('runs no ssh for a name that OpenSSH refuses: %j', (target) => {
  expect(() => runBySystemSsh(target, 'true')).toThrow("can't be a");
  expect(() => systemShell(target)).toThrow("can't be a");
});

it('gives ssh what the endpoint says, and the host behind all options', () => {
  expect(systemShell({ host: 'db1', port: 2222, user: 'root', keyFile: '/k', knownHostsFile: '/known' })).toEqual([
    'ssh',
    '-t',
    '-p',
    '2222',
    '-l',
    'root',
    '-i',
    '/k',
    '-o',
    'UserKnownHostsFile=/known',
    '--',
    'db1',
  ]);
});
