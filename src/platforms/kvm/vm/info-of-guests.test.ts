import { expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { kib, mib } from '../../../units.ts';
import { procedures } from '../rpc/protocol.ts';
import { operate } from '../testkit/operated-host.ts';
import { SILENCE } from '../testkit/played-daemon.ts';
import { leased, type PlayedGuest, playHost } from '../testkit/played-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { idOf } from '../testkit/watched-host.ts';
import { readInfo } from './info.ts';

const DISKS = `<disk type='volume' device='floppy'><source pool='fast' volume='a'/><target dev='fda' bus='fdc'/><readonly/><shareable/></disk>
  <disk device='cdrom'><target dev='sda'/></disk><disk device='lun'><source dev='/dev/sdb'/><target dev='sdb'/></disk>
  <disk device='odd'><source file='/d/a.raw'/><target dev='vda'/></disk>`;
const AGENT = "<channel><target name='org.qemu.guest_agent.0'/></channel>";
const definition = (devices: string) => `<domain type='kvm'><title>shop</title><description>sells</description>
  <memory unit='MiB'>256</memory><vcpu current='1'>2</vcpu><os><type arch='x86_64' machine='q35'>hvm</type></os>
  <cpu mode='host-model'/><devices><emulator>/usr/bin/qemu</emulator><graphics type='vnc' port='5900'/>
  <graphics type='spice'/><serial/><interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/></interface>
  <interface type='network'><mac address='52:54:00:00:00:02'/><source network='lan'/><model type='e1000'/></interface>
  ${devices}</devices></domain>`;

async function setUp(change: Partial<PlayedGuest> = {}, devices = '') {
  const host = playHost();
  const guest = host.add(1, change);
  host.answer(procedures.domainXml, () => definition(devices));
  host.answer(procedures.domainIsPersistent, () => true);
  host.answer(procedures.listSnapshots, () => ({ snapshots: [], count: 0 }));
  host.answer(procedures.hasCurrentSnapshot, () => false);
  host.answer(procedures.volumeByPath, ({ path }) => ({ pool: 'default', name: path, key: path }));
  host.answer(procedures.volumeInfo, () => ({ type: 0, capacity: kib(5), allocation: 0 }));
  const operated = await operate(host, createTestClock());
  return { ...operated, host, guest, read: () => readInfo(operated.calls, idOf(1), operated.signal) };
}

it('tells which place a disk has in the boot order, where it has one', async () => {
  const at = (target: string, boot: string) =>
    `<disk><source dev='/dev/${target}'/><target dev='${target}'/>${boot}</disk>`;
  const disks = [at('vda', "<boot order='2'/>"), at('sda', "<boot order='1'/>"), at('sdb', '')].join('');
  const { read } = await setUp({}, disks);
  expect((await read()).disks.map(({ device, bootOrder }) => [device, bootOrder])).toEqual([
    ['vda', 2],
    ['sda', 1],
    ['sdb', undefined],
  ]);
});

it('tells all that is known of a guest', async () => {
  const metadata = `<info><ip>10.9.9.9</ip><owner>ann</owner><user>bob</user><domain>example.org</domain>
    <kube>k1</kube><kubetype>k3s</kubetype><information>a=b</information><creationdate>01-02-2020</creationdate></info>`;
  const { read, daemon } = await setUp({ metadata, addresses: leased('10.0.0.7', '10.9.9.9') }, DISKS);
  expect(await read()).toEqual({
    state: 'running',
    created: Date.UTC(2020, 1, 1),
    maxMemory: mib(256),
    maxCpus: 2,
    user: 'bob',
    row: { ips: ['10.9.9.9', '10.0.0.7'], pending: [] },
    addresses: [
      { address: '10.9.9.9', source: 'static' },
      { address: '10.0.0.7', source: 'lease', mac: '52:54:00:00:00:01', prefix: 24 },
    ],
    nics: [
      {
        device: 'eth0',
        mac: '52:54:00:00:00:01',
        net: 'br0',
        type: 'bridge',
        ips: ['10.0.0.7', '10.9.9.9'],
        mask: '255.255.255.0',
      },
      { device: 'eth1', mac: '52:54:00:00:00:02', net: 'lan', type: 'e1000' },
    ],
    disks: [
      {
        device: 'fda',
        path: 'fast/a',
        size: undefined,
        type: 'floppy',
        format: undefined,
        bus: 'fdc',
        storage: 'fast',
        readOnly: true,
        shareable: true,
      },
      {
        device: 'sda',
        path: '',
        size: undefined,
        type: 'cdrom',
        format: undefined,
        bus: undefined,
        storage: undefined,
        readOnly: false,
        shareable: false,
      },
      expect.objectContaining({ device: 'sdb', path: '/dev/sdb', type: 'lun', size: kib(5) }),
      expect.objectContaining({ device: 'vda', path: '/d/a.raw', type: 'disk', size: kib(5) }),
    ],
    snapshots: [],
    description: 'sells',
    more: [
      ['Title', 'shop'],
      ['Owner', 'ann'],
      ['User', 'bob'],
      ['Domain', 'example.org'],
      ['Kubernetes', 'k1, k3s'],
      ['Metadata', 'information=a=b'],
      ['Firmware', 'BIOS', 'Boot'],
      ['Graphics', 'vnc :5900, spice', 'Display'],
      ['Serial console', 'yes', 'Display'],
      ['Type', 'kvm', 'Advanced'],
      ['Machine', 'x86_64, q35', 'Advanced'],
      ['CPU', 'host-model', 'Advanced'],
      ['Guest agent', 'none', 'Advanced'],
      ['Emulator', '/usr/bin/qemu', 'Advanced'],
    ],
  });
  daemon.close();
});

it.each([
  ['<image>debian-13-generic.qcow2</image>', ['User', 'debian, by the name of its image']],
  ['<image>debian-13-generic.qcow2</image><user>me</user>', ['User', 'me']],
  ['<image>busybox.qcow2</image>', undefined],
])('F-286 says who logs in to %s where that can be told', async (texts, line) => {
  const { read, daemon } = await setUp({ metadata: `<info>${texts}</info>` });
  expect((await read()).more?.find(([label]) => label === 'User')).toEqual(line);
  daemon.close();
});

it('asks nothing of a guest that is off, and says that one is gone once it stops', async () => {
  const { read, host, guest, daemon } = await setUp({ state: 5, saved: true, addresses: leased('10.0.0.7') }, AGENT);
  guest.domain = { ...guest.domain, id: -1 };
  host.answer(procedures.domainIsPersistent, () => false);
  host.answer(procedures.listSnapshots, () => {
    throw libvirtNo(3);
  });
  const info = await read();
  expect(info).toMatchObject({ state: 'suspended', snapshots: [] });
  expect(info).not.toHaveProperty('row');
  expect(info.more).toContainEqual(['Lasting', 'no: it is gone once it stops']);
  expect(info.more).toContainEqual(['Guest agent', 'has a channel', 'Advanced']);
  expect(host.came(procedures.domainXml)).toMatchObject([{ flags: 0 }]);
  expect(host.came(procedures.domainAddresses)).toEqual([]);
  expect(host.came(procedures.currentSnapshot)).toEqual([]);
  daemon.close();
});

it('F-113 says who knows of an address: the agent in the guest is asked for a second and a half, where it is there', async () => {
  const { read, host, pass, clock, daemon } = await setUp({}, AGENT);
  host.answer(procedures.domainAddresses, ({ source }) => (source === 1 ? leased('192.0.2.7') : []));
  expect((await read()).addresses).toEqual([
    { address: '192.0.2.7', source: 'agent', mac: '52:54:00:00:00:01', prefix: 24 },
  ]);
  host.answer(procedures.domainAddresses, ({ source }) => (source === 1 ? SILENCE : []));
  let ended = false;
  const reading = read().finally(() => {
    ended = true;
  });
  await pass(1_499);
  expect(ended).toBe(false);
  await clock.pass(1);
  expect(await reading).not.toHaveProperty('addresses');
  const leasing = await setUp({ addresses: leased('10.0.0.7') }, AGENT.replace('/>', " state='disconnected'/>"));
  expect((await leasing.read()).row?.ips).toEqual(['10.0.0.7']);
  expect(leasing.host.came(procedures.domainAddresses)).toMatchObject([{ source: 0 }, { source: 2 }]);
  const without = await setUp();
  await without.read();
  expect(without.host.came(procedures.domainAddresses)).toMatchObject([{ source: 0 }, { source: 2 }]);
  for (const one of [daemon, leasing.daemon, without.daemon]) one.close();
});

it('leaves the size of a disk open that QEMU does not tell within a second and a half', async () => {
  const { read, host, pass, clock, daemon } = await setUp({}, "<disk><source file='/d/a'/></disk>");
  host.answer(procedures.volumeByPath, () => {
    throw libvirtNo(50, 'no such volume');
  });
  host.answer(procedures.blockInfo, () => SILENCE);
  let ended = false;
  const reading = read().finally(() => {
    ended = true;
  });
  await pass(1_499);
  expect(ended).toBe(false);
  await clock.pass(1);
  expect((await reading).disks?.[0]).toMatchObject({ path: '/d/a', size: undefined });
  expect(host.came(procedures.blockInfo)).toMatchObject([{ path: '/d/a', flags: 0 }]);
  daemon.close();
});

it('marks no snapshot as the current one where none is, or libvirt does not say which', async () => {
  const { read, host, daemon } = await setUp();
  const snapshot = (name: string) => ({ name, domain: { name: 'web1', uuid: Buffer.alloc(16, 1), id: 1 } });
  host.answer(procedures.listSnapshots, () => ({ snapshots: [snapshot('a')], count: 1 }));
  host.answer(procedures.snapshotXml, () => '<domainsnapshot><name>a</name></domainsnapshot>');
  host.answer(procedures.currentSnapshot, () => snapshot('a'));
  expect((await read()).snapshots?.map(({ current }) => current)).toEqual([false]);
  host.answer(procedures.hasCurrentSnapshot, () => true);
  expect((await read()).snapshots?.map(({ current }) => current)).toEqual([true]);
  host.answer(procedures.currentSnapshot, () => {
    throw libvirtNo(72, 'it went away');
  });
  expect((await read()).snapshots?.map(({ current }) => current)).toEqual([false]);
  daemon.close();
});

it('knows nothing of a guest that went away while it was read', async () => {
  const { read, host, daemon } = await setUp();
  for (const lost of [procedures.domainMetadata, procedures.hasManagedSave, procedures.domainAddresses]) {
    host.answerBy(lost.name, () => {
      throw libvirtNo(42, 'gone');
    });
    await expect(read()).rejects.toMatchObject({ code: 'vm.not-found', message: 'web1 is not on this host any more' });
  }
  daemon.close();
});
