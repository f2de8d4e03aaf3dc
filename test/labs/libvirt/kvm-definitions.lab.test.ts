/** What is defined for a pool on two hosts, by the command line, with virsh as the judge. A directory of each host stands for the share. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Desk, openDesk } from '../../cli/run-drover.ts';
import { type Host, host1, host2, makeGuests, removeGuests, site, virsh } from './hosts.ts';
import { inHost } from './namespaces.ts';

const HOSTS = [host1, host2];
const FOLDER = '/var/lib/libvirt/defined';
const GUEST = 'defined-guest';
const STORAGE = 'defined';
const [ISOLATED, NAT, TAKEN, OTHER] = ['defined-isolated', 'defined-nat', 'defined-taken', 'defined-other'];

let desk: Desk;
const drover = (...args: readonly string[]) => desk.run(...args);
const definition = (...args: readonly string[]) => desk.run('definition', ...args);

const names = async (host: Host, list: 'pool-list' | 'net-list', ...which: readonly string[]) =>
  (await virsh(host, list, ...which, '--name')).split('\n').flatMap((line) => {
    const name = line.trim();
    return name.startsWith('defined') ? [name] : [];
  });
/** What virsh lists on both hosts; `--inactive` for what does not run. */
const onBoth = async (list: 'pool-list' | 'net-list', ...which: readonly string[]) =>
  Promise.all(HOSTS.map((host) => names(host, list, ...which)));

async function tidy(): Promise<void> {
  for (const host of HOSTS) {
    await removeGuests(host, GUEST);
    await virsh(host, 'pool-destroy', STORAGE).catch(() => undefined);
    await virsh(host, 'pool-undefine', STORAGE).catch(() => undefined);
    for (const name of [ISOLATED, NAT, TAKEN, OTHER]) {
      await virsh(host, 'net-destroy', name).catch(() => undefined);
      await virsh(host, 'net-undefine', name).catch(() => undefined);
    }
    await inHost(host, 'rm', '-rf', FOLDER);
  }
}

beforeAll(async () => {
  await tidy();
  const { endpoints } = parse(await readFile(site.files.config, 'utf8'));
  const pools = { P: { nodes: [host1.name, host2.name] }, Q: {} };
  desk = await openDesk(stringify({ endpoints, pools }));
  await makeGuests(host2, GUEST);
});
afterAll(async () => {
  await tidy();
  await desk.clear();
});

it('F-176 F-181 F-183 makes storages and networks on both hosts, as virsh sees as well', async () => {
  await definition('add-storage', 'P', STORAGE, '--type', 'dir', '--path', FOLDER);
  await definition('add-network', 'P', ISOLATED, '--mode', 'isolated', '--cidr', '10.217.0.0/24');
  await definition('add-network', 'P', NAT, '--cidr', '10.218.0.0/24', '--range', '10.218.0.20-10.218.0.40');
  expect((await definition('list')).stdout.match(/2 missing/g)).toHaveLength(3);
  const { code, stderr } = await definition('apply', 'P');
  expect([code, stderr]).toEqual([0, expect.stringContaining(`host2 has the network ${NAT}`)]);
  expect(await onBoth('pool-list')).toEqual([[STORAGE], [STORAGE]]);
  expect(await onBoth('net-list')).toEqual([
    [ISOLATED, NAT],
    [ISOLATED, NAT],
  ]);
  for (const host of HOSTS) {
    expect(await virsh(host, 'pool-dumpxml', STORAGE)).toContain(`<path>${FOLDER}</path>`);
    expect(await virsh(host, 'net-dumpxml', ISOLATED)).not.toContain('<forward');
    expect(await virsh(host, 'net-dumpxml', NAT)).toMatch(
      /<forward mode='nat'[\s\S]*start='10.218.0.20' end='10.218.0.40'/,
    );
  }
  expect((await definition('list')).stdout.match(/2 in sync/g)).toHaveLength(3);
});

it('F-178 F-180 sees what was changed past drover, and starts again what was stopped', async () => {
  await virsh(host1, 'net-destroy', ISOLATED);
  await virsh(
    host2,
    'net-update',
    NAT,
    'delete',
    'ip-dhcp-range',
    '<range start="10.218.0.20" end="10.218.0.40"/>',
    '--live',
    '--config',
  );
  const { stdout, stderr } = await definition('list', 'P');
  expect(stdout).toMatch(new RegExp(`${ISOLATED} +network +isolated +1 in sync, 1 out of sync`));
  expect(stderr).toContain(`host1: ${ISOLATED} is out of sync: it is not active`);
  expect(stderr).toMatch(new RegExp(`host2: ${NAT} is out of sync: .*range is none, not 10.218.0.20-10.218.0.40`));
  const { code, stderr: said } = await definition('apply', 'P', ISOLATED);
  expect([code, said]).toEqual([0, expect.stringContaining(`${ISOLATED} of host1 is active`)]);
  expect(await onBoth('net-list', '--inactive')).toEqual([[], []]);
  await definition('detach', 'P', NAT, '-C', 'host2', '--yes');
  expect((await definition('apply', 'P', NAT)).code).toBe(0);
  expect(await virsh(host2, 'net-dumpxml', NAT)).toContain("start='10.218.0.20'");
});

it('F-177 F-180 tries a network on one host; what is half done names who has it and how it is taken off', async () => {
  await definition('add-network', 'P', TAKEN, '--mode', 'isolated', '--cidr', '10.219.0.0/24');
  const tried = await definition('test', 'P', TAKEN, '-C', 'host2');
  expect([tried.code, tried.stderr]).toEqual([0, `host2 can have the network ${TAKEN}; it was taken off again\n`]);
  await drover('network', 'create', OTHER, '-C', 'host2', '--mode', 'isolated', '--cidr', '10.219.0.0/25');
  const refused = await definition('test', 'P', TAKEN, '-C', 'host2');
  expect([refused.code === 0, refused.stderr]).toEqual([false, expect.stringContaining(OTHER)]);
  const { code, stderr } = await definition('apply', 'P', TAKEN);
  const command = `drover definition detach P ${TAKEN}`;
  expect([code, stderr]).toEqual([
    1,
    expect.stringContaining(`${TAKEN} is on host1 and not on host2; ${command} takes it off those that have it`),
  ]);
  expect(await onBoth('net-list', '--all')).toEqual([
    [ISOLATED, NAT, TAKEN],
    [ISOLATED, NAT, OTHER],
  ]);
  await drover(...command.split(' ').slice(1), '--yes');
  expect((await names(host1, 'net-list', '--all')).includes(TAKEN)).toBe(false);
  await drover('network', 'delete', OTHER, '-C', 'host2', '--yes');
});

it('F-016 F-184 removes nothing that a VM uses, and moves a host with what its pools define', async () => {
  await virsh(host2, 'vol-create-as', STORAGE, 'data.raw', '1M', '--format', 'raw');
  await virsh(host2, 'attach-disk', GUEST, `${FOLDER}/data.raw`, 'vdx', '--config', '--subdriver', 'raw');
  const refused = await definition('remove', 'P', STORAGE, '--yes');
  expect([refused.code, refused.stderr]).toEqual([3, expect.stringContaining(`host2: ${STORAGE} is used by ${GUEST}`)]);
  expect((await definition('info', 'P', STORAGE)).stdout).toMatch(new RegExp(`host2: in sync, .*used by ${GUEST}`));
  const stays = await drover('node', 'move', 'host2', 'Q', '--yes');
  expect([stays.code, stays.stderr]).toEqual([3, expect.stringContaining(`${STORAGE} is used by ${GUEST}`)]);
  expect(await onBoth('pool-list')).toEqual([[STORAGE], [STORAGE]]);
  await virsh(host2, 'detach-disk', GUEST, 'vdx', '--config');
  await definition('add-network', 'Q', TAKEN, '--mode', 'isolated', '--cidr', '10.219.0.0/24');
  expect((await drover('node', 'move', 'host2', 'Q', '--yes')).code).toBe(0);
  expect(await onBoth('pool-list', '--all')).toEqual([[STORAGE], []]);
  expect(await onBoth('net-list', '--all')).toEqual([[ISOLATED, NAT], [TAKEN]]);
  expect((await inHost(host2, 'ls', FOLDER)).trim()).toBe('data.raw');
  for (const [pool, name] of [
    ['P', STORAGE],
    ['P', ISOLATED],
    ['Q', TAKEN],
  ] as const)
    expect((await definition('remove', pool, name, '--yes')).stderr).toContain(`${name} of pool ${pool} is removed`);
  expect(await onBoth('pool-list', '--all')).toEqual([[], []]);
  expect(await onBoth('net-list', '--all')).toEqual([[NAT], []]);
});
