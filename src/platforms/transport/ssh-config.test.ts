import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSshConfig } from './ssh-config.ts';

let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
  await mkdir(join(home, '.ssh', 'conf.d'), { recursive: true });
});
afterEach(() => rm(home, { recursive: true }));

async function read(host: string, config: string, given: { user?: string; port?: number } = {}) {
  await writeFile(join(home, '.ssh', 'config'), config);
  const source = {
    home,
    localUser: 'me',
    localHost: 'desk.example.org',
    files: [join(home, '.ssh', 'config'), join(home, 'none')],
  };
  return readSshConfig({ host, ...given }, source);
}

describe('~/.ssh/config', () => {
  it('takes the first value of each keyword, and collects identity files', async () => {
    const config = await read(
      'db1',
      `Host db1 db2
  HostName 10.0.0.1
  User admin
  IdentityFile ~/.ssh/db_key
Host *
  User nobody
  Port 2222
  IdentityFile /keys/%r@%h
  IdentitiesOnly yes`,
    );
    expect(config).toMatchObject({
      hostName: '10.0.0.1',
      user: 'admin',
      port: 2222,
      identitiesOnly: true,
      warnings: [],
    });
    expect(config.identityFiles).toEqual([join(home, '.ssh/db_key'), '/keys/admin@10.0.0.1']);
  });

  it('knows patterns, negation, equals signs, quotes and comments', async () => {
    const config = `# comment
Host *.example.org !bad.example.org
  User=root
  IdentityFile "/keys/with blank"
`;
    expect(await read('db1.example.org', config)).toMatchObject({ user: 'root', identityFiles: ['/keys/with blank'] });
    expect(await read('bad.example.org', config)).toMatchObject({ user: undefined, identityFiles: [] });
    expect(await read('db1.example.com', config)).toMatchObject({ user: undefined });
  });

  it('is overruled by what the endpoint says', async () => {
    const config = await read('db1', 'Host db1\n User admin\n Port 2222\n ProxyCommand nc %h %p as %r from %n', {
      user: 'root',
      port: 22,
    });
    expect(config).toMatchObject({ user: 'root', port: 22, proxyCommand: 'nc db1 22 as root from db1' });
  });

  it('follows Include, also inside a Host', async () => {
    await writeFile(join(home, '.ssh/conf.d/a'), 'Host db1\n  HostName one\n');
    await writeFile(join(home, '.ssh/conf.d/b'), 'Port 7\n');
    const config = 'Include conf.d/a\nHost db1\n  Include conf.d/b\n  User late';
    expect(await read('db1', config)).toMatchObject({ hostName: 'one', port: 7, user: 'late' });
    expect(await read('db2', config)).toMatchObject({ hostName: 'db2', port: undefined });
  });

  it('is not caught in a circle of includes', async () => {
    expect((await read('db1', 'Include config\nUser me')).warnings[0]).toContain('too deep');
  });

  it('passes over Match and says so, with file and line', async () => {
    const config = await read('db1', 'Match exec "true"\n  User evil\nMatch all\n  Port 5\nHost db1\n  User good');
    expect(config).toMatchObject({ user: 'good', port: 5 });
    expect(config.warnings).toEqual([expect.stringContaining('.ssh/config, line 1: Match is passed over')]);
  });

  it('knows ways round: jumps and commands, of which the first one counts', async () => {
    expect(await read('db1', 'ProxyJump a,root@b:22\nProxyCommand nc %h %p')).toMatchObject({
      proxyJump: ['a', 'root@b:22'],
      proxyCommand: undefined,
    });
    expect(await read('db1', 'ProxyCommand nc %h %p\nProxyJump a')).toMatchObject({
      proxyJump: [],
      proxyCommand: 'nc db1 22',
    });
    expect(await read('db1', 'ProxyJump none')).toMatchObject({ proxyJump: [] });
  });

  it('never lets StrictHostKeyChecking weaken anything', async () => {
    const config = await read('db1', 'StrictHostKeyChecking no\nUserKnownHostsFile ~/known /etc/other');
    expect(config.knownHostsFiles).toEqual([join(home, 'known'), '/etc/other']);
    expect(JSON.stringify(config)).not.toContain('Strict');
  });
});
