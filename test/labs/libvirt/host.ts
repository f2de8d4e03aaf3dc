import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { inHost, initOf, keepersOf } from './namespaces.ts';
import type { Host, Site } from './site.ts';

const HOST_INIT = `${import.meta.dirname}/host-init.sh`;

/** An empty machine: namespaces and mounts, no network and no daemon yet. Gives its PID 1. */
async function boot(host: Host): Promise<number> {
  const own = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child', '--mount-proc'];
  const said = `${host.dir}/init.log`;
  const log = openSync(said, 'w');
  const child = spawn('unshare', [...own, 'setsid', 'bash', HOST_INIT, host.name, host.dir], {
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  child.unref();
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`${host.name} ended at its start: ${readFileSync(said, 'utf8')}`)));
  });
  const furnished = until(`${host.name} is furnished`, 10_000, () => existsSync(`${host.dir}/run/furnished`));
  await Promise.race([furnished, failed]);
  child.removeAllListeners('exit');
  return until(`PID 1 of ${host.name}`, 5_000, () => initOf(host));
}

async function plugIn(site: Site, host: Host, init: number): Promise<void> {
  // The same after a restart: neighbours remember it.
  const peer = ['peer', 'name', 'eth0', 'address', `52:54:00:fe:00:0${host.number}`, 'netns', `${init}`];
  await run(['ip', 'link', 'add', host.link, 'type', 'veth', ...peer]);
  await run(['ip', 'link', 'set', host.link, 'master', site.bridge, 'up']);
  await inHost(host, 'ip', 'link', 'set', 'lo', 'up');
  await inHost(host, 'ip', 'addr', 'add', `${host.address}/24`, 'dev', 'eth0');
  await inHost(host, 'ip', 'link', 'set', 'eth0', 'up');
}

/** Resolves when the daemon takes connections. */
export async function startDaemon(host: Host): Promise<void> {
  // What libvirt starts as other users (swtpm) must not look for a place in a folder that is only ours.
  await inHost(host, 'env', '-u', 'TMPDIR', 'libvirtd', '--daemon', '--listen');
  await until(`libvirtd of ${host.name} listens`, 20_000, () => answers(host, 16509));
}

function answers(host: Host, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.address, port, timeout: 1_000 });
    const end = (answered: boolean) => {
      socket.destroy();
      resolve(answered);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

/** Resolves when sshd and libvirtd answer. The host's folder must be there. */
export async function startHost(site: Site, host: Host): Promise<void> {
  await plugIn(site, host, await boot(host));
  await inHost(host, '/usr/sbin/sshd', '-f', '/run/sshd_config', '-E', '/var/log/sshd.log');
  await startDaemon(host);
  await until(`sshd of ${host.name} listens`, 10_000, () => answers(host, 22));
}

/** Cuts the power: the kernel ends whatever runs in the host together with its PID 1. */
export async function stopHost(host: Host): Promise<void> {
  const init = initOf(host);
  if (init !== undefined) process.kill(init, 'SIGKILL');
  await until(`${host.name} is gone`, 20_000, () => keepersOf(host).length === 0);
}
