/**
 * The libvirt lab for tests: which hosts there are, what is true on them (by virsh, not by drover), and what can go wrong
 * with them on order (faults.ts). Which lab: the `DROVER_LAB_…` variables say, as they did to `lab up`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { introduce } from './population.ts';
import { type Host, siteFrom } from './site.ts';

export * from './faults.ts';
export { guestsOf } from './guests.ts';
export { startDaemon } from './host.ts';
export { type Host, ROOT_PASSWORD } from './site.ts';

export const site = siteFrom(process.env);
export const [host1, host2, host3] = site.hosts;

/** What virsh on this machine says about the host, over TCP: the second opinion. */
export const virsh = (host: Host, ...args: readonly string[]): Promise<string> =>
  run(['virsh', '--quiet', '--connect', host.uri, ...args]);

/** virsh's word for it: `running`, `paused`, `shut off` … */
export const guestState = async (host: Host, guest: string): Promise<string> =>
  (await virsh(host, 'domstate', guest)).trim();

export const untilGuestIs = (host: Host, guest: string, state: string, deadlineMs = 30_000): Promise<true> =>
  until(`${guest} is ${state}`, deadlineMs, async () => (await guestState(host, guest)) === state || undefined);

/** All that the guest has written to its serial line since it was defined. `hostname`: as in guests.ts. */
export const serialLog = (host: Host, hostname: string): Promise<string> =>
  readFile(`${host.dir}/log/libvirt/qemu/${hostname}-serial.log`, 'utf8').catch(() => '');

/** Resolves when the guest has booted so far that a user could log in on its serial line. */
export const untilLoginPrompt = (host: Host, hostname: string, deadlineMs = 60_000): Promise<true> =>
  until(`${hostname} asks for a login`, deadlineMs, async () =>
    (await serialLog(host, hostname)).trimEnd().endsWith(`${hostname} login:`),
  );

/** Where this machine sees a file of the host's storage pool `default`. */
export const imageFile = (host: Host, file: string): string => `${host.dir}/lib/images/${file}`;

/** What sshd wrote: which user logged in, with which key, and which password was wrong. */
export const sshdLog = (host: Host): Promise<string> => readFile(`${host.dir}/log/sshd.log`, 'utf8');

/** Shut-off guests for one test, each with a disk of its own `NAME.qcow2`. Names: plain ASCII, no spaces. */
export function makeGuests(host: Host, ...names: readonly string[]): Promise<void> {
  return introduce(
    site,
    host,
    names.map((name) => ({ name, hostname: name, running: false })),
  );
}

/** Takes away what `makeGuests` made, in whatever state it is by now. */
export async function removeGuests(host: Host, ...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await virsh(host, 'destroy', name).catch(() => undefined);
    await virsh(host, 'undefine', name, '--managed-save', '--snapshots-metadata').catch(() => undefined);
    await virsh(host, 'vol-delete', '--pool', 'default', `${name}.qcow2`).catch(() => undefined);
  }
}

/** An isolated network without addresses, started: for NICs that go nowhere. Names: plain ASCII, no spaces. */
export async function makeNetwork(host: Host, name: string): Promise<void> {
  const file = `${host.dir}/xml/net-${name}.xml`;
  await writeFile(file, `<network><name>${name}</name></network>`);
  await virsh(host, 'net-define', file);
  await virsh(host, 'net-start', name);
}

export async function removeNetwork(host: Host, name: string): Promise<void> {
  await virsh(host, 'net-destroy', name).catch(() => undefined);
  await virsh(host, 'net-undefine', name).catch(() => undefined);
}
