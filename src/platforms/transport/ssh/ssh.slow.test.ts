import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type AuthContext } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { sshKey } from '../../../../test/ssh-key.ts';
import { HOST_KEY, type Server, startServer } from '../../../../test/transport/ssh-server.ts';
import { systemClock } from '../../../clock.ts';
import type { Ask } from '../../contract.ts';
import type { Patience } from '../deadline.ts';
import { outputOf } from '../output.ts';
import type { SshConfigSource } from './settings.ts';
import { openSshHost, type SshHost } from './ssh.ts';

let dir = '';
const opened: SshHost[] = [];
const servers: Server[] = [];
beforeEach(async () => {
  vi.stubEnv('SSH_AUTH_SOCK', undefined);
  dir = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  for (const host of opened.splice(0)) host.close();
  for (const server of servers.splice(0)) await server.close();
  await rm(dir, { recursive: true });
});

const signal = new AbortController().signal;

async function open(server: Server, login: { keyFile?: string; password?: string }, ask: Ask = {}): Promise<SshHost> {
  servers.push(server);
  const knownHostsFile = join(dir, 'known_hosts');
  await writeFile(knownHostsFile, `[127.0.0.1]:${server.port} ${HOST_KEY.public}\n`);
  const target = { endpoint: 'db1', host: '127.0.0.1', port: server.port, user: 'root', knownHostsFile, ...login };
  const host = await openSshHost(target, { clock: systemClock, signal, ask, source: source() });
  opened.push(host);
  return host;
}

/** A home of the test's own, read without the machine's ssh. */
const source = (): SshConfigSource => ({
  home: dir,
  localUser: 'me',
  localHost: 'desk',
  userId: process.getuid?.() ?? 0,
  userFile: join(dir, '.ssh', 'config'),
  systemFile: join(dir, 'none'),
  openssh: undefined,
  environment: {},
});

async function keyFile(passphrase?: string): Promise<{ path: string; isIt: (context: AuthContext) => boolean }> {
  const lock = { passphrase: passphrase ?? '', cipher: 'aes256-ctr', rounds: 4 };
  const pair = sshKey(passphrase === undefined ? {} : lock);
  const path = join(dir, 'id_test');
  await writeFile(path, pair.private, { mode: 0o600 });
  await writeFile(`${path}.pub`, pair.public);
  const ours = ssh2.utils.parseKey(pair.public);
  if (ours instanceof Error) throw ours;
  return { path, isIt: (context) => context.method === 'publickey' && ours.getPublicSSH().equals(context.key.data) };
}

/** Logs in to `far`, which ~/.ssh/config says to reach by way of `hop`. */
async function openByWayOf(hop: Server, far: Server, keyPath: string, patience: Patience): Promise<SshHost> {
  servers.push(far, hop);
  await mkdir(join(dir, '.ssh'), { recursive: true });
  const keys = [far, hop].map(({ port }) => `[127.0.0.1]:${port} ${HOST_KEY.public}\n`);
  await writeFile(join(dir, '.ssh', 'known_hosts'), keys.join(''));
  await writeFile(
    join(dir, '.ssh', 'config'),
    `Host far\n HostName 127.0.0.1\n Port ${far.port}\n ProxyJump root@127.0.0.1:${hop.port}\nHost *\n IdentityFile ${keyPath}\n`,
  );
  return openSshHost({ endpoint: 'db1', host: 'far', user: 'root' }, { ...patience, ask: {}, source: source() });
}

describe('SSH', () => {
  it('runs commands and reads what they print', async () => {
    const key = await keyFile();
    const host = await open(await startServer(key.isIt), { keyFile: key.path });
    expect(await outputOf(await host.pipe('uname', signal), signal)).toBe('ran uname');
  });

  it('knows how a command has ended that says so in the packet that opens it', async () => {
    const server = await startServer(({ method }) => method === 'none' || method === 'password');
    const host = await open(server, { password: 'x' });
    const { ended, stdout, stderr } = await host.run('at once', signal);
    for (const stream of [stdout, stderr]) stream.resume();
    expect(await ended).toBe(7);
  });

  it('F-202 opens a further connection when the sessions of one are used up, without asking again', async () => {
    const key = await keyFile('secret');
    const server = await startServer(key.isIt);
    let asked = 0;
    const secret = async () => {
      asked++;
      return 'secret';
    };
    const host = await open(server, { keyFile: key.path }, { secret });
    await Promise.all(Array.from({ length: 10 }, () => host.pipe('wait', signal)));
    expect(server.connections()).toBe(1);
    expect(await outputOf(await host.pipe('one more', signal), signal)).toBe('ran one more');
    expect(server.connections()).toBe(2);
    expect(asked).toBe(1);
  });

  it('tries the key before the password, and the password once', async () => {
    const key = await keyFile();
    const server = await startServer(() => false);
    const refused = open(server, { keyFile: key.path, password: 'guess' });
    await expect(refused).rejects.toMatchObject({ code: 'auth.rejected', retry: false });
    expect(server.tried.filter((method) => method === 'password')).toHaveLength(1);
    expect(server.tried.indexOf('publickey')).toBeLessThan(server.tried.indexOf('password'));
    expect(server.tried).not.toContain('keyboard-interactive');
  });

  it('asks for the password once when nothing else helps, and only where the host takes one', async () => {
    let asked = '';
    const secret = async (prompt: string) => {
      asked += prompt;
      return 'right';
    };
    const server = await startServer((context) => context.method === 'password' && context.password === 'right');
    await open(server, {}, { secret });
    expect(asked).toBe(`Password of root on 127.0.0.1:${server.port}`);
  });

  it('says that a key has a passphrase when it can not be asked for', async () => {
    const key = await keyFile('secret');
    const refused = open(await startServer(key.isIt), { keyFile: key.path });
    await expect(refused).rejects.toMatchObject({ code: 'auth.needs-secret', fix: `ssh-add ${key.path}` });
  });

  it('goes by way of the hosts that ~/.ssh/config names', async () => {
    const key = await keyFile();
    const [far, hop] = [await startServer(key.isIt), await startServer(key.isIt)];
    const host = await openByWayOf(hop, far, key.path, { clock: systemClock, signal });
    opened.push(host);
    expect(await outputOf(await host.pipe('uname', signal), signal)).toBe('ran uname');
    expect(hop.connections()).toBe(1);
  });

  it('waits no longer for a host to jump over than the caller wants to, and leaves it', async () => {
    const key = await keyFile();
    const clock = createTestClock();
    const giveUp = new AbortController();
    for (const [end, reason] of [
      [() => giveUp.abort(new Error('enough')), { message: 'enough' }],
      [() => clock.pass(10_000), { code: 'host.unreachable', retry: true }],
    ] as const) {
      const asked = Promise.withResolvers<void>();
      const far = await startServer(key.isIt);
      const hop = await startServer(key.isIt, { onward: () => asked.resolve() });
      const patience = { clock, signal: giveUp.signal.aborted ? signal : giveUp.signal };
      const refused = expect(openByWayOf(hop, far, key.path, patience)).rejects.toMatchObject(reason);
      await asked.promise;
      await end();
      await refused;
      await hop.untilLeft();
      expect(far.connections()).toBe(0);
    }
  });

  it('runs no ProxyCommand with a name that a shell would take apart', async () => {
    await mkdir(join(dir, '.ssh'), { recursive: true });
    await writeFile(join(dir, '.ssh', 'config'), `Host *\n ProxyCommand echo %h %r >> '${dir}/ran'\n`);
    const options = { clock: systemClock, signal, ask: {}, source: source() };
    for (const target of [{ host: `x;touch\t${dir}/ran` }, { host: 'db1', user: '$(id)' }, { host: '-x' }]) {
      await expect(openSshHost({ endpoint: 'db1', ...target }, options)).rejects.toMatchObject({
        code: 'config.invalid',
      });
    }
    await expect(access(join(dir, 'ran'))).rejects.toThrow('ENOENT');
    // With a good name the same command runs, and is no SSH.
    await expect(openSshHost({ endpoint: 'db1', host: 'db1' }, options)).rejects.toThrow('db1:22');
    await access(join(dir, 'ran'));
  });

  it('never sends the password of a host that is jumped over to the next one', async () => {
    const passwords: string[] = [];
    const takes = (right: string) => (context: AuthContext) => {
      if (context.method === 'password') passwords.push(`${right}<${context.password}`);
      return context.method === 'password' && context.password === right;
    };
    const [far, hop] = [await startServer(takes('far')), await startServer(takes('hop'))];
    servers.push(far, hop);
    await mkdir(join(dir, '.ssh'), { recursive: true });
    const keys = [far, hop].map(({ port }) => `[127.0.0.1]:${port} ${HOST_KEY.public}\n`);
    await writeFile(join(dir, '.ssh', 'known_hosts'), keys.join(''));
    const way = `Host far\n HostName 127.0.0.1\n Port ${far.port}\n ProxyJump %r@127.0.0.1:${hop.port}\n`;
    await writeFile(join(dir, '.ssh', 'config'), way);
    const secret = async (prompt: string) => (prompt.endsWith(`:${hop.port}`) ? 'hop' : 'far');
    const options = { clock: systemClock, signal, ask: { secret }, source: source() };
    opened.push(await openSshHost({ endpoint: 'db1', host: 'far', user: 'root' }, options));
    expect(passwords).toEqual(['hop<hop', 'far<far']);
  });

  it('asks nothing that a passphrase could be typed into, after a wrong one', async () => {
    const key = await keyFile('secret');
    const server = await startServer(key.isIt);
    const asked: string[] = [];
    const secret = async (prompt: string) => {
      asked.push(prompt);
      return 'wrong';
    };
    const refused = open(server, { keyFile: key.path }, { secret });
    await expect(refused).rejects.toMatchObject({ code: 'auth.needs-secret', fix: `ssh-add ${key.path}` });
    expect(asked).toEqual([`Passphrase for ${key.path}`]);
    expect(server.tried).not.toContain('password');
  });

  it('never shows the password in what it says', async () => {
    const error: unknown = await open(await startServer(() => false), { password: 'guess-me' }).catch(
      (e: unknown) => e,
    );
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('guess-me');
  });

  it('says that a key file cannot be read', async () => {
    const server = await startServer((context) => context.method !== 'none');
    await expect(open(server, { keyFile: join(dir, 'nowhere') })).rejects.toMatchObject({ code: 'config.invalid' });
  });

  it('fails what is under way when the host goes away', async () => {
    const key = await keyFile();
    const server = await startServer(key.isIt);
    const host = await open(server, { keyFile: key.path });
    const stream = await host.pipe('wait', signal);
    const closed = new Promise((resolve) => stream.resume().once('close', resolve));
    host.close();
    await closed;
    await expect(host.pipe('more', signal)).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('calls a host that hangs up in the middle of a question away, not unwilling', async () => {
    const key = await keyFile();
    const server = await startServer(key.isIt, { onward: (_accept, _to, client) => void client.end() });
    const host = await open(server, { keyFile: key.path });
    await expect(host.openTcp('127.0.0.1', 1, signal)).rejects.toMatchObject({ code: 'host.unreachable', retry: true });
  });

  it('has old algorithms when the configuration names them, and otherwise names the ssh that has more', async () => {
    const key = await keyFile();
    const old = await startServer(key.isIt, { algorithms: { kex: ['diffie-hellman-group14-sha1'] } });
    await expect(open(old, { keyFile: key.path })).rejects.toMatchObject({
      code: 'host.protocol',
      fix: expect.stringContaining('ssh: system'),
    });
    await mkdir(join(dir, '.ssh'), { recursive: true });
    await writeFile(join(dir, '.ssh', 'config'), 'KexAlgorithms +diffie-hellman-group14-sha1\n');
    const host = await open(old, { keyFile: key.path });
    expect(await outputOf(await host.pipe('uname', signal), signal)).toBe('ran uname');
  });

  it('says who listens when it is no SSH', async () => {
    const web = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const { port } = web.address() as AddressInfo;
    const target = { endpoint: 'db1', host: '127.0.0.1', port, user: 'root', knownHostsFile: join(dir, 'none') };
    const refused = openSshHost(target, { clock: systemClock, signal, ask: {}, source: source() });
    await expect(refused).rejects.toMatchObject({ code: 'host.protocol' });
    await new Promise((resolve) => web.close(resolve));
  });

  it('says that nothing listens', async () => {
    const target = { endpoint: 'db1', host: '127.0.0.1', port: 1, user: 'root' };
    const refused = openSshHost(target, { clock: systemClock, signal, ask: {}, source: source() });
    await expect(refused).rejects.toMatchObject({ code: 'host.unreachable', retry: true });
  });
});
