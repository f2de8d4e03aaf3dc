import { execFile, spawn } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock, wait } from '../../../clock.ts';
import { sentence } from '../../../errors.ts';

export interface PrivateDaemon {
  readonly dir: string;
  readonly socket: string;
  /** Runs virsh on its test driver; rejects with what virsh complains about. */
  virsh(args: readonly string[]): Promise<string>;
  /** A file for virsh, in the daemon's folder; resolves with its path. */
  write(name: string, text: string): Promise<string>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
export const VIRSH = '/usr/bin/virsh';
const SETPRIV = '/usr/bin/setpriv';
/** The uid and gid of the daemon when the tests run as root: as root it would be the system's and take its folders. */
const UNPRIVILEGED = 65_534;
/** Less than a test's hook may take, so that the test reports the daemon's complaint. */
const STARTS_WITHIN_MS = 8_000;
/** Not $TMPDIR: the daemon's user may have no access to it, and it may be long; the path of a socket has 107 bytes at most. */
const TEMPORARY = '/tmp';

/** A session daemon with all its files in a folder of its own. */
export async function startPrivateDaemon(binary: string): Promise<PrivateDaemon> {
  const dir = await mkdtemp(join(TEMPORARY, 'drover-libvirtd-'));
  const asRoot = process.getuid?.() === 0;
  const folders = {
    HOME: 'home',
    XDG_RUNTIME_DIR: 'run',
    XDG_CONFIG_HOME: 'config',
    XDG_CACHE_HOME: 'cache',
    XDG_DATA_HOME: 'data',
  };
  if (asRoot) await chown(dir, UNPRIVILEGED, UNPRIVILEGED);
  const env: Record<string, string> = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };
  for (const [variable, name] of Object.entries(folders)) {
    env[variable] = join(dir, name);
    await mkdir(join(dir, name));
    if (asRoot) await chown(join(dir, name), UNPRIVILEGED, UNPRIVILEGED);
  }
  const unprivileged = [`--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'];
  // A test run that is killed must not leave it behind.
  const child = spawn(SETPRIV, [...(asRoot ? unprivileged : []), '--pdeathsig=KILL', binary], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', ({ message }) => resolve(message));
    child.once('close', (code, signal) => resolve(`it ended with ${signal ?? code}`));
  });
  const socket = join(dir, 'run', 'libvirt', 'libvirt-sock');
  try {
    await untilListening(socket, ended);
  } catch (error) {
    child.kill('SIGKILL');
    await ended;
    await rm(dir, { recursive: true, force: true });
    throw new Error(`${binary} does not start: ${sentence(error)}\n${complaint.trim()}`);
  }

  const uri = `test+unix:///default?socket=${socket}`;
  // Its test driver forgets everything when no client is connected any more.
  const keeper = spawn(VIRSH, ['--quiet', '--connect', uri], { stdio: ['pipe', 'ignore', 'ignore'] });
  keeper.stdin.write('event --all --loop\n');
  const virsh = async (virshArgs: readonly string[]) =>
    (await run(VIRSH, ['--quiet', '--connect', uri, ...virshArgs])).stdout;
  await virsh(['list']);
  return {
    dir,
    socket,
    virsh,
    async write(name, text) {
      const path = join(dir, name);
      await writeFile(path, text);
      return path;
    },
    async stop() {
      keeper.kill('SIGKILL');
      child.kill('SIGKILL');
      await ended;
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function untilListening(socket: string, ended: Promise<string>): Promise<void> {
  const deadline = AbortSignal.timeout(STARTS_WITHIN_MS);
  let over: string | undefined;
  void ended.then((how) => {
    over = how;
  });
  for (;;) {
    const connected = await new Promise<boolean>((resolve) => {
      const probe = connect(socket);
      probe.once('connect', () => resolve(true)).once('error', () => resolve(false));
      probe.once('connect', () => probe.destroy());
    });
    if (connected) return;
    if (over !== undefined) throw new Error(over);
    await wait(systemClock, 20, deadline);
  }
}
