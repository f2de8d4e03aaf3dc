import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { readSshConfig } from './config.ts';
import type { SshConfigSource } from './settings.ts';

let folder = '';
let home = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
  // In a folder of its own: the one that holds it is watched for changes, too.
  home = join(folder, 'me');
  await mkdir(join(home, '.ssh', 'conf.d'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true }));

const source = (more: Partial<SshConfigSource> = {}): SshConfigSource => ({
  home,
  localUser: 'me',
  localHost: 'desk.example.org',
  userId: process.getuid?.() ?? 0,
  userFile: join(home, '.ssh', 'config'),
  systemFile: join(home, 'none'),
  openssh: undefined,
  environment: { KEYS: '/var/keys' },
  ...more,
});
const patience = () => ({ clock: createTestClock(Date.now() + 60_000), signal: new AbortController().signal });

/** Reads without an ssh. */
async function read(host: string, config: string, given: { user?: string; port?: number } = {}) {
  await writeFile(join(home, '.ssh', 'config'), config, { mode: 0o600 });
  return readSshConfig({ host, ...given }, patience(), source());
}

describe('~/.ssh/config, where there is no ssh to ask', () => {
  it('takes the first value of each keyword, and collects identity files', async () => {
    const config = await read(
      'db1',
      `Host db1 db2
  HostName 10.0.0.1
  User admin
  IdentityFile ~/.ssh/db_key
Host *
  User other
  Port 2222
  IdentityFile /keys/%r@%h
  IdentitiesOnly yes`,
    );
    expect(config).toMatchObject({ hostName: '10.0.0.1', user: 'admin', port: 2222, identitiesOnly: true });
    expect(config.identityFiles).toEqual([join(home, '.ssh/db_key'), '/keys/admin@10.0.0.1']);
  });

  it('knows patterns, negation, equals signs, quotes and notes', async () => {
    const config = `# note
Host *.example.org !bad.example.org  # not for db1.example.com
  User=root
  IdentityFile "/keys/with blank"
`;
    expect(await read('db1.example.org', config)).toMatchObject({ user: 'root', identityFiles: ['/keys/with blank'] });
    expect(await read('bad.example.org', config)).toMatchObject({ user: 'me', identityFiles: undefined });
    // The note behind the patterns is none of them.
    expect(await read('db1.example.com', config)).toMatchObject({ user: 'me' });
    expect(await read('DB1', 'Host db1\n  HostName other')).toMatchObject({ hostName: 'db1' });
  });

  it('is overruled by what the endpoint says', async () => {
    const config = await read('db1', 'Host db1\n User admin\n Port 2222\n ProxyCommand nc %h %p as %r from %n', {
      user: 'root',
      port: 22,
    });
    expect(config).toMatchObject({ user: 'root', port: 22, proxyCommand: 'nc db1 22 as root from db1' });
  });

  it('follows Include, also inside a Host', async () => {
    await writeFile(join(home, '.ssh/conf.d/a'), 'Host db1\n  HostName one\n', { mode: 0o600 });
    await writeFile(join(home, '.ssh/conf.d/b'), 'Port 7\n', { mode: 0o600 });
    const config = 'Include conf.d/a\nHost db1\n  Include conf.d/b\n  User late';
    expect(await read('db1', config)).toMatchObject({ hostName: 'one', port: 7, user: 'late' });
    expect(await read('db2', config)).toMatchObject({ hostName: 'db2', port: 22 });
  });

  it('follows Match as ssh does', async () => {
    const config = `Match host db1 user root
  Port 5
Match originalhost db* localuser me !user root
  HostName real
Match final host real
  User late`;
    expect(await read('db1', config, { user: 'root' })).toMatchObject({ hostName: 'db1', port: 5 });
    expect(await read('db2', config)).toMatchObject({ hostName: 'real', port: 22, user: 'late' });
  });

  it.each([
    ['a command that decides', 'Match exec "true"\n  HostName other', 'line 1: Match exec'],
    ['a circle of includes', 'Include config', 'too deep'],
    ['names that must be looked up', 'CanonicalizeHostname yes', 'canonicalizehostname'],
    ['a quote that is not closed', 'HostName "a', 'line 1: a quote'],
    ['an interface of its own', 'BindInterface eth9', 'BindInterface eth9'],
    ['known hosts in the working directory', 'UserKnownHostsFile known_hosts', 'no whole path'],
    ['a variable that is not set', `IdentityFile \${NOWHERE}/key`, 'not set'],
    ['a token that ssh does not have', 'IdentityFile /keys/%z', '%z'],
    ['revoked keys', 'RevokedHostKeys /etc/revoked', 'RevokedHostKeys'],
    ['algorithms that ssh2 lacks', 'KexAlgorithms sntrup761x25519-sha512', 'kexalgorithms'],
    ['a cipher that ssh2 has for one connection', 'Ciphers chacha20-poly1305@openssh.com\nProxyJump a', 'ciphers'],
  ])('refuses what it can not follow: %s', async (_what, config, reason) => {
    await expect(read('db1', config)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(reason),
    });
  });

  it('refuses a file that others may write', async () => {
    await writeFile(join(home, '.ssh', 'config'), 'HostName other');
    await chmod(join(home, '.ssh', 'config'), 0o666);
    await expect(readSshConfig({ host: 'db1' }, patience(), source())).rejects.toMatchObject({
      message: expect.stringContaining('may write it'),
    });
  });

  it('knows ways round: jumps and commands, of which the first one counts', async () => {
    expect(await read('db1', 'ProxyJump a,root@b:22\nProxyCommand nc %h %p')).toMatchObject({
      proxyJump: [{ host: 'a' }, { host: 'b', user: 'root', port: 22 }],
      proxyCommand: undefined,
    });
    expect(await read('db1', 'ProxyCommand nc %h %p\nProxyJump a')).toMatchObject({
      proxyJump: [],
      proxyCommand: 'nc db1 22',
    });
    expect(await read('db1', 'ProxyJump none\nProxyCommand NONE')).toMatchObject({
      proxyJump: [],
      proxyCommand: undefined,
    });
    expect(await read('db1', 'User admin\nProxyJump %r@hop,ssh://x@far:23/')).toMatchObject({
      proxyJump: [
        { host: 'hop', user: 'admin' },
        { host: 'far', user: 'x', port: 23 },
      ],
    });
  });

  it('expands tokens, variables and quotes in paths', async () => {
    const config = await read(
      'db1',
      `IdentityFile "~/with blank/%u-%i"
IdentityFile \${KEYS}/%L-%n-%k
UserKnownHostsFile ~/known "/etc/two words" %d/%h
IdentityAgent \${KEYS}/agent`,
    );
    expect(config.identityFiles).toEqual([join(home, `with blank/me-${process.getuid?.()}`), '/var/keys/desk-db1-db1']);
    expect(config.userKnownHostsFiles).toEqual([join(home, 'known'), '/etc/two words', join(home, 'db1')]);
    expect(config.identityAgent).toBe('/var/keys/agent');
  });

  it('uses the algorithms that are named', async () => {
    const { algorithms } = await read('db1', 'HostKeyAlgorithms +ssh-rsa\nCiphers aes256-ctr,unheard-of');
    expect(algorithms.serverHostKey.at(-1)).toBe('ssh-rsa');
    expect(algorithms.cipher).toEqual(['aes256-ctr']);
    const slow = 'Ciphers chacha20-poly1305@openssh.com,aes256-ctr';
    expect((await read('db1', slow)).algorithms.cipher).toEqual(['aes256-ctr', 'chacha20-poly1305@openssh.com']);
    // Two connections inside each other would garble it.
    expect((await read('db1', `${slow}\nProxyJump hop`)).algorithms.cipher).toEqual(['aes256-ctr']);
  });

  it('never lets StrictHostKeyChecking weaken anything', async () => {
    const config = await read('db1', 'StrictHostKeyChecking no\nUserKnownHostsFile ~/known /etc/other');
    expect(config.userKnownHostsFiles).toEqual([join(home, 'known'), '/etc/other']);
    expect(JSON.stringify(config)).not.toContain('Strict');
  });
});

describe('names', () => {
  it.each([
    '-oProxyCommand=x',
    'a b',
    'a;b',
    '$(id)',
    'a`b',
    'a"b',
    "a'b",
    'a|b',
    'a&b',
    'a<b',
    'a\nb',
    'a\\b',
    'a{b',
    'x@y',
    'ssh://y',
    '',
  ])('that OpenSSH refuses never get to it: host %j', async (host) => {
    const asked = source({ openssh: join(home, 'must-not-run') });
    await writeFile(join(home, 'must-not-run'), `#!/bin/sh\ntouch '${home}/ran'\n`, { mode: 0o700 });
    await expect(readSshConfig({ host }, patience(), asked)).rejects.toMatchObject({ code: 'config.invalid' });
    await expect(rm(join(home, 'ran'))).rejects.toThrow('ENOENT');
  });

  it.each(['-l', 'a;b', 'a`b', 'a -b', 'a\\', 'a|b', 'a(b', 'a\u0007b'])(
    'that OpenSSH refuses: user %j',
    async (user) => {
      await expect(readSshConfig({ host: 'db1', user }, patience(), source())).rejects.toMatchObject({
        code: 'config.invalid',
      });
    },
  );

  it('of the configuration are held to the same rule', async () => {
    await expect(read('db1', 'HostName "a;b"\nProxyCommand nc %h %p')).rejects.toThrow("can't be a host name");
    await expect(read('db1', 'User "a;b"\nProxyCommand nc %r@%h')).rejects.toThrow("can't be a user name");
    await expect(read('db1', 'ProxyJump "$HOME@hop"')).rejects.toMatchObject({ code: 'config.invalid' });
    expect(await read('db1', 'User DOM\\name')).toMatchObject({ user: 'DOM\\name' });
  });
});

/** An ssh that counts how often it is asked, and answers with `body` and the debug output `said`. */
async function fakeSsh(body: string, said = ''): Promise<{ openssh: string; asked: () => Promise<number> }> {
  const openssh = join(home, 'ssh');
  const file = join(home, '.ssh', 'config');
  // There before it is asked: a file that is made meanwhile is a change of the folder.
  await writeFile(join(home, 'asked'), '');
  await writeFile(
    openssh,
    `#!/bin/sh\necho x >> '${home}/asked'\nexec 1>&1\necho 'debug1: Reading configuration data ${file}' >&2\n${said}\n${body}\n`,
    { mode: 0o700 },
  );
  const { readFile } = await import('node:fs/promises');
  return { openssh, asked: async () => (await readFile(join(home, 'asked'), 'utf8')).split('x').length - 1 };
}

describe('an ssh that is asked', () => {
  it('keeps its answer until a file that it read changes', async () => {
    await writeFile(join(home, '.ssh', 'config'), '', { mode: 0o600 });
    const { openssh, asked } = await fakeSsh(`echo hostname real; echo port 7; echo user root`);
    const given = { host: 'db1' };
    for (let i = 0; i < 3; i++) {
      expect(await readSshConfig(given, patience(), source({ openssh }))).toMatchObject({ hostName: 'real', port: 7 });
    }
    expect(await asked()).toBe(1);
    await writeFile(join(home, '.ssh', 'config'), 'Port 7', { mode: 0o600 });
    await readSshConfig(given, patience(), source({ openssh }));
    expect(await asked()).toBe(2);
    await writeFile(join(home, '.ssh', 'new'), '', { mode: 0o600 });
    await readSshConfig(given, patience(), source({ openssh }));
    expect(await asked()).toBe(3);
  });

  it('is asked each time where a command decides', async () => {
    const { openssh, asked } = await fakeSsh(
      'echo hostname real',
      `echo "debug3: config line 1: matched 'exec \\"x\\"'" >&2`,
    );
    for (let i = 0; i < 2; i++) await readSshConfig({ host: 'db1' }, patience(), source({ openssh }));
    expect(await asked()).toBe(2);
  });

  it('is believed when it refuses, with its own words', async () => {
    const { openssh } = await fakeSsh(
      `echo '${home}/.ssh/config: line 3: Bad configuration option: foo' >&2; exit 255`,
    );
    await expect(readSshConfig({ host: 'db1' }, patience(), source({ openssh }))).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining('Bad configuration option: foo'),
    });
  });

  it('is left when it does not end, with all that it has started', async () => {
    const clock = createTestClock();
    const { openssh } = await fakeSsh(`mkfifo '${home}/never'; echo ready > '${home}/ready'; cat '${home}/never'`);
    const answer = readSshConfig({ host: 'db1' }, { ...patience(), clock }, source({ openssh }));
    const refused = expect(answer).rejects.toMatchObject({ code: 'host.unreachable', retry: true });
    await clock.pass(10_000);
    await refused;
  });

  it('is limited in what it prints', async () => {
    const { openssh } = await fakeSsh('yes hostname real');
    await expect(readSshConfig({ host: 'db1' }, patience(), source({ openssh }))).rejects.toThrow('megabyte');
  });

  it('is not OpenSSH, and knows no -G: our reader answers', async () => {
    await writeFile(join(home, '.ssh', 'config'), 'HostName real', { mode: 0o600 });
    const openssh = join(home, 'dbclient');
    await writeFile(openssh, '#!/bin/sh\necho "WARNING: Ignoring unknown option -G" >&2\nexit 1\n', { mode: 0o700 });
    expect(await readSshConfig({ host: 'db1' }, patience(), source({ openssh }))).toMatchObject({ hostName: 'real' });
  });

  it('is not there: our reader answers', async () => {
    await writeFile(join(home, '.ssh', 'config'), 'HostName real', { mode: 0o600 });
    const openssh = join(home, 'nowhere');
    expect(await readSshConfig({ host: 'db1' }, patience(), source({ openssh }))).toMatchObject({ hostName: 'real' });
  });
});
