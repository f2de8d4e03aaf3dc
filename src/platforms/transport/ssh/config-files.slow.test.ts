import { chmod, chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingsOfFiles } from './config-files.ts';
import type { SshConfigSource, SshGiven } from './settings.ts';

let home = '';
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
  await mkdir(join(home, '.ssh', 'conf.d'), { recursive: true });
});
afterAll(() => rm(home, { recursive: true }));

const source = (more: Partial<SshConfigSource> = {}): SshConfigSource => ({
  home,
  localUser: 'me',
  localHost: 'desk.example.org',
  userId: process.getuid?.() ?? 0,
  userFile: join(home, '.ssh', 'config'),
  systemFile: join(home, 'none'),
  openssh: undefined,
  environment: {},
  ...more,
});

const write = (name: string, text: string) => writeFile(join(home, name), text, { mode: 0o600 });

/** What `config` says of db1. */
async function read(config: string, given: Partial<SshGiven> = {}, more: Partial<SshConfigSource> = {}) {
  await write('.ssh/config', config);
  return Object.fromEntries(await settingsOfFiles({ host: 'db1', ...given }, source(more)));
}

const NOTHING = { hostname: ['db1'], user: ['me'], port: ['22'] };

describe('our reader of ssh_config', () => {
  it('says who, where and on which port when the files say nothing', async () => {
    expect(await read('')).toEqual(NOTHING);
    expect(await read('User you\nPort 7', { user: 'root', port: 2222 })).toEqual({
      ...NOTHING,
      user: ['root'],
      port: ['2222'],
    });
  });

  it.each<[string, string, Record<string, readonly string[]>]>([
    ['a name made of the given one', 'HostName %h.example.org', { hostname: ['db1.example.org'] }],
    ['a name in lower case', 'HostName DB9', { hostname: ['db9'] }],
    ['a name with a number in it', 'HostName x0x1.b2', { hostname: ['x0x1.b2'] }],
    ['an address in its usual form', 'HostName FE80::0001', { hostname: ['fe80::1'] }],
    ['an address', 'HostName 10.0.0.1', { hostname: ['10.0.0.1'] }],
    ['a family that fits 4', 'HostName 10.0.0.1\nAddressFamily inet', { addressfamily: ['inet'] }],
    ['a family that fits 6', 'HostName ::1\nAddressFamily inet6', { hostname: ['::1'] }],
    ['the first of two values', 'User a\nUser b\nPort 1\nPort 2', { user: ['a'], port: ['1'] }],
    ['every key once', 'IdentityFile /a\nIdentityFile /b\nIdentityFile /a', { identityfile: ['/a', '/b'] }],
    ['every certificate', 'CertificateFile /a\nCertificateFile /b', { certificatefile: ['/a', '/b'] }],
    [
      'the first line of known hosts, with all of its words',
      'UserKnownHostsFile /a /b\nUserKnownHostsFile /c\nGlobalKnownHostsFile /d /e',
      { userknownhostsfile: ['/a', '/b'], globalknownhostsfile: ['/d', '/e'] },
    ],
    ['the whole line of a command', 'ProxyCommand == nc "a b" %h  # x', { proxycommand: ['nc "a b" %h  # x'] }],
    ['the whole line of the other one', 'KnownHostsCommand /bin/x "a b"', { knownhostscommand: ['/bin/x "a b"'] }],
    ['an alias in lower case', 'HostKeyAlias ABC', { hostkeyalias: ['abc'] }],
    ['a jump behind a second =', 'ProxyJump == a', { proxyjump: ['a'] }],
    ['the first of two jumps', 'ProxyJump a\nProxyJump b', { proxyjump: ['a'] }],
    ['no name to be looked up', 'CanonicalizeHostname No', { canonicalizehostname: ['No'] }],
    ['no name to be looked up', 'CanonicalizeHostname false', { canonicalizehostname: ['false'] }],
    ['no names in between', 'CanonicalizePermittedCNAMEs none', { canonicalizepermittedcnames: ['none'] }],
    ['the first word of a keyword that is not read', 'ForwardAgent a b', { forwardagent: ['a'] }],
    ['algorithms, reckoned out', 'MACs -hmac-sha2*,hmac-sha1-etm*', { macs: ['hmac-sha1'] }],
  ])('takes %s: %j', async (_what, config, settings) => expect(await read(config)).toMatchObject(settings));

  it.each([
    ['a command', 'ProxyCommand none'],
    ['a jump', 'ProxyJump NONE'],
    ['a keyword with a note for a value', 'ServerAliveInterval # 5'],
    ['a block for others', 'Host other\nPort 7\nProxyJump a\nUserKnownHostsFile /a\nInclude nowhere'],
  ])('takes nothing of %s: %j', async (_what, config) => expect(await read(config)).toEqual(NOTHING));

  it('goes one way, the first one that is named', async () => {
    expect(await read('ProxyJump a\nProxyCommand x')).toEqual({ ...NOTHING, proxyjump: ['a'] });
    expect(await read('ProxyCommand x\nProxyJump a')).toEqual({ ...NOTHING, proxycommand: ['x'] });
    expect(await read('ProxyJump none\nProxyCommand x')).toEqual({ ...NOTHING, proxycommand: ['x'] });
  });

  it.each([
    ['Port 0', 'line 1: not a port: 0'],
    ['\nPort x', 'line 2: not a port: x'],
    ['Port 123456', 'not a port: 123456'],
    ['Host other\nPort x', 'line 2: not a port: x'],
    ['ProxyJump a:0', 'line 1: not a host to jump over: a:0'],
    ['Host other\nProxyJump a:0', 'not a host to jump over: a:0'],
    ['User', 'line 1: user without a value'],
    ['User ""', 'user without a value'],
    ['Host a ""', 'host without a value'],
    ['User a "', 'a quote is not closed'],
    ['"User" a', 'a keyword in quotes'],
    ['CanonicalizeHostname yes', "line 0: canonicalizehostname can't be followed"],
    ['CanonicalizeHostname always', "canonicalizehostname can't be followed"],
    ['CanonicalizePermittedCNAMEs *:*', "canonicalizepermittedcnames can't be followed"],
    ['HostName 10.0.0.1\nAddressFamily inet6', 'line 0: AddressFamily inet6 forbids 10.0.0.1'],
    ['HostName ::1\nAddressFamily inet', 'AddressFamily inet forbids ::1'],
    ['HostName fe80::1%%eth0', "fe80::1%eth0 is an address in a form that can't be followed"],
    ['HostName a%%b', "a%b is an address in a form that can't be followed"],
    ['HostName 1.2.3', "1.2.3 is an address in a form that can't be followed"],
    ['HostName 0x7f.1', 'is an address in a form'],
    ['HostName 17', 'is an address in a form'],
    ['Match exec "x"', "line 1: Match exec can't be followed"],
    ['Match tagged x', "Match tagged can't be followed"],
    ['Match host other tagged x', "Match tagged can't be followed"],
    ['Match host', 'Match host without a value'],
    ['Match # x', 'Match without a criterion'],
    ['Match all host db1', 'Match all stands with others'],
    ['Match host db1 all', 'Match all stands with others'],
    ['Match !final', "Match !final can't be followed"],
    ['Include %d/x', "Include %d/x can't be followed"],
    ['Include $HOME/x', "Include $HOME/x can't be followed"],
    ['Include ~you/x', "Include ~you/x can't be followed"],
    ['Include .', "line 0: can't be read: EISDIR"],
  ])('refuses %j', async (config, why) => {
    await expect(read(config)).rejects.toMatchObject({
      code: 'config.invalid',
      message: expect.stringContaining(why),
      fix: expect.stringMatching(/install OpenSSH's client/),
    });
  });

  it.each([
    'AddressFamily inet',
    'CertificateFile /a',
    'Ciphers a',
    'HashKnownHosts yes',
    'HostKeyAlgorithms a',
    'HostKeyAlias a',
    'HostName a',
    'IdentitiesOnly yes',
    'IdentityAgent /a',
    'IdentityFile /a',
    'KexAlgorithms a',
    'MACs a',
    'Port 1',
    'User a',
  ])('refuses a second word behind %j, as ssh does', async (line) => {
    const keyword = line.split(' ', 1)[0]?.toLowerCase();
    await expect(read(`${line} 2`)).rejects.toThrow(`too much after ${keyword}`);
    expect(await read(`Host other\n${line} 2`)).toEqual(NOTHING);
    expect(await read(`${line} # 2`)).toHaveProperty(keyword ?? '');
  });
});

describe('Match', () => {
  it.each([
    ['all', true],
    ['!all', false],
    ['host db*', true],
    ['host DB1', true],
    ['host a,db1', true],
    ['host other', false],
    ['!host other', true],
    ['!host db1', false],
    ['HOST db1', true],
    ['user me', true],
    ['user Me', false],
    ['user you', false],
    ['localuser me,root', true],
    ['localuser root', false],
    ['originalhost DB1', true],
    ['originalhost other', false],
    ['host db1 user me', true],
    ['host db1 user you', false],
    ['host other user me', false],
    ['host db1 !user me', false],
    ['host other exec "x"', false],
    ['canonical', false],
    ['!canonical', true],
    ['canonical all', false],
    ['final', true],
    ['final host db1', true],
    ['final host other', false],
  ])('%s: %s', async (criteria, applies) => {
    const { forwardagent } = await read(`Match ${criteria}\nForwardAgent yes`);
    expect(forwardagent).toEqual(applies ? ['yes'] : undefined);
  });

  it.each([
    ['HostName real\nMatch host real', true],
    ['HostName real\nMatch host db1', false],
    ['HostName real\nMatch originalhost db1', true],
    ['HostName %h.x\nMatch host db1.x', true],
    ['User root\nMatch user root', true],
    ['User root\nMatch localuser me', true],
    ['Match final\nHost db1\nHostName real\nMatch host real final', true],
    // The final pass asks for the host that was found, also in Host; and canonical holds there.
    ['Host real\nForwardAgent yes\nHost db1\nHostName real\nMatch final', true],
    ['Match canonical\nForwardAgent yes\nMatch final', true],
    ['Host real\nForwardAgent yes\nHost db1\nHostName real', false],
  ])('%j goes by what was read before: %s', async (config, applies) => {
    const text = config.includes('ForwardAgent') ? config : `${config}\nForwardAgent yes`;
    expect((await read(text))['forwardagent']).toEqual(applies ? ['yes'] : undefined);
  });

  it('goes by the user of the endpoint', async () => {
    expect((await read('Match user root\nForwardAgent yes', { user: 'root' }))['forwardagent']).toEqual(['yes']);
  });
});

describe('Include', () => {
  beforeAll(async () => {
    await write('.ssh/conf.d/a', 'Port 7\n');
    await write('.ssh/conf.d/b', 'Port 8\nUser b\n');
    await write('.ssh/conf.d/.hidden', 'Port 9\n');
    await write('.ssh/all', 'Match all\nPort 7\nHost *\nUser b\n');
    await write('.ssh/other', 'Host other\nUser b\n');
  });

  it.each([
    ['Include conf.d/a', { port: ['7'], user: ['me'] }],
    ['Include conf.d/b conf.d/a', { port: ['8'], user: ['b'] }],
    ['Include conf.d/*', { port: ['7'], user: ['b'] }],
    ['Include ~/.ssh/conf.d/[b]', { port: ['8'], user: ['b'] }],
    ['Include conf.d/.h*', { port: ['9'] }],
    ['Include conf.d/none', { port: ['22'] }],
    // A block that does not apply stays so in what it includes, and one that begins there ends there.
    ['Host other\nInclude all', { port: ['22'], user: ['me'] }],
    ['Include other\nPort 5', { port: ['5'], user: ['me'] }],
    ['Host other\nInclude conf.d/a\nHost db1\nInclude conf.d/b', { port: ['8'] }],
  ])('%j', async (config, settings) => expect(await read(config)).toMatchObject(settings));

  it('takes a whole path', async () => {
    expect(await read(`Include ${join(home, '.ssh/conf.d/b')}`)).toMatchObject({ port: ['8'] });
  });

  it('goes sixteen files deep', async () => {
    for (let depth = 1; depth <= 17; depth++) await write(`.ssh/deep${depth}`, `Include deep${depth + 1}\nPort 7`);
    await expect(read('Include deep1')).rejects.toThrow('deep17, line 1: Include goes too deep');
    expect(await read('Include deep2')).toMatchObject({ port: ['7'] });
  });

  it('of the system is looked for beside its own file, and has no home', async () => {
    const systemFile = join(home, 'system');
    await write('system', 'Include conf.d/a\nUser late');
    expect(await read('User early', {}, { systemFile })).toMatchObject({ port: ['22'], user: ['early'] });
    expect(await read('', {}, { systemFile })).toMatchObject({ user: ['late'] });
    await write('system', 'Include ~/.ssh/conf.d/a');
    await expect(read('', {}, { systemFile })).rejects.toThrow('has no home');
  });
});

describe('a file', () => {
  it.each([
    [0o644, true],
    [0o620, false],
    [0o602, false],
  ])('with the mode %o may be read: %s', async (mode, taken) => {
    await write('.ssh/config', 'Port 7');
    await chmod(join(home, '.ssh/config'), mode);
    const reading = settingsOfFiles({ host: 'db1' }, source());
    if (taken) expect((await reading).get('port')).toEqual(['7']);
    else await expect(reading).rejects.toThrow('line 0: another user owns it or may write it');
    await rm(join(home, '.ssh/config'));
  });

  it('of another user is refused, but the one of the system', async () => {
    // Only root can give it away; for everybody else it is the reader who is another one.
    const owner = process.getuid?.() === 0 ? 4_242 : (process.getuid?.() ?? 0);
    await write('.ssh/config', 'Port 7');
    if (owner === 4_242) await chown(join(home, '.ssh/config'), owner, 0);
    const userFile = join(home, '.ssh', 'config');
    const read = (more: Partial<SshConfigSource>) => settingsOfFiles({ host: 'db1' }, source(more));
    expect((await read({ userId: owner })).get('port')).toEqual(['7']);
    await expect(read({ userId: owner + 1 })).rejects.toThrow('another user owns it');
    const asSystem = { userId: owner + 1, userFile: join(home, 'none'), systemFile: userFile };
    expect((await read(asSystem)).get('port')).toEqual(['7']);
    await write('system', `Include ${userFile}`);
    await expect(read({ ...asSystem, systemFile: join(home, 'system') })).rejects.toThrow('another user owns it');
    await rm(userFile);
  });
});
