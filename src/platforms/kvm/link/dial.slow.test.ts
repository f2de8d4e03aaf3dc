import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ssh2, { type ServerChannel } from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { sshKey } from '../../../../test/ssh-key.ts';
import { systemClock } from '../../../clock.ts';
import { endpointName } from '../../../ids.ts';
import type { Context, Settings } from '../../contract.ts';
import { platform } from '../index.ts';
import { type ListeningHost, listen } from '../testkit/listening-host.ts';
import { playHost } from '../testkit/played-host.ts';
import { addressOf } from './address.ts';
import { createDialer, type Dialer } from './dial.ts';

const { signal } = new AbortController();
const context = { signal, clock: systemClock, wire: () => undefined, ask: {} } as unknown as Context;
const HOST_KEY = sshKey();

/** A host over SSH: which sockets it forwards, and what its commands print, or lead to. */
interface Far {
  forwards: string | undefined;
  prints: (command: string) => string | 'daemon';
  readonly commands: string[];
  readonly asked: string[];
}
let dir = '';
let host: ListeningHost;
let port = 0;
let ssh: ssh2.Server;
const far: Far = { forwards: undefined, prints: () => '', commands: [], asked: [] };
const dialers: Dialer[] = [];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'drover-dial-'));
  host = await listen(playHost());
  const lead = (stream: ServerChannel) => {
    const daemon = connect(host.socket);
    stream.pipe(daemon).pipe(stream);
    stream.on('error', () => {});
    daemon.on('error', () => {});
  };
  ssh = new ssh2.Server({ hostKeys: [HOST_KEY.private] }, (client) => {
    client.on('error', () => {});
    client.on('authentication', (login) =>
      login.method === 'password' && login.password === 'secret' ? login.accept() : login.reject(['password']),
    );
    client.on('openssh.streamlocal', (accept, reject, { socketPath }) => {
      far.asked.push(socketPath);
      if (socketPath === far.forwards) lead(accept());
      else reject();
    });
    client.on('session', (acceptSession) => {
      const session = acceptSession();
      session.on('pty', (accept) => accept?.());
      session.on('shell', (accept) => void accept().write('welcome'));
      session.on('exec', (accept, _reject, { command }) => {
        far.commands.push(command);
        const said = far.prints(command);
        const stream = accept();
        if (said === 'daemon') return lead(stream);
        stream.write(said);
        stream.exit(0);
        stream.end();
      });
    });
  });
  await new Promise<void>((resolve) => ssh.listen(0, '127.0.0.1', resolve));
  port = (ssh.address() as AddressInfo).port;
  await writeFile(join(dir, 'known_hosts'), `[127.0.0.1]:${port} ${HOST_KEY.public}\n`);
  await writeFile(join(dir, 'other_hosts'), `[127.0.0.1]:${port} ${sshKey().public}\n`);
});
afterAll(async () => {
  await host.close();
  await new Promise((resolve) => ssh.close(() => resolve(undefined)));
  await rm(dir, { recursive: true, force: true });
});
afterEach(() => {
  for (const dialer of dialers.splice(0)) dialer.close();
  Object.assign(far, { forwards: undefined, prints: () => '' });
  far.commands.length = 0;
  far.asked.length = 0;
  vi.unstubAllEnvs();
});

const values = (more: Settings = {}): Settings => ({
  transport: 'ssh',
  host: '127.0.0.1',
  port,
  user: 'root',
  password: 'secret',
  'known-hosts': join(dir, 'known_hosts'),
  ...more,
});
async function dialed(given: Settings): Promise<Dialer> {
  vi.stubEnv('SSH_AUTH_SOCK', undefined);
  const address = addressOf({ name: endpointName('a'), platform: 'kvm', values: given });
  const dialer = await createDialer('a', address, context);
  dialers.push(dialer);
  return dialer;
}
const tested = (given: Settings) => {
  vi.stubEnv('SSH_AUTH_SOCK', undefined);
  return platform.test({ name: endpointName('a'), platform: 'kvm', values: given }, context);
};
const RUN = '/run/libvirt';

describe('a daemon over SSH', () => {
  it('is found by the first of its sockets that the host forwards, and by the same one from then on', async () => {
    far.forwards = `${RUN}/libvirt-sock`;
    const dialer = await dialed(values());
    expect(dialer.host).toBe('127.0.0.1');
    for (let link = 0; link < 2; link++) (await dialer.open(signal)).destroy();
    expect(far.asked).toEqual([`${RUN}/virtqemud-sock`, `${RUN}/libvirt-sock`, `${RUN}/libvirt-sock`]);
    expect(far.commands).toEqual([]);
  });

  it('is reached through a command where no socket is forwarded, and by the same one from then on', async () => {
    far.prints = (command) =>
      command.includes('for s in') ? `socket ${RUN}/libvirt-sock\ncommand nc\n` : ('daemon' as const);
    const dialer = await dialed(values());
    for (let link = 0; link < 2; link++) (await dialer.open(signal)).destroy();
    expect(far.commands).toEqual([
      expect.stringContaining(`for s in '${RUN}/virtqemud-sock' '${RUN}/libvirt-sock'; do`),
      `nc -U '${RUN}/libvirt-sock'`,
      `nc -U '${RUN}/libvirt-sock'`,
    ]);
    expect(far.asked).toHaveLength(2);
  });

  it.each<[Settings, string, string, string, string, boolean]>([
    [
      {},
      '',
      'host.unreachable',
      `no libvirt daemon answers on 127.0.0.1: tried ${RUN}/virtqemud-sock, ${RUN}/libvirt-sock`,
      'start libvirtd on 127.0.0.1, and see that sshd forwards sockets or that virt-ssh-helper, nc or socat is there',
      true,
    ],
    [
      { driver: 'qemu:///session' },
      '',
      'host.unreachable',
      'no libvirt daemon answers on 127.0.0.1: tried qemu:///session',
      'start libvirtd on 127.0.0.1, and see that sshd forwards sockets or that virt-ssh-helper, nc or socat is there',
      true,
    ],
    [
      { socket: '/srv/sock' },
      'socket /srv/sock\ncommand virt-ssh-helper\n',
      'config.invalid',
      '127.0.0.1 has nothing that leads to /srv/sock: virt-ssh-helper takes no other socket',
      'install nc (netcat-openbsd) or socat on 127.0.0.1, or let its sshd forward sockets',
      false,
    ],
    [
      { socket: '/srv/sock' },
      'command nc\n',
      'host.unreachable',
      'no libvirt daemon answers on 127.0.0.1: tried /srv/sock',
      'start libvirtd on 127.0.0.1, and see that sshd forwards sockets or that virt-ssh-helper, nc or socat is there',
      true,
    ],
  ])('with %j and %j is not there: %s', async (more, printed, code, message, fix, retry) => {
    far.prints = () => printed;
    const dialer = await dialed(values(more));
    await expect(dialer.open(signal)).rejects.toMatchObject({ code, message, fix, retry });
  });

  it('has a shell, and runs commands with what they are given', async () => {
    far.prints = (command) => `ran ${command}`;
    const dialer = await dialed(values());
    expect(await dialer.run?.('uname', signal, Buffer.from('x'))).toBe('ran uname');
    const shell = await dialer.shell?.({ columns: 80, rows: 24 } as never, signal);
    expect(shell).toMatchObject({ kind: 'stream' });
    if (shell?.kind === 'stream') {
      expect(String(await new Promise((resolve) => shell.stream.once('data', resolve)))).toBe('welcome');
      shell.stream.destroy();
    }
    dialer.close();
    await expect(dialer.open(signal)).rejects.toMatchObject({ code: 'host.unreachable' });
  });

  it('is tested from its name to the right to manage it', async () => {
    far.forwards = `${RUN}/virtqemud-sock`;
    expect((await tested(values())).map(({ check, ok, detail }) => `${ok} ${check}: ${detail}`)).toEqual([
      'true the name resolves: 127.0.0.1',
      `true the host answers: 127.0.0.1:${port}`,
      'true the host key is trusted: 127.0.0.1',
      'true the login works: root',
      "true the daemon's socket opens: ssh",
      'true the daemon answers: qemu:///system',
      'true this user may manage libvirt: qemu:///system',
      expect.stringContaining('true it can run guests'),
      expect.stringContaining('true /dev/kvm works'),
    ]);
  });

  it('is tested up to a wrong password, and up to a key that has changed', async () => {
    const last = async (more: Settings) =>
      (await tested(values(more))).slice(2).map(({ check, ok, code }) => [check, ok, code?.split('.')[0]]);
    expect(await last({ password: 'wrong' })).toEqual([
      ['the host key is trusted', true, undefined],
      ['the login works', false, 'auth'],
    ]);
    expect(await last({ 'known-hosts': join(dir, 'other_hosts') })).toEqual([
      ['the host key is trusted', false, 'trust'],
    ]);
    const notSsh = await tested(values({ port: host.port }));
    expect(notSsh.slice(2)).toMatchObject([{ check: 'the host speaks SSH', ok: false }]);
  });
});

describe("a daemon over this machine's own ssh", () => {
  /** `ssh` and `nc` of the test's own: the host is this machine. */
  async function standIns() {
    const script = async (name: string, text: string) => {
      await writeFile(join(dir, name), text);
      await chmod(join(dir, name), 0o755);
    };
    await script('ssh', '#!/bin/sh\nfor last; do :; done\n[ "$last" = fails ] && exit 255\nexec sh -c "$last"\n');
    const nc = `const s = require("net").connect(process.argv[1]); process.stdin.pipe(s).pipe(process.stdout)`;
    await script(
      'nc',
      `#!/bin/sh\n[ "$1" = -h ] && echo ' -U socket' && exit\nexec '${process.execPath}' -e '${nc}' -- "$2"\n`,
    );
    vi.stubEnv('PATH', `${dir}:/usr/bin:/bin`);
  }
  const system = (more: Settings = {}) => values({ ssh: 'system', socket: host.socket, ...more });

  it('is reached through a command that is chosen once', async () => {
    await standIns();
    const checks = await tested(system());
    expect(checks.map(({ check, ok }) => `${ok} ${check}`)).toEqual([
      'true the name resolves',
      'true the host answers',
      "true the daemon's socket opens",
      'true the daemon answers',
      'true this user may manage libvirt',
      'true it can run guests',
      'true /dev/kvm works',
    ]);
    expect(checks[2]?.detail).toBe(host.socket);
  });

  it('runs commands, says why one can not be run, and has a shell', async () => {
    await standIns();
    const dialer = await dialed(system());
    expect(dialer.host).toBe('127.0.0.1');
    expect(await dialer.run?.('head -c 5', signal, Buffer.from('hello world'))).toBe('hello');
    await expect(dialer.run?.('fails', signal)).rejects.toMatchObject({
      code: expect.stringMatching(/^(host|auth)\./),
    });
    const shell = await dialer.shell?.({} as never, signal);
    expect(shell).toMatchObject({ kind: 'command', argv: expect.arrayContaining(['127.0.0.1']) });
  });
});

describe('a daemon of this machine', () => {
  it('has the first socket that is there, and says where a session has none', async () => {
    vi.stubEnv('XDG_RUNTIME_DIR', undefined);
    const session = await dialed({ transport: 'unix', driver: 'qemu:///session' });
    await expect(async () => session.open(signal)).rejects.toMatchObject({
      code: 'config.invalid',
      message: "XDG_RUNTIME_DIR is not set: name the session daemon's `socket`",
    });
    vi.stubEnv('XDG_RUNTIME_DIR', join(dir, 'run'));
    await expect(session.open(signal)).rejects.toMatchObject({
      code: 'host.unreachable',
      message: expect.stringContaining(join(dir, 'run/libvirt/libvirt-sock')),
    });
    expect(await session.run?.('printf %s "$0"; cat', signal, Buffer.from(' hi\n').subarray(0, 0))).toContain('sh');
  });

  it('runs nothing where there is no login', async () => {
    for (const given of [
      { transport: 'tcp', host: '127.0.0.1', port },
      { transport: 'tls', host: 'localhost' },
    ]) {
      const dialer = await dialed(given);
      expect(dialer.host).toBe(given.host);
      expect([dialer.run, dialer.shell]).toEqual([undefined, undefined]);
      expect(dialer.callsApart ?? false).toBe(given.transport === 'tls');
    }
  });
});
