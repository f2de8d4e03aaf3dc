import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { startDaemon, startHost, stopHost } from './host.ts';
import { furnishRun } from './host-files.ts';
import { inHost, initOf } from './namespaces.ts';
import type { Host, Site } from './site.ts';

async function signalTo(host: Host, signal: string, pidFile: string): Promise<void> {
  const pid = (await readFile(`${host.dir}/run/${pidFile}`, 'utf8')).trim();
  await inHost(host, 'kill', `-${signal}`, pid);
}

const DAEMON = 'libvirtd.pid';

/** The daemon hangs: its sockets take connections and answer nothing. */
export const pauseDaemon = (host: Host): Promise<void> => signalTo(host, 'STOP', DAEMON);

async function daemonRuns(host: Host): Promise<boolean> {
  return signalTo(host, '0', DAEMON).then(
    () => true,
    () => false,
  );
}

const daemonAnswers = (host: Host): Promise<boolean> =>
  inHost(host, 'timeout', '10', 'virsh', '-c', 'qemu:///system', 'uri').then(
    () => true,
    () => false,
  );

/** The daemon goes on, and answers. libvirtd 9.0 may crash when it does: it is started again then. */
export async function resumeDaemon(host: Host): Promise<void> {
  await signalTo(host, 'CONT', DAEMON).catch(() => undefined);
  await until(`libvirtd of ${host.name} answers`, 60_000, async () => {
    if (await daemonAnswers(host)) return true;
    if (!(await daemonRuns(host))) await startDaemon(host);
    return undefined;
  });
}

/** The daemon dies without a word; its guests run on. `startDaemon` brings it back. */
export async function killDaemon(host: Host): Promise<void> {
  await signalTo(host, 'KILL', DAEMON);
  await until(`libvirtd of ${host.name} is dead`, 5_000, async () => !(await daemonRuns(host)));
}

/** The cable is pulled: nothing is refused, nothing answers. */
export async function cutLink(host: Host): Promise<void> {
  await run(['ip', 'link', 'set', host.link, 'down']);
}

export async function restoreLink(host: Host): Promise<void> {
  await run(['ip', 'link', 'set', host.link, 'up']);
}

/** The host loses its power: it says nothing more, and its daemon and guests are gone. `powerOn` brings it back. */
export async function losePower(host: Host): Promise<void> {
  await cutLink(host);
  await stopHost(host);
}

/** The host starts, with what was on its disks; a host that is on stays as it is. */
export async function powerOn(site: Site, host: Host): Promise<void> {
  if (initOf(host) !== undefined) return;
  // the kernel takes the link of a dead host away in its own time, which is long while something was to be sent on it
  await run(['ip', 'link', 'delete', host.link]).catch(() => undefined);
  await until(`the link of ${host.name} is gone`, 30_000, () => !existsSync(`/sys/class/net/${host.link}`));
  await furnishRun(site, host);
  await startHost(site, host);
}

/** One guest's QEMU hangs, with its monitor. */
export const pauseQemu = (host: Host, guest: string): Promise<void> =>
  signalTo(host, 'STOP', `libvirt/qemu/${guest}.pid`);
export const resumeQemu = (host: Host, guest: string): Promise<void> =>
  signalTo(host, 'CONT', `libvirt/qemu/${guest}.pid`);

/** Undoes whatever was done to the host. For `afterEach`: a test that failed must not fail the next one. */
export async function restoreHost(host: Host): Promise<void> {
  await restoreLink(host);
  await resumeDaemon(host);
  const guests = (await readdir(`${host.dir}/run/libvirt/qemu`)).filter((file) => file.endsWith('.pid'));
  // a file may be older than its process's end
  for (const file of guests) await signalTo(host, 'CONT', `libvirt/qemu/${file}`).catch(() => undefined);
}

/** The host's sshd ends all logins that are there, without a word; new ones are taken. */
export const dropLogins = (host: Host): Promise<string> =>
  inHost(
    host,
    'sh',
    '-c',
    'for pid in $(pgrep -P "$(cat /run/sshd.pid)"); do pkill -KILL -P $pid; kill -KILL $pid; done; true',
  );
