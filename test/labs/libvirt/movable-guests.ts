/** Guests that can go from host to host: their disk is in a folder that all hosts see, or in the host's own. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { run } from '../command.ts';
import { guestXml } from './domain-xml.ts';
import { type Host, site, virsh } from './hosts.ts';

/** Seen by every host at the same path, and a storage of this name on each. */
export const SHARED_POOL = 'shared';
const SHARED = `${site.dir}/shared`;
const OWN = '/var/lib/libvirt/images';

export interface Movable {
  readonly shared: boolean;
  readonly running: boolean;
  /** How the host caches its disk. */
  readonly cache?: string;
  /** More in its definition, put in place of this text. */
  readonly with?: (xml: string) => string;
}

/** The storage that all hosts share. */
export async function shareStorage(hosts: readonly Host[]): Promise<void> {
  await mkdir(SHARED, { recursive: true });
  const file = `${site.dir}/shared-pool.xml`;
  const xml = `<pool type='dir'><name>${SHARED_POOL}</name><target><path>${SHARED}</path></target></pool>`;
  await writeFile(file, xml);
  for (const host of hosts) {
    await virsh(host, 'pool-define', file).catch(() => undefined);
    await virsh(host, 'pool-start', SHARED_POOL).catch(() => undefined);
  }
}

/** Where this machine sees its disk. */
const diskOf = (host: Host, name: string, shared: boolean): string =>
  shared ? `${SHARED}/${name}.qcow2` : `${host.dir}/lib/images/${name}.qcow2`;

export async function makeMovable(host: Host, name: string, how: Movable): Promise<void> {
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', diskOf(host, name, how.shared), '32M']);
  const cache = how.cache === undefined ? '' : ` cache='${how.cache}'`;
  const xml = guestXml(site, host, { name, hostname: name, running: how.running })
    .replace(`${OWN}/${name}.qcow2`, `${how.shared ? SHARED : OWN}/${name}.qcow2`)
    .replace("<driver name='qemu' type='qcow2'/>", `<driver name='qemu' type='qcow2'${cache}/>`)
    .replace("<memory unit='MiB'>256</memory>", "<memory unit='MiB'>128</memory>");
  const file = `${host.dir}/xml/${name}.xml`;
  await writeFile(file, how.with?.(xml) ?? xml);
  await virsh(host, 'define', file);
  await virsh(host, 'pool-refresh', how.shared ? SHARED_POOL : 'default');
  if (how.running) await virsh(host, 'start', name);
}

/** Takes it away from every host, with its disks. */
export async function removeMovable(hosts: readonly Host[], name: string): Promise<void> {
  for (const host of hosts) {
    await virsh(host, 'destroy', name).catch(() => undefined);
    await virsh(host, 'undefine', name, '--managed-save', '--snapshots-metadata').catch(() => undefined);
    await rm(diskOf(host, name, false), { force: true });
    await virsh(host, 'pool-refresh', 'default').catch(() => undefined);
  }
  await rm(diskOf(hosts[0] as Host, name, true), { force: true });
  for (const host of hosts) await virsh(host, 'pool-refresh', SHARED_POOL).catch(() => undefined);
}
