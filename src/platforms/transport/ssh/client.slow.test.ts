import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import ssh2, { type AuthContext } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { sshKey } from '../../../../test/ssh-key.ts';
import { HOST_KEY, type Server, type ServerOptions, startServer } from '../../../../test/transport/ssh-server.ts';
import { systemClock } from '../../../clock.ts';
import type { FleetError } from '../../../errors.ts';
import { outputOf } from '../output.ts';
import { openSshHost, type SshHost } from './ssh.ts';
import type { SshOptions, SshTarget } from './target.ts';

const { signal } = new AbortController();
let dir = '';
let environment: Record<string, string> = {};
const closers: (() => unknown)[] = [];
beforeEach(async () => {
  environment = {};
  dir = await mkdtemp(join(tmpdir(), 'drover-ssh-'));
  await mkdir(join(dir, '.ssh'));
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
  await rm(dir, { recursive: true });
});

const anybody = () => true;
async function serve(accepts: (context: AuthContext) => boolean = anybody, options?: ServerOptions): Promise<Server> {
  const server = await startServer(accepts, options);
  closers.push(() => server.close());
  return server;
}
const configure = (text: string) => writeFile(join(dir, '.ssh', 'config'), text);
const know = (...lines: readonly string[]) => writeFile(join(dir, '.ssh', 'known_hosts'), lines.join('\n'));
const known = () => readFile(join(dir, '.ssh', 'known_hosts'), 'utf8');
const lineOf = ({ port }: { port: number }, key = HOST_KEY.public) => `[127.0.0.1]:${port} ${key}`;

async function open(target: Partial<SshTarget>, options: Partial<SshOptions> = {}): Promise<SshHost> {
  const source = {
    home: dir,
    localUser: 'me',
    localHost: 'desk',
    userId: process.getuid?.() ?? 0,
    userFile: join(dir, '.ssh', 'config'),
    systemFile: join(dir, 'none'),
    openssh: undefined,
    environment,
  };
  const to = { endpoint: 'db1', host: '127.0.0.1', user: 'root', ...target };
  const host = await openSshHost(to, { clock: systemClock, signal, ask: {}, source, ...options });
  closers.unshift(() => host.close());
  return host;
}
const trouble = (work: Promise<unknown>): Promise<FleetError> =>
  work.then(
    () => Promise.reject(new Error('it went well')),
    (error: FleetError) => error,
  );

describe('the key of a host', () => {
  it('is asked about, written down, and known from then on', async () => {
    const server = await serve();
    const asked: unknown[] = [];
    const trust = async (about: unknown) => asked.push(about) > 0;
    await open({ port: server.port }, { ask: { trust } });
    expect(asked).toEqual([
      {
        host: '127.0.0.1',
        port: server.port,
        type: 'ssh-ed25519',
        fingerprint: expect.stringMatching(/^SHA256:/),
        addTo: expect.stringMatching(/known_hosts$/),
      },
    ]);
    expect(await known()).toBe(`${lineOf(server).trim()}\n`);
    await open({ port: server.port });
    const file = join(dir, 'own');
    await open({ port: server.port, knownHostsFile: file }, { ask: { trust } });
    expect(await readFile(file, 'utf8')).toBe(`${lineOf(server).trim()}\n`);
  });

  it('is written under its alias, and so that it can not be read, as the configuration wants', async () => {
    const server = await serve();
    const trust = async () => true;
    await configure('HostKeyAlias Other');
    await open({ port: server.port }, { ask: { trust } });
    expect(await known()).toBe(`other ${HOST_KEY.public.trim()}\n`);
    await rm(join(dir, '.ssh', 'known_hosts'));
    await configure('HashKnownHosts yes');
    await open({ port: server.port }, { ask: { trust } });
    expect(await known()).toMatch(/^\|1\|/);
  });

  it('that is not trusted ends it before anything is sent', async () => {
    const server = await serve();
    expect(await trouble(open({ port: server.port, password: 'x' }))).toMatchObject({
      code: 'trust.unknown-host',
      message: expect.stringContaining(`the key of 127.0.0.1:${server.port} is not known yet: ssh-ed25519 SHA256:`),
    });
    await know(lineOf(server, sshKey().public));
    expect(await trouble(open({ port: server.port, password: 'x' }))).toMatchObject({ code: 'trust.changed-host' });
    expect(server.tried).toEqual([]);
    await server.untilLeft();
  });

  it('is asked for in the type that is known, though the host would rather show another', async () => {
    const rsa = ssh2.utils.generateKeyPairSync('rsa', { bits: 1024 });
    const server = await serve(anybody, { hostKeys: [HOST_KEY.private, rsa.private] });
    await know(lineOf(server, rsa.public));
    await open({ port: server.port });
    await know(lineOf(server));
    await open({ port: server.port });
  });
});

describe('a login', () => {
  it('has twenty seconds, in which questions do not count', async () => {
    const clock = createTestClock();
    const connected = Promise.withResolvers<void>();
    const silent = createServer((socket) => {
      socket.on('error', () => {}).resume();
      connected.resolve();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    closers.push(() => silent.close());
    const { port } = silent.address() as AddressInfo;
    let ended = false;
    const failed = trouble(open({ port }, { clock })).finally(() => {
      ended = true;
    });
    await connected.promise;
    await clock.pass(19_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    expect(await failed).toMatchObject({
      code: 'host.unreachable',
      message: `no answer from 127.0.0.1:${port} within 20 s`,
      retry: true,
    });

    const server = await serve((context) => context.method === 'password');
    const slowly = async <T>(answer: T) => {
      await clock.pass(60_000);
      return answer;
    };
    await open({ port: server.port }, { clock, ask: { trust: () => slowly(true), secret: () => slowly('x') } });
  });

  it('says that it was refused when the host has answered', async () => {
    const server = await serve(() => false);
    await know(lineOf(server));
    const name = `127.0.0.1:${server.port}`;
    expect((await trouble(open({ port: server.port, password: 'x' }))).message).toBe(
      `${name} refused the login (tried: password)`,
    );
  });

  it('is not repeated by itself when a password was never answered', async () => {
    const clock = createTestClock();
    const asked = Promise.withResolvers<void>();
    const server = await startServer(
      () => false,
      undefined,
      (context) => {
        if (context.method !== 'password') return false;
        asked.resolve();
        return true;
      },
    );
    closers.push(() => server.close());
    await know(lineOf(server));
    const failed = trouble(open({ port: server.port, password: 'x' }, { clock }));
    await asked.promise;
    await clock.pass(20_000);
    expect(await failed).toMatchObject({
      code: 'auth.rejected',
      message: `127.0.0.1:${server.port} has not answered the login in time`,
      fix: 'the password is not sent again by itself: look what keeps the host busy, then connect again',
      retry: false,
    });
  });

  it.each<[string, string, boolean]>([
    ['of the environment', '', true],
    ['of the configuration', 'IdentityAgent $OTHER', true],
    ['that the configuration forbids', 'IdentityAgent none', false],
  ])('uses the agent %s', async (_what, config, works) => {
    const { createLoginBench } = await import('../../../../test/transport/ssh-login.ts');
    const bench = await createLoginBench();
    closers.push(() => bench.close());
    const { key, blob } = await bench.key('a');
    environment = { SSH_AUTH_SOCK: config.includes('$') ? '' : await bench.agent(key), OTHER: await bench.agent(key) };
    await configure(config);
    const server = await serve((context) => context.method === 'publickey' && context.key.data.equals(blob));
    await know(lineOf(server));
    const opening = open({ port: server.port });
    if (works) expect(await outputOf(await (await opening).pipe('uname', signal), signal)).toBe('ran uname');
    else expect((await trouble(opening)).message).toContain('there was nothing to try');
  });
});

describe('the way to a host', () => {
  it('is what a command says', async () => {
    const server = await serve();
    const script = `const s = require('net').connect(${server.port}, '127.0.0.1'); s.pipe(process.stdout); process.stdin.pipe(s)`;
    await writeFile(join(dir, 'way.cjs'), script);
    await configure(`Host far\n ProxyCommand ${process.execPath} ${dir}/way.cjs %h %p`);
    await know(`far ${HOST_KEY.public}`);
    const host = await open({ host: 'far' });
    expect(host.name).toBe('far:22');
    expect(await outputOf(await host.pipe('uname', signal), signal)).toBe('ran uname');
  });

  it('leads over one host after the other, and each is left in the end', async () => {
    const [first, second, far] = [await serve(), await serve(), await serve()];
    await know(...[first, second, far].map((server) => lineOf(server)));
    const jumps = [first, second].map(({ port }) => `root@127.0.0.1:${port}`).join(',');
    // What the hops' own blocks say of ways does not count.
    await configure(`Host far\n HostName 127.0.0.1\n Port ${far.port}\n ProxyJump ${jumps}\n`);
    const host = await open({ host: 'far' });
    expect(await outputOf(await host.pipe('uname', signal), signal)).toBe('ran uname');
    expect([first, second, far].map((server) => server.connections())).toEqual([1, 1, 1]);
    host.close();
    await Promise.all([first, second, far].map((server) => server.untilLeft()));
  });

  it('may go round in circles', async () => {
    await configure('Host far\n ProxyJump far');
    expect(await trouble(open({ host: 'far' }))).toMatchObject({
      code: 'config.invalid',
      message: 'ProxyJump of far goes round in circles',
    });
  });

  it.each<[string, ServerOptions['onward'], RegExp]>([
    [
      'does not let on',
      (_accept, _to, _client, reject) => reject(),
      /can't connect to 127\.0\.0\.1:1 by way of 127\.0\.0\.1: /,
    ],
    [
      'hangs up',
      (_accept, _to, client) => void client.end(),
      /can't connect to 127\.0\.0\.1:1 by way of 127\.0\.0\.1: /,
    ],
  ])('is barred by a host that %s', async (_what, onward, words) => {
    const hop = await serve(anybody, onward ? { onward } : {});
    await know(lineOf(hop));
    await configure(`Host far\n HostName 127.0.0.1\n Port 1\n ProxyJump root@127.0.0.1:${hop.port}`);
    expect(await trouble(open({ host: 'far' }))).toMatchObject({
      code: 'host.unreachable',
      message: expect.stringMatching(words),
      retry: true,
    });
    await hop.untilLeft();
  });
});

describe('channels', () => {
  async function connected(options: ServerOptions = {}, more: Partial<SshOptions> = {}) {
    const server = await serve(anybody, options);
    await know(lineOf(server));
    return { server, host: await open({ port: server.port }, more), name: `127.0.0.1:${server.port}` };
  }
  const many = (count: number, work: () => Promise<Duplex>) => Promise.all(Array.from({ length: count }, work));
  const ended = (stream: Duplex) => new Promise((resolve) => stream.resume().once('close', resolve));

  it('are shells in a terminal of that size', async () => {
    const { server, host } = await connected();
    const { stream, resize } = await host.shell({ columns: 80, rows: 24 }, signal);
    expect(String(await new Promise((resolve) => stream.once('data', resolve)))).toBe('# ');
    resize({ columns: 100, rows: 30 });
    await expect.poll(() => server.seen.length, { timeout: 15_000 }).toBe(2);
    expect(server.seen).toEqual([`pty ${process.env['TERM'] ?? 'xterm-256color'} 80x24`, 'resize 100x30']);
  });

  it('are sockets and ports of the host, for which no session is used up', async () => {
    const { server, host } = await connected();
    await many(10, () => host.pipe('wait', signal));
    expect(await outputOf(await host.openUnixSocket('/run/x.sock', signal), signal)).toBe('hello');
    expect(server.seen).toEqual(['socket /run/x.sock']);
    const other = createServer((socket) => socket.end('there'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    closers.push(() => other.close());
    const { port } = other.address() as AddressInfo;
    expect(await outputOf(await host.openTcp('127.0.0.1', port, signal), signal)).toBe('there');
    expect(server.connections()).toBe(1);
  });

  it('are free again once they are closed', async () => {
    const { server, host } = await connected();
    for (let round = 0; round < 2; round++) {
      const streams = await many(10, () => host.pipe('uname', signal));
      await Promise.all(streams.map(ended));
    }
    expect(server.connections()).toBe(1);
  });

  it('may be refused, and then none was used up', async () => {
    const { server, host, name } = await connected({ mostSessions: 0 });
    for (let i = 0; i < 12; i++) {
      const error = await trouble(host.pipe('uname', signal));
      expect(error).toMatchObject({
        code: 'op.refused',
        message: expect.stringContaining(`${name} refused the channel: `),
      });
    }
    expect(server.connections()).toBe(1);
  });

  it('print as many complaints as they like', async () => {
    const { host } = await connected();
    expect(await outputOf(await host.pipe('noisy', signal), signal)).toBe('ran noisy');
  });

  it('are waited for ten seconds', async () => {
    const clock = createTestClock();
    const { host, name } = await connected({}, { clock });
    let ended = false;
    const failed = trouble(host.pipe('never', signal)).finally(() => {
      ended = true;
    });
    await clock.pass(9_999);
    expect(ended).toBe(false);
    await clock.pass(1);
    expect((await failed).message).toBe(`no answer from ${name} within 10 s`);
  });

  it('need a new connection when the host has hung up', async () => {
    const { server, host } = await connected();
    const waiting = ended(await host.pipe('wait', signal));
    server.hangUp();
    await waiting;
    expect(await outputOf(await host.pipe('uname', signal), signal)).toBe('ran uname');
    expect(server.connections()).toBe(2);
  });

  it('are none after the end, not even of a connection that came too late', async () => {
    const { server, host, name } = await connected();
    await many(10, () => host.pipe('wait', signal));
    const late = trouble(host.pipe('uname', signal));
    host.close();
    await late;
    await server.untilLeft();
    for (const opening of [host.pipe('uname', signal), host.openTcp('127.0.0.1', 1, signal)]) {
      expect(await trouble(opening)).toMatchObject({
        code: 'host.unreachable',
        message: `the connection to ${name} was closed`,
        retry: true,
      });
    }
  });
});
