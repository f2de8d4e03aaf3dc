import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { run } from '../command.ts';
import type { DownOptions, Lab, Status, Tell, UpOptions } from '../lab-contract.ts';
import { until } from '../until.ts';
import { writeCertificates } from './certificates.ts';
import { provideDebian } from './debian-image.ts';
import { writeConfigs } from './drover-config.ts';
import { restoreHost } from './faults.ts';
import { provideGuestImage } from './guest-image.ts';
import { startHost, stopHost } from './host.ts';
import { furnish, newKey } from './host-files.ts';
import { initOf } from './namespaces.ts';
import { crowd, populate } from './population.ts';
import { missing, packages } from './requirements.ts';
import { type Site, siteFrom } from './site.ts';

/** Fails when one fails, but not before the others are done: nothing may still be starting when `down` comes. */
async function all(works: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(works);
  await Promise.all(works);
}

const hasLink = (name: string): boolean => existsSync(`/sys/class/net/${name}`);

/** What QEMU can do takes seconds to find out; libvirt notices by itself when what it wrote down is too old. */
const capabilities = (site: Site): string => `${site.cache}/qemu-capabilities`;

async function saveCapabilities(site: Site): Promise<void> {
  const found = `${site.hosts[0].dir}/cache/qemu`;
  if (existsSync(found)) await cp(found, capabilities(site), { recursive: true });
}

/** A folder and a switch, and the files that the hosts have in common. */
async function layGround(site: Site): Promise<void> {
  await mkdir(site.dir, { recursive: true });
  await mkdir(site.cache, { recursive: true });
  if (!hasLink(site.bridge)) {
    await run(['ip', 'link', 'add', site.bridge, 'type', 'bridge']);
    await run(['ip', 'addr', 'add', `${site.gateway}/24`, 'dev', site.bridge]);
    await run(['ip', 'link', 'set', site.bridge, 'up']);
  }
  if (!existsSync(site.files.key)) await newKey(site.files.key, 'drover lab');
  if (!existsSync(site.files.clientCert)) await writeCertificates(site);
}

async function writeKnownHosts(site: Site): Promise<void> {
  const lines = site.hosts.map(async ({ address, dir }) => {
    const [type, key] = (await readFile(`${dir}/hostkey.pub`, 'utf8')).split(' ');
    return `${address} ${type} ${key}\n`;
  });
  await writeFile(site.files.knownHosts, (await Promise.all(lines)).join(''));
}

async function bringUpHosts(site: Site, tell: Tell): Promise<void> {
  const known = existsSync(capabilities(site)) ? capabilities(site) : undefined;
  const hostsUp = site.hosts.map(async (host) => {
    if (initOf(host) !== undefined) return restoreHost(host);
    tell(`Starting ${host.name} at ${host.address} …`);
    await rm(host.dir, { recursive: true, force: true }); // what a machine that was switched off has left
    await furnish(site, host, known);
    await startHost(site, host);
  });
  await all(hostsUp);
}

async function up({ flags, tell }: UpOptions): Promise<Readonly<Record<string, string>>> {
  const site = siteFrom(process.env);
  const { guests = 0, domains = 0, debian = 0 } = flags;
  await layGround(site);
  await provideGuestImage(site, tell);
  await bringUpHosts(site, tell);
  await writeKnownHosts(site);
  await writeConfigs(site);
  tell('Defining the guests …');
  await all(site.hosts.map((host) => populate(site, host, guests)));
  await saveCapabilities(site);
  for (const host of site.hosts.slice(0, debian)) await provideDebian(site, host, tell);
  if (domains > 0) {
    tell(`Filling ${site.hosts[2].name} up to ${domains} domains …`);
    await crowd(site.hosts[2], domains);
  }
  return { DROVER_CONFIG: site.files.config };
}

async function down({ tell }: DownOptions): Promise<void> {
  const site = siteFrom(process.env);
  await Promise.all(site.hosts.map(stopHost));
  const links = [...site.hosts.map(({ link }) => link), site.bridge];
  for (const link of links) {
    // the kernel takes the links of a dead host away in its own time
    if (hasLink(link)) await run(['ip', 'link', 'delete', link]).catch(() => undefined);
    await until(`${link} is gone`, 10_000, () => !hasLink(link));
  }
  await rm(site.dir, { recursive: true, force: true });
  await rmdir(dirname(site.dir)).catch(() => undefined); // another lab may live there
  tell('The libvirt lab is down.');
}

async function status(): Promise<Status> {
  const site = siteFrom(process.env);
  const upHosts = site.hosts.filter((host) => initOf(host) !== undefined);
  const lines = site.hosts.map((host) => `${host.name}  ${host.address}  ${upHosts.includes(host) ? 'up' : 'down'}`);
  return { up: upHosts.length === site.hosts.length, lines };
}

export const lab: Lab = {
  title: 'libvirt lab',
  packages,
  options: {
    guests: 'at least so many guests on each host',
    domains: 'so many shut-off domains on host3',
    debian: 'on so many hosts the image of a whole Debian',
  },
  missing,
  up,
  down,
  status,
};
