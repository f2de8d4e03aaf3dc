import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { run } from '../command.ts';
import { initOf, keepersOf, runInside } from '../libvirt/namespaces.ts';
import { until } from '../until.ts';
import type { Site } from './site.ts';

const HOST_INIT = `${import.meta.dirname}/host-init.sh`;

export const isBooted = (site: Site): boolean => initOf(site) !== undefined;

/** Runs a program inside the cloud, as root, and gives what it printed. Rejects when it fails or the cloud is down. */
export const inCloud = (site: Site, ...argv: readonly [string, ...string[]]): Promise<string> =>
  // what Python compiles goes into the snapshot, so that later starts need not compile it again
  // a TMPDIR of this machine is no folder in there
  runInside(site, ['env', 'PYTHONDONTWRITEBYTECODE=', 'TMPDIR=/tmp', ...argv], SCHEMA_MS);

/** The migrations of a database take a minute of a processor, and there are others who want it. */
const SCHEMA_MS = 400_000;

const hasLink = (name: string): boolean => existsSync(`/sys/class/net/${name}`);

/** Gives the number of PID 1, which has nothing to do yet. */
async function start(site: Site, lower: readonly string[]): Promise<number> {
  const own = ['--mount', '--net', '--pid', '--uts', '--ipc', '--fork', '--kill-child'];
  const said = `${site.dir}/init.log`;
  const log = openSync(said, 'w');
  const child = spawn('unshare', [...own, 'setsid', 'bash', HOST_INIT, site.dir, lower.join(':')], {
    detached: true,
    stdio: ['ignore', log, log],
    env: { ...process.env, LC_ALL: 'C.UTF-8', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  });
  closeSync(log);
  child.unref();
  const failed = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the cloud ended at its start: ${readFileSync(said, 'utf8')}`)));
  });
  await Promise.race([until('the cloud has its files', 10_000, () => existsSync(`${site.files.logs}/booted`)), failed]);
  child.removeAllListeners('exit');
  return until('PID 1 of the cloud', 5_000, () => initOf(site));
}

/** A wire of its own to this machine: the one address is routed, so that the rest of the network may be somewhere else. */
async function plugIn(site: Site, init: number): Promise<void> {
  const { address, gateway, link } = site;
  const inside = (...argv: readonly [string, ...string[]]) => inCloud(site, 'ip', ...argv);
  await run(['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', `${init}`]);
  await run(['ip', 'addr', 'add', gateway, 'peer', `${address}/32`, 'dev', link]);
  await restoreLink(site);
  await inside('link', 'set', 'lo', 'up');
  await inside('addr', 'add', address, 'peer', `${gateway}/32`, 'dev', 'eth0');
  await inside('link', 'set', 'eth0', 'up');
}

/** A machine with the files of `lower` (the topmost first), an address and no service. Needs the certificates. */
export async function boot(site: Site, lower: readonly string[]): Promise<void> {
  // what a machine that was switched off has left
  for (const folder of ['changes', 'work', 'root', 'logs'])
    await rm(`${site.dir}/${folder}`, { recursive: true, force: true });
  await mkdir(site.files.logs, { recursive: true });
  await plugIn(site, await start(site, lower));
}

/** The cable is pulled: nothing is refused, nothing answers. */
export async function cutLink({ link }: Site): Promise<void> {
  await run(['ip', 'link', 'set', link, 'down']);
}

export async function restoreLink({ link }: Site): Promise<void> {
  await run(['ip', 'link', 'set', link, 'up']);
}

/** Cuts the power: the kernel ends whatever runs in the cloud together with its PID 1, and its mounts with them. */
export async function powerOff(site: Site): Promise<void> {
  const init = initOf(site);
  if (init !== undefined) process.kill(init, 'SIGKILL');
  await until('the cloud is gone', 20_000, () => keepersOf(site).length === 0);
  // the kernel takes the link of a dead machine away in its own time
  if (hasLink(site.link)) await run(['ip', 'link', 'delete', site.link]).catch(() => undefined);
  await until(`${site.link} is gone`, 10_000, () => !hasLink(site.link));
}
