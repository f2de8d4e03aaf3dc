import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { readSshConfig } from './config.ts';
import { textOf, userSshConfig } from './settings.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
  await mkdir(join(home, '.ssh'));
});
afterAll(() => rm(home, { recursive: true }));

async function read(config: string, given: { user?: string; port?: number } = {}) {
  await writeFile(join(home, '.ssh', 'config'), config, { mode: 0o600 });
  const source = {
    home,
    localUser: 'me',
    localHost: 'desk.example.org',
    userId: process.getuid?.() ?? 0,
    userFile: join(home, '.ssh', 'config'),
    systemFile: join(home, 'none'),
    openssh: undefined,
    environment: { SSH_AUTH_SOCK: '/run/agent', OTHER: '/run/other' },
  };
  const patience = { clock: createTestClock(), signal: new AbortController().signal };
  return readSshConfig({ host: 'db1', ...given }, patience, source);
}

const GLOBAL = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

describe('what ssh would do for a host', () => {
  it('is the usual where the configuration says nothing', async () => {
    expect(await read('')).toMatchObject({
      hostName: 'db1',
      port: 22,
      user: 'me',
      addressFamily: undefined,
      identityFiles: undefined,
      certificateFiles: [],
      identitiesOnly: false,
      identityAgent: undefined,
      proxyJump: [],
      proxyCommand: undefined,
      userKnownHostsFiles: [join(home, '.ssh/known_hosts'), join(home, '.ssh/known_hosts2')],
      globalKnownHostsFiles: GLOBAL,
      hostKeyAlias: undefined,
      hashKnownHosts: false,
      methods: { publickey: true, password: true, 'keyboard-interactive': true },
    });
  });

  it.each<[string, object]>([
    ['AddressFamily inet', { addressFamily: 4 }],
    ['AddressFamily inet6', { addressFamily: 6 }],
    ['AddressFamily any', { addressFamily: undefined }],
    ['IdentityFile none', { identityFiles: [] }],
    ['IdentityFile NONE\nIdentityFile /a', { identityFiles: ['/a'] }],
    ['CertificateFile none\nCertificateFile /%u', { certificateFiles: ['/me'] }],
    ['IdentitiesOnly yes', { identitiesOnly: true }],
    ['IdentitiesOnly TRUE', { identitiesOnly: true }],
    ['IdentitiesOnly no', { identitiesOnly: false }],
    ['IdentityAgent None', { identityAgent: 'none' }],
    ['IdentityAgent SSH_AUTH_SOCK', { identityAgent: '/run/agent' }],
    ['IdentityAgent $OTHER', { identityAgent: '/run/other' }],
    ['IdentityAgent $NOWHERE', { identityAgent: 'none' }],
    ['IdentityAgent /%h', { identityAgent: '/db1' }],
    ['UserKnownHostsFile none', { userKnownHostsFiles: [], globalKnownHostsFiles: GLOBAL }],
    ['GlobalKnownHostsFile /a /b', { globalKnownHostsFiles: ['/a', '/b'] }],
    ['HostKeyAlias ABC', { hostKeyAlias: 'abc' }],
    ['HashKnownHosts yes', { hashKnownHosts: true }],
    ['PubkeyAuthentication no', { methods: { publickey: false, password: true, 'keyboard-interactive': true } }],
    ['PasswordAuthentication False', { methods: { publickey: true, password: false, 'keyboard-interactive': true } }],
    [
      'KbdInteractiveAuthentication no',
      { methods: { publickey: true, password: true, 'keyboard-interactive': false } },
    ],
    ['BindAddress none', { hostName: 'db1' }],
    ['ProxyUseFdpass no', { hostName: 'db1' }],
    ['ProxyCommand nc %h %p %n %r\nUser root\nHostName a', { proxyCommand: 'nc a 22 db1 root' }],
  ])('%j', async (config, expected) => expect(await read(config)).toMatchObject(expected));

  it('knows every token of a path', async () => {
    const sha1 = createHash('sha1').update('desk.example.orga7root').digest('hex');
    const tokens = 'HostName a\nPort 7\nUser root\nIdentityFile';
    for (const [text, path] of [
      ['/%h-%n-%p-%r-%u', '/a-db1-7-root-me'],
      ['/%k-%l-%L-%i', `/db1-desk.example.org-desk-${process.getuid?.()}`],
      ['%d/%%', `${home}/%`],
      ['/%C%j', `/${sha1}`],
    ])
      expect((await read(`${tokens} ${text}`)).identityFiles).toEqual([path]);
    expect((await read('HostKeyAlias other\nIdentityFile /%k')).identityFiles).toEqual(['/other']);
  });

  it.each([
    ['BindAddress 10.0.0.1', 'BindAddress 10.0.0.1'],
    ['KnownHostsCommand /bin/x y', 'KnownHostsCommand /bin/x y'],
    ['ProxyUseFdpass yes', 'ProxyUseFdpass'],
    ['ProxyCommand -', 'ProxyCommand -'],
    ['User %u', 'User %u'],
    ['User a$' + '{OTHER}', "can't be a user name"],
  ])('is not done in another way: %j', async (config, what) => {
    await expect(read(config)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(what),
    });
  });

  it('names the ssh that does what the built-in one does not', async () => {
    await expect(read('BindInterface eth9')).rejects.toMatchObject({
      message: 'SSH configuration: the built-in SSH does not follow BindInterface eth9',
      fix: 'set `ssh: system` for this endpoint: the ssh of this machine does',
    });
  });

  it('takes the name of a user from the endpoint as it stands', async () => {
    expect((await read('', { user: 'a%u' })).user).toBe('a%u');
  });

  it.each(['IdentityFile /%C', 'IdentityFile /%j'])('does not guess %j behind a jump', async (line) => {
    await expect(read(`ProxyJump a\n${line}`)).rejects.toThrow('is not known');
  });

  it.each(['UserKnownHostsFile a', 'GlobalKnownHostsFile a'])('looks for no known hosts in %j', async (line) => {
    await expect(read(line)).rejects.toMatchObject({
      code: 'config.invalid',
      message: 'SSH configuration: the file of known hosts a has no whole path',
      fix: 'write its whole path, or one with ~ at its beginning',
    });
  });
});

describe('the configuration of this user', () => {
  it('is in the home that the list of users names, and ssh is asked first', () => {
    const { home: at, userFile, systemFile, openssh, environment, localUser, userId } = userSshConfig();
    expect(userFile).toBe(join(at, '.ssh', 'config'));
    expect(systemFile).toBe('/etc/ssh/ssh_config');
    expect(openssh).toBe('ssh');
    expect(environment).toBe(process.env);
    expect(localUser).not.toBe('');
    expect(userId).toBe(process.getuid?.());
  });

  it('is empty where a file, or its folder, is not there, and nowhere else', async () => {
    await writeFile(join(home, 'file'), 'x');
    expect(await textOf(join(home, 'file'))).toBe('x');
    expect(await textOf(join(home, 'nowhere'))).toBe('');
    expect(await textOf(join(home, 'file', 'below'))).toBe('');
    await expect(textOf(home)).rejects.toThrow('EISDIR');
  });
});
