import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { outputOf } from '../output.ts';
import { openProxyCommand } from './proxy-command.ts';
import { runBySystemSsh } from './system-ssh.ts';

const { signal } = new AbortController();
const usualPath = process.env['PATH'] ?? '';
let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => rm(dir, { recursive: true }));

/** An ssh of this machine that does this. */
async function ssh(script: string): Promise<void> {
  await writeFile(join(dir, 'ssh'), `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  vi.stubEnv('PATH', `${dir}${delimiter}${usualPath}`);
}

describe("the machine's own ssh", () => {
  it('does not ask, and carries what is typed and printed', async () => {
    await ssh('echo "$*"; cat');
    const { stream, ended } = runBySystemSsh({ host: 'db1', port: 7, user: 'root' }, 'uname -a');
    stream.write('typed');
    expect(await outputOf(stream, signal)).toBe(
      '-T -o BatchMode=yes -o ConnectTimeout=10 -p 7 -l root -- db1 uname -a\ntyped',
    );
    expect(await ended).toBeUndefined();
  });

  it.each([
    [
      'echo "@@ REMOTE HOST IDENTIFICATION HAS CHANGED! @@" >&2; echo last >&2; exit 255',
      { code: 'trust.changed-host', message: 'db1:22 shows another key than the known one: last' },
    ],
    [
      'echo "Host key verification failed." >&2; exit 255',
      {
        code: 'trust.unknown-host',
        message: 'the key of db1:22 is not known yet',
        fix: 'ssh db1:22 once, and accept it',
      },
    ],
    [
      'echo "root@db1: Permission denied (publickey)." >&2; exit 255',
      {
        code: 'auth.rejected',
        message: 'db1:22 refused the login: root@db1: Permission denied (publickey).',
        fix: 'try `ssh db1:22` by hand',
      },
    ],
    [
      'echo one >&2; echo "no route" >&2; exit 255',
      { code: 'host.unreachable', message: 'ssh to db1:22 ended with 255: no route', retry: true },
    ],
    ['exit 3', { code: 'host.unreachable', message: 'ssh to db1:22 ended with 3', retry: false }],
    ['kill $$', { code: 'host.unreachable', message: 'ssh to db1:22 ended with a signal', retry: false }],
    [
      `printf 'Permission denied%03000d' 0 >&2; exit 255`,
      { code: 'host.unreachable', message: `ssh to db1:22 ended with 255: ${'0'.repeat(2_000)}` },
    ],
  ])('that does %j says what was wrong', async (script, expected) => {
    await ssh(script);
    const { stream, ended } = runBySystemSsh({ host: 'db1' }, 'true');
    stream.on('error', () => {}).resume();
    expect(await ended).toMatchObject(expected);
  });

  it('names the port in what it says', async () => {
    await ssh('exit 255');
    const { stream, ended } = runBySystemSsh({ host: 'fe80::1', port: 7 }, 'true');
    stream.on('error', () => {}).resume();
    expect((await ended)?.message).toBe('ssh to [fe80::1]:7 ended with 255');
  });

  it('may be missing', async () => {
    vi.stubEnv('PATH', join(dir, 'nowhere'));
    const { stream, ended } = runBySystemSsh({ host: 'db1' }, 'true');
    const broken = new Promise((resolve) => stream.once('error', resolve));
    expect(await ended).toMatchObject({
      code: 'config.invalid',
      message: "can't run ssh: spawn ssh ENOENT",
      fix: "install OpenSSH's client",
    });
    expect(await broken).toMatchObject({ code: 'ENOENT' });
  });
});

describe('a ProxyCommand', () => {
  it.each([undefined, '', '/bin/sh'])('runs in the shell %j', async (shell) => {
    expect(await outputOf(openProxyCommand('echo "a  b"', shell), signal)).toBe('a  b\n');
  });

  it('runs in the shell of the user', async () => {
    const shell = join(dir, 'own-shell');
    await writeFile(shell, '#!/bin/sh\necho "$1 $2"\n', { mode: 0o700 });
    expect(await outputOf(openProxyCommand('nc a b', shell), signal)).toBe('-c exec nc a b\n');
  });

  it('ends with its stream', async () => {
    const stream = openProxyCommand(`sh -c 'echo $$; exec sleep 60'`, undefined);
    const pid = Number(await new Promise((resolve) => stream.once('data', resolve)));
    const isThere = () => {
      try {
        return process.kill(pid, 0);
      } catch {
        return false;
      }
    };
    expect(isThere()).toBe(true);
    stream.once('error', () => {}).destroy();
    await expect.poll(isThere, { timeout: 15_000 }).toBe(false);
  });

  it('fails with its stream when there is no such shell', async () => {
    const stream = openProxyCommand('true', join(dir, 'nowhere'));
    expect(await new Promise((resolve) => stream.once('error', resolve))).toMatchObject({ code: 'ENOENT' });
  });
});
