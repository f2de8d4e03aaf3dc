import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { outputOf, run } from '../command.ts';
import { guestXml, idleXml, networkXml, STORAGE_POOL_XML } from './domain-xml.ts';
import { type Guest, guestsOf } from './guests.ts';
import type { Host, Site } from './site.ts';

/** How many virsh define at once: more than this the daemon doesn't do at a time either. */
const DEFINERS = 4;

const quoted = (word: string): string => `'${word}'`;

/** Runs virsh commands one after the other in one process. Rejects when any of them failed, after the last. */
async function virshAll(host: Host, commands: readonly string[]): Promise<void> {
  if (commands.length === 0) return;
  const { stderr } = await outputOf(['virsh', '--quiet', '--connect', host.uri, commands.join('; ')], 300_000);
  // its exit code speaks of the last command alone
  const failures = stderr.split('\n').filter((line) => line.startsWith('error: '));
  if (failures.length > 0) throw new Error(`virsh on ${host.name}: ${failures.join('; ')}`);
}

async function namesOn(host: Host): Promise<ReadonlySet<string>> {
  const names = await run(['virsh', '--connect', host.uri, 'list', '--all', '--name']);
  return new Set(names.split('\n'));
}

async function xmlFile(host: Host, name: string, xml: string): Promise<string> {
  const path = `${host.dir}/xml/${name}.xml`;
  await writeFile(path, xml);
  return path;
}

/** The network and the storage pool `default`, with the image that every guest's disk is a copy-on-write layer of. */
async function furnishDaemon(host: Host): Promise<void> {
  const images = `${host.dir}/lib/images`;
  if (existsSync(`${images}/busybox.qcow2`)) return;
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', `${images}/busybox.qcow2`, '64M']);
  // its content never matters, only that it is never deleted
  await writeFile(`${images}/tools.iso`, Buffer.alloc(1024 ** 2));
  await virshAll(host, [
    `net-define ${quoted(await xmlFile(host, 'net-default', networkXml(host)))}`,
    'net-start default; net-autostart default',
    `pool-define ${quoted(await xmlFile(host, 'pool-default', STORAGE_POOL_XML))}`,
    'pool-start default; pool-autostart default',
  ]);
}

/** Makes the guests with their disks, one after the other, and starts those that should run. */
export async function introduce(site: Site, host: Host, guests: readonly Guest[]): Promise<void> {
  const commands = await Promise.all(guests.map((guest) => introduction(site, host, guest)));
  if (guests.length > 0) await virshAll(host, [...commands.flat(), 'pool-refresh default']);
}

async function introduction(site: Site, host: Host, guest: Guest): Promise<readonly string[]> {
  const { name, hostname } = guest;
  const backing = ['-b', 'busybox.qcow2', '-F', 'qcow2'];
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', ...backing, `${host.dir}/lib/images/${hostname}.qcow2`]);
  return [
    `define ${quoted(await xmlFile(host, hostname, guestXml(site, host, guest)))}`,
    ...(guest.autostart ? [`autostart ${quoted(name)}`] : []),
    ...(guest.snapshot ? [`snapshot-create-as ${quoted(name)} ${guest.snapshot}`] : []),
    ...(guest.running ? [`start ${quoted(name)}`] : []),
  ];
}

/** Defines the host's guests, at least `count` of them, and leaves alone those that are there. */
export async function populate(site: Site, host: Host, count: number): Promise<void> {
  await mkdir(`${host.dir}/xml`, { recursive: true });
  await furnishDaemon(host);
  const known = await namesOn(host);
  await introduce(
    site,
    host,
    guestsOf(host.number, count).filter(({ name }) => !known.has(name)),
  );
}

/** Fills the host with shut-off domains, idle0001 …, until it has `count` in all. For benchmarks, not for use. */
export async function crowd(host: Host, count: number): Promise<void> {
  const known = await namesOn(host);
  const missing: string[] = [];
  for (let number = 1; known.size - 1 + missing.length < count; number += 1) {
    const name = `idle${String(number).padStart(4, '0')}`;
    if (!known.has(name)) missing.push(`define ${quoted(await xmlFile(host, name, idleXml(name)))}`);
  }
  const share = Math.ceil(missing.length / DEFINERS);
  const shares = Array.from({ length: DEFINERS }, (_, i) => missing.slice(i * share, (i + 1) * share));
  await Promise.all(shares.map((commands) => virshAll(host, commands)));
}
