/** OpenSSH's own server, agent and keys in a temporary folder: an sshd on the loopback that lets the test's user in. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export const run = promisify(execFile);

export interface RealSshd {
  readonly port: number;
  readonly user: string;
  /** A line of known_hosts. */
  readonly knownHost: string;
  /** Lets the owner of this public key in, beside those before. */
  letIn(publicKey: string): Promise<void>;
  close(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const ended = (child: ChildProcess): Promise<void> => new Promise((resolve) => child.once('close', () => resolve()));

/** `settings` are lines of sshd_config(5); the first of a keyword counts. */
export async function startSshd(dir: string, settings: readonly string[] = []): Promise<RealSshd> {
  await mkdir('/run/sshd', { recursive: true }).catch(() => undefined);
  await mkdir(dir, { recursive: true });
  const port = await freePort();
  const hostKey = join(dir, 'host_key');
  await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const allowed = join(dir, 'authorized_keys');
  await writeFile(allowed, '');
  const lines = [
    ...settings,
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${allowed}`,
    'PermitRootLogin yes',
    'StrictModes no',
    'UsePAM no',
    'PasswordAuthentication yes',
    'MaxStartups 100',
    `PidFile ${join(dir, 'pid')}`,
  ];
  const config = join(dir, 'sshd_config');
  await writeFile(config, `${lines.join('\n')}\n`);
  const child = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await listening(port, () => child.exitCode !== null && said);
  const { stdout: shown } = await run('cat', [`${hostKey}.pub`]);
  let all = '';
  return {
    port,
    user: userInfo().username,
    knownHost: `[127.0.0.1]:${port} ${shown.split(' ').slice(0, 2).join(' ')}\n`,
    async letIn(publicKey) {
      all += `${publicKey.trim()}\n`;
      await writeFile(allowed, all);
    },
    async close() {
      child.kill();
      await ended(child);
    },
  };
}

async function listening(port: number, failed: () => string | false): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isUp) return;
    const why = failed();
    if (why !== false) throw new Error(`sshd ended: ${why}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error('sshd does not listen');
}

export interface RealAgent {
  readonly socket: string;
  add(path: string): Promise<void>;
  close(): Promise<void>;
}

export async function startAgent(dir: string): Promise<RealAgent> {
  const socket = join(dir, 'agent');
  const child = spawn('/usr/bin/ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
  for (let i = 0; i < 200; i++) {
    const isUp = await new Promise<boolean>((resolve) => {
      const probe = connect(socket, () => resolve(true)).once('error', () => resolve(false));
      probe.once('connect', () => probe.destroy());
    });
    if (isUp) break;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    socket,
    add: async (path) => void (await run('ssh-add', ['-q', path], { env: { ...process.env, SSH_AUTH_SOCK: socket } })),
    async close() {
      child.kill();
      await ended(child);
    },
  };
}

/** Makes a key pair; answers the line of the public one. */
export async function makeKey(
  path: string,
  passphrase = '',
  more: readonly string[] = ['-t', 'ed25519'],
): Promise<string> {
  await run('ssh-keygen', ['-q', ...more, '-N', passphrase, '-f', path]);
  return (await run('cat', [`${path}.pub`])).stdout;
}
