/**
 * One pretended Proxmox VE, read by kcli, by pvetui's own client and by drover: what each says of it, row by row, and with how many
 * requests. kcli needs a libvirt to be installed whole; its provider of Proxmox VE does not.
 */
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { endpointName, nativeOf, nativeOfListed, vmId } from '../../../src/ids.ts';
import type { Connection, Vm } from '../../../src/platforms/contract.ts';
import { connect } from '../../../src/platforms/proxmox/connection.ts';
import { ACCOUNTS } from '../../../src/platforms/proxmox/testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from '../../../src/platforms/proxmox/testkit/server.ts';
import { mib } from '../../../src/units.ts';
import { openDesk } from '../../cli/run-drover.ts';
import { type Watching, watchConnection } from '../../contract/watching.ts';
import { goProgram } from '../../labs/proxmox/build.ts';
import { askPython, pythonWith } from '../python.ts';

const KCLI = 'kcli==99.0.202610251748';
/** Packages are fetched, and a program is built, once. */
const INSTALLS_WITHIN_MS = 600_000;
const PVE = endpointName('pve');
const { signal } = new AbortController();
const run = promisify(execFile);
const own = (name: string) => join(import.meta.dirname, name);

let folder: string;
let fingerprint: string;
let python: string;
let server: FakeProxmox;
let connection: Connection;
let watching: Watching;

beforeAll(async () => {
  python = await pythonWith(own('requirements.txt'), [KCLI]);
  folder = await mkdtemp(join(tmpdir(), 'drover-proxmox-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  await run('openssl', [...request, '-keyout', key, '-out', cert]);
  const build = ['-C', own('pvetui'), 'build', '-mod=readonly', '-o', join(folder, 'ask-pvetui'), '.'];
  await run(goProgram() ?? 'go', build);
  server = await startFakeProxmox(systemClock, { tls: { key: await readFile(key), cert: await readFile(cert) } });
  fill();
  fingerprint = new X509Certificate(await readFile(cert)).fingerprint256;
  const values = { host: server.origin, login: 'password', ...ACCOUNTS.root, fingerprint };
  connection = await connect(
    { name: PVE, platform: 'proxmox', values },
    { signal, clock: systemClock, wire: () => {}, ask: {} },
  );
  watching = watchConnection(connection);
  await watching.until('the whole list', () => watching.feeds.find(({ kind }) => kind === 'complete'));
  // from now on the requests are those of the others
  await watching.stop();
}, INSTALLS_WITHIN_MS);
afterAll(async () => {
  await connection?.close();
  await server?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  expect(server?.complaints).toEqual([]);
});

function fill(): void {
  const { world } = server;
  const meta = 'creation-qemu=9.2.0,ctime=1700000000';
  const web1 = world.addGuest('qemu', 'pve1', {
    ...{ name: 'web1', memory: '2048', cores: '2', sockets: '2', agent: '1', onboot: '1', meta, tags: 'prod;web' },
    ...{ scsi0: 'local-lvm:vm-VMID-disk-0,size=8G', ide2: 'nas:iso/rescue.iso,media=cdrom' },
    net0: 'virtio=BC:24:11:2E:C5:4A,bridge=vmbr0,tag=10',
    description: 'plan=shop,profile=small,image=debian13',
  });
  web1.ips = ['10.0.0.5', 'fd00::5'];
  web1.snapshots.push({ name: 'before', parent: undefined, at: 1_790_000_000_000, description: 'the upgrade' });
  for (const [name, node] of [
    ['db1', 'pve2'],
    ['db2', 'pve2'],
  ] as const)
    world.addGuest('qemu', node, { name, meta, scsi0: 'nas:VMID/vm-VMID-disk-0.qcow2,size=20G' });
  world.addGuest('qemu', 'pve1', {
    name: 'debian-13',
    template: '1',
    meta,
    scsi0: 'local-lvm:base-VMID-disk-0,size=4G',
  });
  world.addGuest('lxc', 'pve2', { hostname: 'dns1', rootfs: 'local-lvm:subvol-VMID-disk-0,size=4G' });
  for (const guest of world.guests.values())
    if (guest.kind === 'lxc' || guest === web1) Object.assign(guest, { status: 'running', runState: 'running' });
  server.tellNow();
}

const port = () => Number(new URL(server.origin).port);
const counted = async <T>(work: Promise<T>): Promise<readonly [answer: T, requests: number]> => {
  const before = server.requests.length;
  return [await work, server.requests.length - before];
};
const askKcli = async <T>(what: string, more: object = {}): Promise<T> => {
  const login = { host: '127.0.0.1', port: port(), user: ACCOUNTS.root.user, password: ACCOUNTS.root.password };
  const question = { login, names: ['web1', 'db1'], what: [what], ...more };
  return (await askPython<Record<string, T>>(python, own('ask-kcli.py'), question))[what] as T;
};
const rows = (): readonly Vm[] => [...watching.vms.values()];
const called = (name: string): Vm => {
  const found = rows().find((vm) => vm.name === name);
  if (!found) throw new Error(`drover has no ${name}`);
  return found;
};
const sorted = <T>(all: readonly T[], word: (one: T) => string): readonly T[] =>
  all.toSorted((a, b) => word(a).localeCompare(word(b), 'en'));

interface Pvetui {
  readonly guests: readonly {
    readonly id: number;
    readonly name: string;
    readonly node: string;
    readonly type: string;
    readonly status: string;
    readonly maxmem: number;
    readonly tags?: string;
    readonly cpu_cores?: number;
    readonly cpu_sockets?: number;
    readonly onboot?: boolean;
    readonly configured_networks?: readonly { interface: string; model: string; mac_address: string; vlan?: string }[];
    readonly storage_devices?: readonly { device: string; storage: string; size?: string; media?: string }[];
  }[];
  readonly storages: readonly {
    readonly storage: string;
    readonly node: string;
    readonly shared: number;
    readonly maxdisk: number;
  }[];
  readonly snapshots: Readonly<Record<string, readonly { name: string; description: string; snaptime: string }[]>>;
  readonly backups: Readonly<Record<string, readonly { volid: string; size: number }[] | null>>;
}

it('beside pvetui: the same guests, storages, snapshots and backups', async () => {
  const { stdout } = await run(join(folder, 'ask-pvetui'), [server.origin, ACCOUNTS.root.password]);
  const theirs: Pvetui = JSON.parse(stdout);
  const ours = rows().map((vm) => ({
    ...{ id: vm.id, name: vm.name, node: vm.node && nativeOf(vm.node), maxmem: vm.memory },
    ...{ status: vm.state, tags: vm.tags.join(';') },
  }));
  expect(sorted(ours, ({ name }) => name)).toEqual(
    sorted(theirs.guests, ({ name }) => name).map(({ id, name, node, type, maxmem, status, tags = '' }) => ({
      ...{ id: vmId(PVE, `${type}/${id}`), name, node, maxmem, status, tags },
    })),
  );
  const web1 = theirs.guests.find(({ name }) => name === 'web1');
  const vm = called('web1');
  const info = await connection.vm.info(vm.id, signal);
  expect([vm.cpus, vm.autostart]).toEqual([(web1?.cpu_cores ?? 0) * (web1?.cpu_sockets ?? 0), web1?.onboot]);
  expect(info.nics.map(({ device, type, mac, vlan }) => [device, type, mac, String(vlan)])).toEqual(
    web1?.configured_networks?.map((one) => [one.interface, one.model, one.mac_address, one.vlan]),
  );
  const disks = (web1?.storage_devices ?? []).map(({ device, storage, media }) => [device, storage, media ?? 'disk']);
  expect(
    sorted(info.disks, ({ device }) => device).map(({ device, storage, type }) => [device, storage, type]),
  ).toEqual(sorted(disks, ([device]) => String(device)));

  const storages = (await connection.storage?.list?.(PVE, signal)) ?? [];
  const shown = new Set(
    theirs.storages.map(({ storage, node, shared }) => (shared === 1 ? storage : `${node}/${storage}`)),
  );
  const active = storages.filter((one) => one.active).map(({ id }) => nativeOfListed(id));
  expect(active.toSorted()).toEqual([...shown].toSorted());
  const backups = (await connection.backup?.list?.(PVE, signal)) ?? [];
  const kept = Object.values(theirs.backups).flatMap((all) => all ?? []);
  expect(backups.map(({ path, size }) => [path, size])).toEqual(kept.map(({ volid, size }) => [volid, size]));
  const snapshots = (await connection.snapshot?.list?.(vm.id, signal)) ?? [];
  expect(snapshots.map(({ name, description }) => [name, description])).toEqual(
    theirs.snapshots['web1']
      ?.filter(({ name }) => name !== 'current')
      .map(({ name, description }) => [name, description.trim()]),
  );
});

interface KcliRow {
  readonly name: string;
  readonly node: string;
  readonly id: number;
  readonly status: string;
  readonly numcpus: number;
  readonly memory: number;
  readonly ip?: string;
  readonly plan?: string;
  readonly profile?: string;
  readonly image?: string;
  readonly nets: readonly { device: string; mac: string; net: string; type: string }[];
  readonly disks: readonly { device: string; size: string; path: string }[];
}

describe('beside kcli', () => {
  it('lists the same virtual machines with the same figures, and containers and templates besides', async () => {
    const [theirs, requests] = await counted(askKcli<readonly KcliRow[]>('list'));
    const guests = rows().filter((vm) => nativeOf(vm.id).startsWith('qemu/') && vm.name !== 'debian-13');
    const ours = guests.map((vm) => ({
      ...{ name: vm.name, node: vm.node && nativeOf(vm.node), id: Number(nativeOf(vm.id).split('/')[1]) },
      ...{ status: vm.state === 'running' ? 'up' : 'down', numcpus: vm.cpus, memory: vm.memory / mib(1) },
      ...{ plan: vm.plan, profile: vm.profile, image: vm.image },
    }));
    expect(sorted(ours, ({ name }) => name)).toEqual(
      theirs.map(({ name, node, id, status, numcpus, memory, plan, profile, image }) => ({
        ...{ name, node, id, status, numcpus, memory, plan, profile },
        // kcli keeps the line's end that Proxmox VE puts behind the notes
        image: image?.trim(),
      })),
    );
    expect(rows().map(({ name }) => name)).toEqual(expect.arrayContaining(['debian-13', 'dns1']));
    // its login, its node, the list; and for each of three VMs the list again and its settings; the agent of the one that runs
    expect(requests).toBe(3 + 2 * 3 + 1);
  });

  it('tells the same of a virtual machine', async () => {
    for (const [name, theirs] of Object.entries(await askKcli<Record<string, KcliRow>>('info'))) {
      const { disks, nics, row } = await connection.vm.info(called(name).id, signal);
      expect(nics.map(({ device, mac, net, type }) => ({ device, mac: mac.toLowerCase(), net, type }))).toEqual(
        theirs.nets,
      );
      const own = disks.filter(({ type }) => type === 'disk');
      expect(own.map(({ device, size, path }) => ({ device, size: `${(size ?? 0) / 2 ** 30}G`, path }))).toEqual(
        theirs.disks.map(({ device, size, path }) => ({ device, size, path })),
      );
      expect(row?.ips?.[0]).toBe(theirs.ip);
    }
  });

  it('lists the same storages, disks, ISO files and templates', async () => {
    const storages = (await connection.storage?.list?.(PVE, signal)) ?? [];
    const able = storages.filter(({ active, content }) => active && content?.includes('images'));
    expect(able.map(({ id }) => nativeOfListed(id)).toSorted()).toEqual(await askKcli('pools'));
    const paths = await askKcli<Record<string, string>>('paths');
    // kcli says where it is mounted, drover what is mounted
    const nas = able.find(({ name }) => name === 'nas');
    expect([nas?.path, paths['nas']]).toEqual(['192.0.2.50:/srv/pve', '/mnt/pve/nas']);

    const disks = Object.values(await askKcli<Record<string, { path: string }>>('disks')).map(({ path }) => path);
    const volumes = (await connection.volume?.list?.(PVE, signal)) ?? [];
    // kcli knows of one where two nodes have a volume of one name, and leaves containers' out
    const ours = volumes.filter(({ type }) => type === 'images').map(({ path }) => path);
    expect([...new Set(ours)].toSorted()).toEqual(disks.toSorted());

    const isos = ((await connection.image?.list?.(PVE, signal)) ?? []).filter(({ type }) => type === 'iso');
    expect(isos.map(({ name }) => name).toSorted()).toEqual((await askKcli<readonly string[]>('isos')).toSorted());
    const templates = ((await connection.image?.list?.(PVE, signal)) ?? []).filter(({ type }) => type === 'template');
    expect(templates.map(({ name }) => name)).toEqual(await askKcli('templates'));
    expect(templates.map(({ name }) => name)).toEqual(['debian-13']);
  });

  it('lists the same bridges with the same addresses, and virtual networks once instead of once for each node', async () => {
    const theirs = await askKcli<Record<string, { cidr: string }>>('networks');
    const ours = (await connection.network?.list?.(PVE, signal)) ?? [];
    for (const [name, { cidr }] of Object.entries(theirs)) {
      const found = ours.find(({ id }) => nativeOfListed(id) === name || nativeOfListed(id) === name.split('/')[1]);
      expect([name, found !== undefined]).toEqual([name, true]);
      if (found?.type === 'bridge') expect(found.cidrs[0] ?? '').toBe(cidr);
    }
  });

  it('F-346 F-364 F-365 sees what kcli changes, and kcli sees what drover does, whatever stands in the notes', async () => {
    const { id } = called('db1');
    await askKcli('memory', { names: ['db1'], memory: 4096 });
    await askKcli('plan', { names: ['db1'], plan: 'mail' });
    const settings = await connection.vm.settings?.(id, 'config', signal);
    expect(settings).toMatchObject({ memory: mib(4096), plan: 'mail', description: '' });
    const changes = { plan: 'news', profile: 'large', description: 'first, of two = all\nsecond' };
    await connection.vm.configure?.(id, 'config', changes, {}, signal);
    const { db1 } = await askKcli<Record<string, KcliRow>>('info', { names: ['db1'] });
    expect(db1).toMatchObject({ plan: 'news', profile: 'large', memory: 4096 });
    expect(await connection.vm.settings?.(id, 'config', signal)).toMatchObject(changes);
  });

  it('F-154 F-165 sees a VM that drover makes of the template that makes one on every platform', async () => {
    const password = join(folder, 'password');
    await writeFile(password, ACCOUNTS.root.password, { mode: 0o600 });
    const login = { login: 'password', user: ACCOUNTS.root.user, password: `file:${password}`, fingerprint };
    const endpoints = { pve: { platform: 'proxmox', host: server.origin, ...login } };
    const desk = await openDesk(JSON.stringify({ endpoints }));
    const drover = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await desk.run(...args);
      expect([code, stderr]).toEqual([0, expect.any(String)]);
      return stdout;
    };
    try {
      await drover('template', 'add', '--built-in');
      const values = ['--var', 'IMAGE=debian-13.qcow2', '--var', 'MEMORY=1024'];
      await drover('vm', 'create', 'of-template', '-C', 'pve', '--no-start', '--template', 'linux-cloud', ...values);
      const { 'of-template': seen } = await askKcli<Record<string, KcliRow>>('info', { names: ['of-template'] });
      expect(seen).toMatchObject({ name: 'of-template', memory: 1024, numcpus: 2, profile: 'Common/linux-cloud@1.0' });
      // and the drive that cloud-init reads
      expect(seen?.disks.map(({ size }) => size)).toEqual(['4M', '3G']);
      const made = JSON.parse(await drover('template', 'vms', 'linux-cloud', '-C', 'pve', '-o', 'json'));
      expect(made).toMatchObject([{ name: 'of-template', version: '1.0', isOld: false }]);
      await drover('vm', 'delete', 'of-template', '-C', 'pve', '--yes');
    } finally {
      await desk.clear();
    }
  });
});
