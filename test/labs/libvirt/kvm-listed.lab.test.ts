/** What a host has beside guests, of many kinds, as drover lists it and as virsh does. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Connection } from '../../../src/platforms/contract.ts';
import { formatBytes } from '../../../src/units.ts';
import { run } from '../command.ts';
import { guestsOf, host2, makeGuests, removeGuests, site, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host2;
const endpoint = sshEndpoint(host);
const FOLDER = '/var/lib/libvirt/listed';
const GUEST = 'listed-guest';
const MIB = 1024 ** 2;

/** By name, without `<name>`; those that are started are active. */
const NETWORKS: Readonly<Record<string, string>> = {
  'listed-nat': `<forward mode='nat'/><bridge name='lstbr1'/><mtu size='1400'/><domain name='listed.test'/>
    <ip address='10.201.0.1' netmask='255.255.255.128'><dhcp><range start='10.201.0.2' end='10.201.0.126'/></dhcp></ip>
    <ip family='ipv6' address='fd00:201::1' prefix='64'/>`,
  'listed-class': "<bridge name='lstbr2'/><ip address='172.21.0.1'/><ip family='ipv6' address='fd00:202::1'/>",
  'listed-routed': "<forward mode='route'/><bridge name='lstbr3'/><ip address='10.203.0.1' prefix='24'/>",
  'listed-open': "<forward mode='open'/><bridge name='lstbr4'/><ip address='10.204.0.1' prefix='24'/>",
  'listed-bridge': "<forward mode='bridge'/><bridge name='lstbr9'/>",
  'listed-vepa': "<forward mode='vepa' dev='eth0'/>",
  'listed-vlan':
    "<forward mode='bridge'/><bridge name='ovsbr0'/><virtualport type='openvswitch'/><vlan><tag id='42'/></vlan>",
};
const STARTED = ['listed-nat', 'listed-class', 'listed-routed', 'listed-open', 'listed-vepa'];

let tmp = '';
let connection: Connection | undefined;
const lists = () => {
  if (!connection) throw new Error('not connected');
  const { storage, volume, network, image } = connection;
  return {
    storages: () => storage?.list?.(endpoint.name, patient()),
    volumes: () => volume?.list?.(endpoint.name, patient()),
    networks: () => network?.list?.(endpoint.name, patient()),
    images: () => image?.list?.(endpoint.name, patient()),
  };
};

/** On the host itself, over ssh with the lab's key. */
const virshThere = (command: string): Promise<string> => {
  const { key, knownHosts } = site.files;
  const strict = ['-o', `UserKnownHostsFile=${knownHosts}`, '-o', 'StrictHostKeyChecking=yes', '-o', 'BatchMode=yes'];
  return run(['ssh', '-F', 'none', '-i', key, ...strict, `root@${host.address}`, `LC_ALL=C virsh -q ${command}`]);
};
/** Lines of a table of virsh, in columns. */
const table = async (command: string): Promise<readonly (readonly string[])[]> =>
  (await virshThere(command)).split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim().split(/ {2,}/)]));

async function define(what: 'net' | 'pool', name: string, more: string): Promise<void> {
  const file = join(tmp, `${name}.xml`);
  const [root, type] = what === 'net' ? ['network', ''] : ['pool', " type='dir'"];
  await writeFile(file, `<${root}${type}><name>${name}</name>${more}</${root}>`);
  await virsh(host, `${what}-define`, file);
}

beforeAll(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'drover-listed-'));
  await tidy();
  await inHost(host, 'mkdir', '-p', FOLDER);
  for (const [name, more] of Object.entries(NETWORKS)) await define('net', name, more);
  for (const name of STARTED) await virsh(host, 'net-start', name);
  await define('pool', 'listed', `<target><path>${FOLDER}</path></target>`);
  await define('pool', 'listed-away', '<target><path>/var/lib/libvirt/listed-away</path></target>');
  await virsh(host, 'pool-start', 'listed');
  for (const [name, format] of [
    ['a.qcow2', 'qcow2'],
    ['b.img', 'raw'],
    ['c.iso', 'raw'],
    ['d.vmdk', 'vmdk'],
    ['notes.txt', 'raw'],
  ] as const) {
    await virsh(host, 'vol-create-as', 'listed', name, '8M', '--format', format, '--allocation', '0');
  }
  const layer = ['--format', 'qcow2', '--backing-vol', 'a.qcow2', '--backing-vol-format', 'qcow2'];
  await virsh(host, 'vol-create-as', 'listed', 'layer.qcow2', '16M', ...layer);
  await makeGuests(host, GUEST);
  await virsh(host, 'attach-disk', GUEST, `${FOLDER}/b.img`, 'vdx', '--config', '--subdriver', 'raw');
  await virsh(host, 'attach-disk', GUEST, `${FOLDER}/d.vmdk`, 'vdy', '--config', '--mode', 'readonly');
  connection = await connectTo(endpoint);
});
afterAll(async () => {
  await connection?.close();
  await tidy();
  await rm(tmp, { recursive: true });
});

async function tidy(): Promise<void> {
  await removeGuests(host, GUEST);
  for (const name of Object.keys(NETWORKS)) {
    await virsh(host, 'net-destroy', name).catch(() => undefined);
    await virsh(host, 'net-undefine', name).catch(() => undefined);
  }
  for (const name of ['listed', 'listed-away']) {
    await virsh(host, 'pool-destroy', name).catch(() => undefined);
    await virsh(host, 'pool-undefine', name).catch(() => undefined);
  }
  await inHost(host, 'rm', '-rf', FOLDER);
}

/** `251.97 GiB` and `64.00 MiB`: two digits behind the point are not much. */
const bytesSaid = (text = ''): number => {
  const [value, unit = 'B'] = text.split(' ');
  return Number(value) * 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(unit);
};

it('F-485 lists storages as virsh pool-list does', async () => {
  const said = await table('pool-list --all --details');
  const listed = (await lists().storages()) ?? [];
  expect(listed.map(({ name, active }) => [name, active ? 'running' : 'inactive'])).toEqual(
    said.map(([name, state]) => [name, state]),
  );
  for (const [name, , , , size, used] of said) {
    const storage = listed.find((one) => one.name === name);
    if (size === '-') expect(storage).toMatchObject({ size: undefined, used: undefined });
    else {
      expect(formatBytes(storage?.size ?? 0)).toBe(formatBytes(bytesSaid(size)));
      expect(Math.abs((storage?.used ?? 0) - bytesSaid(used))).toBeLessThan(500 * MIB);
    }
    const uuid = (await virshThere(`pool-uuid ${name}`)).trim();
    const xml = await virshThere(`pool-dumpxml ${name}`);
    expect(storage).toMatchObject({
      id: `${host.name}/${uuid}`,
      type: 'dir',
      path: /<path>(.*)<\/path>/.exec(xml)?.[1],
    });
  }
});

it('lists volumes as virsh vol-list does, with their formats and users', async () => {
  const listed = (await lists().volumes()) ?? [];
  for (const pool of ['default', 'listed']) {
    const own = listed.filter(({ storage }) => storage === pool);
    const said = await table(`vol-list ${pool} --details`);
    expect(own.map(({ name, path, type }) => [name, path, type])).toEqual(said.map((line) => line.slice(0, 3)));
    for (const [name, , , size, used] of said) {
      const volume = own.find((one) => one.name === name);
      expect(volume?.size).toBe(bytesSaid(size));
      expect(volume?.used).toBe(bytesSaid(used));
    }
  }
  const facts = listed.flatMap(({ storage, name, format, users }) =>
    storage === 'listed' ? [[name, format, users]] : [],
  );
  expect(facts).toEqual([
    ['a.qcow2', 'qcow2', []],
    ['b.img', 'raw', [GUEST]],
    ['c.iso', 'raw', []],
    ['d.vmdk', 'vmdk', [GUEST]],
    ['layer.qcow2', 'qcow2', []],
    ['notes.txt', 'raw', []],
  ]);
  const users = listed.flatMap(({ storage, users: names = [] }) => (storage === 'default' ? names : []));
  expect(users.sort()).toEqual([GUEST, ...guestsOf(host.number).map(({ name }) => name)].sort());
});

it('lists as images what VMs can be made of or boot from', async () => {
  const listed = (await lists().images()) ?? [];
  expect(listed.map(({ storage, name, type }) => `${storage}/${name}: ${type}`)).toEqual([
    'default/busybox.qcow2: disk',
    'default/tools.iso: iso',
    'listed/a.qcow2: disk',
    'listed/c.iso: iso',
    'listed/d.vmdk: disk',
  ]);
});

it('lists networks as virsh net-list does, with the addresses that their bridges have', async () => {
  const said = await table('net-list --all');
  const listed = (await lists().networks()) ?? [];
  expect(listed.map(({ name, active }) => [name, active ? 'active' : 'inactive'])).toEqual(
    said.map(([name, state]) => [name, state]),
  );
  const facts = listed.map(({ name, type, mode, device, dhcp, mtu, vlan, domain }) => [
    name,
    type,
    mode,
    device,
    dhcp,
    mtu ?? vlan ?? domain,
  ]);
  expect(facts.slice(1)).toEqual([
    ['listed-bridge', 'bridge', 'bridge', 'lstbr9', undefined, undefined],
    ['listed-class', 'isolated', 'isolated', 'lstbr2', false, undefined],
    ['listed-nat', 'nat', 'nat', 'lstbr1', true, 1400],
    ['listed-open', 'open', 'open', 'lstbr4', false, undefined],
    ['listed-routed', 'route', 'routed', 'lstbr3', false, undefined],
    ['listed-vepa', 'vepa', 'macvtap', 'eth0', undefined, undefined],
    ['listed-vlan', 'bridge', 'bridge', 'ovsbr0', undefined, 42],
  ]);
  expect(listed.find(({ name }) => name === 'listed-nat')?.domain).toBe('listed.test');
  const routes = await inHost(host, 'sh', '-c', 'ip route show table main; ip -6 route show table main');
  for (const { name, cidrs, device, mode, id, active } of listed) {
    expect(id).toBe(`${host.name}/${(await virshThere(`net-uuid ${name}`)).trim()}`);
    if (!active || mode === 'bridge' || mode === 'macvtap') continue;
    // The kernel has a route for each network that a bridge has an address in.
    const known = routes.split('\n').filter((line) => line.includes(`dev ${device} `) && !line.startsWith('fe80'));
    expect(cidrs.toSorted()).toEqual([...new Set(known.map((line) => line.split(' ')[0]))].sort());
  }
});
