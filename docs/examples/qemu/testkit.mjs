/** A private host for the contract suite: an SSH server of its own on this machine, and QEMU with nothing to boot. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { ids, startLink, systemClock } from 'drover/testkit';

const run = promisify(execFile);
const READY_MS = 60_000;
let servers = 0;

export const testkit = {
  // the suite asks a server with this once a second, as drover would
  lab: 'qemu',
  facts: {
    operations: [
      'vm.info',
      'vm.start',
      'vm.stop',
      'vm.restart',
      'vm.pause',
      'vm.resume',
      'disk.list',
      'nic.list',
      'node.info',
    ],
    login: true,
    keepsDisks: false,
    pushesEvents: false,
    startTakesMs: 20_000,
    stopTakesMs: 20_000,
    guestsAnswer: false,
    samples: ['cpu'],
    changes: { config: {}, running: {} },
    prompt: undefined,
  },
  available: async () => undefined,

  async start() {
    const folder = await mkdtemp(join(tmpdir(), 'qemu-'));
    const key = async (name) => {
      await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)]);
      return readFile(join(folder, `${name}.pub`), 'utf8');
    };
    const [hostKey, userKey] = [await key('host'), await key('user')];
    await key('stranger');
    await writeFile(join(folder, 'authorized'), userKey, { mode: 0o600 });
    const port = await freePort();
    const sshd = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', '/dev/null', ...sshdOptions(folder, port)], {
      stdio: 'ignore',
    });
    const link = await whenListening(port, () =>
      startLink({ host: '127.0.0.1', port: 0 }, { host: '127.0.0.1', port }),
    );
    await writeFile(join(folder, 'known'), `[127.0.0.1]:${link.at.port} ${hostKey}`);

    const endpoint = {
      name: ids.endpointName(`qemu${++servers}`),
      platform: 'qemu',
      values: {
        host: '127.0.0.1',
        port: link.at.port,
        user: userInfo().username,
        key: join(folder, 'user'),
        'known-hosts': join(folder, 'known'),
        folder,
      },
    };
    for (const [name, uuid] of VMS) {
      await writeFile(join(folder, `${name}.json`), JSON.stringify({ uuid, memory: 16, cpus: 1, arguments: DEVICES }));
    }

    /** Past drover: from the pid file alone. */
    const pidOf = async (name) => {
      const pid = Number(await readFile(join(folder, 'run', `${name}.pid`), 'utf8').catch(() => ''));
      // one that has ended and was not waited for has no command line
      return pid > 0 && (await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')) !== '' ? pid : undefined;
    };
    const stop = async (name) => {
      const pid = await pidOf(name);
      if (pid) process.kill(pid, 'SIGKILL');
      await until(async () => (await pidOf(name)) === undefined);
    };

    return {
      endpoint,
      wrongLogin: { ...endpoint, values: { ...endpoint.values, key: join(folder, 'stranger'), password: 'wrong' } },
      clock: systemClock,
      async stoppedVm() {
        await stop('off');
        return ids.vmId(endpoint.name, 'off');
      },
      /** Another process each time: an earlier test may have paused it. */
      async runningVm() {
        await stop('on');
        const files = [
          '-pidfile',
          join(folder, 'run/on.pid'),
          '-qmp',
          `unix:${join(folder, 'run/on.qmp')},server=on,wait=off`,
        ];
        const what = ['-name', 'on', '-uuid', VMS[1][1], '-m', '16', ...DEVICES, '-display', 'none', '-daemonize'];
        await run('mkdir', ['-p', join(folder, 'run')]);
        await run('qemu-system-x86_64', [...what, ...files]);
        return ids.vmId(endpoint.name, 'on');
      },
      doomedVm: () => Promise.reject(new Error('this platform deletes no VMs')),
      hasDisk: async (path) => (await stat(path).catch(() => undefined)) !== undefined,
      cutLink: () => link.cut(),
      restoreLink: () => link.restore(),
      async close() {
        for (const [name] of VMS) await stop(name);
        await link.close();
        sshd.kill();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  },
};

/** A disk without a file, and a NIC that leads nowhere but to QEMU itself. */
const DEVICES = ['-drive', 'file=null-co://,if=virtio,format=raw', '-nic', 'user,mac=52:54:00:00:00:01,model=e1000'];
const VMS = [
  ['off', '11111111-0000-4000-8000-000000000001'],
  ['on', '11111111-0000-4000-8000-000000000002'],
];

const sshdOptions = (folder, port) =>
  [
    `Port=${port}`,
    'ListenAddress=127.0.0.1',
    `HostKey=${join(folder, 'host')}`,
    `AuthorizedKeysFile=${join(folder, 'authorized')}`,
    'PidFile=none',
    'StrictModes=no',
    'UsePAM=no',
    'PermitRootLogin=yes',
    'MaxStartups=100',
  ].flatMap((option) => ['-o', option]);

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function whenListening(port, then) {
  await until(async () => {
    const socket = connect(port, '127.0.0.1');
    const isUp = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'close').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    return isUp;
  });
  return then();
}

async function until(isSo) {
  for (const end = Date.now() + READY_MS; !(await isSo()); await sleep(50)) {
    if (Date.now() > end) throw new Error('waited in vain');
  }
}
