import { expect, it } from 'vitest';
import { gib, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import { createMake } from '../make/create.ts';
import { procedures } from '../rpc/protocol.ts';
import { ABILITIES, makingHost } from '../testkit/making-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, type HostWords } from '../testkit/scripted-host.ts';

/** Two nodes with two CPUs each, and 64 pages of 2 MiB in the first. */
const CAPABILITIES = `<capabilities><host><cpu><arch>x86_64</arch><pages unit='KiB' size='4'/><pages unit='KiB' size='2048'/></cpu>
  <topology><cells num='2'>${[0, 1].map((id) => `<cell id='${id}'><pages unit='KiB' size='2048'>${id === 0 ? 64 : 0}</pages><cpus>${[0, 1].map((cpu) => `<cpu id='${2 * id + cpu}'/>`).join('')}</cpus></cell>`).join('')}</cells></topology></host>
  <guest><os_type>hvm</os_type><arch name='aarch64'><domain type='qemu'/></arch></guest></capabilities>`;
const MORE = `<memoryBacking supported='yes'><enum name='sourceType'><value>memfd</value></enum></memoryBacking>
  <devices><hostdev supported='yes'><enum name='pciBackend'><value>vfio</value></enum></hostdev>
  <filesystem supported='yes'><enum name='driverType'><value>path</value><value>virtiofs</value></enum></filesystem>`;
const FULL = ABILITIES.replace('<devices>', MORE).replace(
  '<value>sata</value>',
  '<value>sata</value><value>nvme</value>',
);
const VIRTUAL =
  "<capability type='phys_function'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></capability>";
/** 01:10.0 is a virtual function. */
const FUNCTION = (name: string, kind: string) =>
  `<device><name>${name}</name><capability type='pci'><class>${kind}</class>${name.includes('_10_') ? VIRTUAL : ''}</capability></device>`;
const source = (slot: string, more = '') =>
  `<source ${more}><address domain='0x0000' bus='0x01' slot='${slot}' function='0x0'/></source>`;
const USED = `<hostdev type='pci'>${source('0x00')}</hostdev>`;

function opened(words: HostWords = {}, abilities = FULL, vendor: string | undefined = 'Intel') {
  const made = makingHost(words);
  const asked: string[] = [];
  const { answer } = made;
  answer(procedures.capabilities, () => CAPABILITIES);
  answer(procedures.domainCapabilities, ({ arch, emulator }) => {
    asked.push(`${arch} ${emulator}`);
    return abilities;
  });
  answer(procedures.compareCpu, ({ xml }) => {
    asked.push(xml);
    if (xml.includes('nonsense')) throw libvirtNo(1, 'internal error: Unknown CPU feature nonsense');
    return 2;
  });
  answer(procedures.nodeDeviceByName, ({ name }) => {
    if (!/^pci_0000_0[01]_[01]0_0$/.test(name)) throw libvirtNo(53);
    return { name };
  });
  answer(procedures.nodeDeviceXml, ({ name }) => FUNCTION(name, name.includes('_01_') ? '0x030000' : '0x060400'));
  answer(procedures.filterByName, ({ name }) => {
    if (name !== 'clean-traffic') throw libvirtNo(62);
    return { name, uuid: Buffer.alloc(16) };
  });
  const none = { uuid: undefined, cpuModel: undefined, cpuVendor: vendor };
  const capabilities = { ...none, arch: 'x86_64', domainTypes: ['qemu', 'kvm'] };
  const make = createMake({ host: made.host, capabilities, touched: () => undefined });
  return {
    ...made,
    asked,
    make: (spec: Settings) => make(ENDPOINT, { name: 'web1', memory: mib(128), ...spec }, made.signal),
    refusal: async (spec: Settings) => {
      const error = await make(ENDPOINT, { name: 'web1', memory: mib(128), ...spec }, made.signal).then(
        () => expect.unreachable(),
        (refused: unknown) => refused as { readonly code: string; readonly message: string },
      );
      expect(made.sent).toEqual([]);
      return `${error.code}: ${error.message}`;
    },
  };
}

const LACKING: readonly (readonly [Settings, string, HostWords?])[] = [
  [{ pin: [{ vcpus: '0', host: '3-4' }] }, 'op.refused: the host has no CPU 4: it has 0-3'],
  [{ 'numa-mode': 'strict', 'numa-nodes': '2' }, 'op.refused: the host has no NUMA node 2: it has 0-1'],
  [{ 'huge-pages': true, 'page-size': gib(1), memory: gib(1) }, 'op.refused: the host has no huge pages of 1.0G'],
  [{ 'huge-pages': true, 'page-size': 4096 }, 'op.refused: the host has no huge pages of 4.0K'],
  [
    { 'huge-pages': true, memory: mib(130) },
    'op.refused: the host has set aside 128M in such huge pages, and the VM needs 130M',
  ],
  [{ 'huge-pages': true, memory: mib(127) }, 'op.refused: 127M of memory are no whole pages of 2.0M'],
  [{ pci: [{ address: '02:00.0' }] }, 'op.refused: the host has no PCI device 0000:02:00.0'],
  [{ pci: [{ address: '00:00.0' }] }, "op.refused: the PCI device 0000:00:00.0 is a bridge of the host's own"],
  [
    { pci: [{ address: '01:00.0' }] },
    'op.conflict: the PCI device 0000:01:00.0 is one of db1',
    { domains: { db1: USED } },
  ],
  [
    { nic: [{ network: '01:10.0', kind: 'hostdev' }] },
    'op.conflict: the PCI device 0000:01:10.0 is one of db1',
    {
      domains: {
        db1: `<interface type='hostdev'>${source('0x10').replace('<address', "<address type='pci'")}</interface>`,
      },
    },
  ],
  [
    { pci: [{ address: '01:00.0' }] },
    'op.conflict: the PCI device 0000:01:00.0 is one of db1',
    { domains: { db1: `<disk type='nvme'>${source('0x00', "type='pci' namespace='1'")}</disk>` } },
  ],
  [
    { nic: [{ network: '01:00.0', kind: 'hostdev' }] },
    'op.refused: the PCI device 0000:01:00.0 is no virtual function (SR-IOV), and libvirt makes NICs of those alone',
  ],
  [{ nic: [{ network: '02:00.0', kind: 'hostdev' }] }, 'op.refused: the host has no PCI device 0000:02:00.0'],
  [
    { pci: [{ address: '01:00.0' }] },
    "op.refused: the definition of db1 can't be read, and may have the same PCI device",
    { domains: { db1: 'no XML' } },
  ],
  [
    { 'cpu-flag': [{ name: 'nonsense' }] },
    'op.refused: the flags of its CPU: internal error: Unknown CPU feature nonsense',
  ],
  [{ virtualization: 'qemu', 'cpu-flag': [{ name: 'aes' }] }, 'op.refused: flags need a CPU that they are of'],
  [{ iommu: 'intel', machine: 'pc' }, 'op.refused: a pc machine has no IOMMU intel'],
  [
    { pci: [{ address: '01:10.0' }], nic: [{ network: '0000:01:10.0', kind: 'hostdev' }] },
    'op.refused: a PCI device is given to it twice',
  ],
  [{ iommu: 'smmuv3' }, 'op.refused: a q35 machine has no IOMMU smmuv3'],
  [{ arch: 'sparc64' }, 'op.refused: the host has no guests of the architecture "sparc64"'],
  [{ arch: 'aarch64', nested: 'on' }, 'op.refused: guests of guests are a flag on the CPUs of Intel and AMD alone'],
  [{ 'max-vcpus': 9 }, 'op.unsupported: this host has no more than 8 vCPUs for such a machine'],
  [{ nic: [{ network: 'lan', filter: 'mine' }] }, 'op.refused: the host has no network filter "mine"'],
  [{ nic: [{ network: 'lan', vlan: 5 }] }, 'op.refused: the network lan takes no VLAN tags of its NICs'],
  [{ nic: [{ network: 'br7', vlan: 5 }] }, 'op.refused: the network br7 takes no VLAN tags of its NICs'],
  [{ nic: [{ network: 'eth0', kind: 'bridge' }] }, 'op.refused: the device eth0: the host has no bridge of this name'],
  [{ disk: [{ volume: 'none' }] }, 'volume.not-found: no active storage has a volume "none"'],
  [
    { disk: [{ volume: 'debian-13.qcow2', shareable: true }] },
    'op.refused: VMs can share a raw disk alone, and debian-13.qcow2 is qcow2',
  ],
  [{ disk: [{ image: 'cd.iso' }] }, 'op.refused: cd.iso is a medium, no image of a disk'],
  [{ disk: [{ storage: 'vg', format: 'qcow2' }] }, 'op.refused: volumes of vg are devices: they have no format'],
  [{ disk: [{ image: 'debian-13.qcow2', thin: false }] }, 'op.refused: a disk that is made of an image takes its room'],
  [{ disk: [{ size: gib(21), thin: false }] }, 'op.refused: default has 20G left, and the disks need 21G'],
];
it.each(LACKING.map(([spec, said, words = {}]) => ({ spec, said, words })))(
  'a host has not what is asked for: $spec: $said',
  async ({ spec, said, words }) => {
    expect(await opened(words).refusal(spec)).toContain(said);
  },
);

it.each<readonly [Settings, string, string]>([
  [
    { folder: [{ tag: 'a', path: '/srv' }] },
    '<value>virtiofs</value>',
    'op.refused: this host has no virtiofs for guests',
  ],
  [
    { folder: [{ tag: 'a', path: '/srv' }] },
    '<value>memfd</value>',
    'op.refused: this host has no virtiofs for guests',
  ],
  [
    { folder: [{ tag: 'a', path: '/srv', kind: '9p' }] },
    '<value>path</value>',
    'op.refused: this host has no 9p for guests',
  ],
  [
    { pci: [{ address: '01:00.0' }] },
    '<value>vfio</value>',
    'op.unsupported: this host has no way to give PCI devices',
  ],
  [
    { disk: [{ bus: 'nvme' }] },
    '<value>nvme</value>',
    'op.unsupported: this host has no disk by nvme on a q35 machine',
  ],
  [
    { nic: [{ network: '01:00.0', kind: 'hostdev' }] },
    '<value>vfio</value>',
    'op.unsupported: this host has no way to give',
  ],
])('libvirt has not what is asked for: %j', async (spec, without, said) => {
  expect(await opened({}, FULL.replace(without, '')).refusal(spec)).toContain(said);
});

it('asks whether guests can have the flags, and knows what its vendor calls nested', async () => {
  const flags = { 'cpu-flag': [{ name: 'aes' }, { name: 'x2apic', policy: 'force' }] };
  const feature = (name: string, policy: string) => `<feature policy="${policy}" name="${name}"/>`;
  const intel = opened();
  await intel.make({ ...flags, nested: 'on', cpu: 'EPYC' });
  const asked = `<cpu mode="host-model">${feature('aes', 'require')}${feature('x2apic', 'optional')}${feature('vmx', 'require')}</cpu>`;
  expect(intel.asked).toContain(asked);
  expect(intel.defined()).toContain(
    `<model fallback="forbid">EPYC</model>${feature('aes', 'require')}${feature('x2apic', 'force')}${feature('vmx', 'require')}</cpu>`,
  );
  const amd = opened({}, FULL, 'AMD');
  await amd.make({ nested: 'off' });
  expect(amd.defined()).toContain(`<cpu mode="host-model">${feature('svm', 'disable')}</cpu>`);
});

it('takes flags as they are where libvirt does not compare CPUs', async () => {
  const { make, answer, defined } = opened();
  answer(procedures.compareCpu, () => {
    throw libvirtNo(3);
  });
  await make({ 'cpu-flag': [{ name: 'nonsense' }] });
  expect(defined()).toContain('name="nonsense"');
});

it('makes a guest of another architecture, and asks what its emulator can', async () => {
  const { make, asked, defined } = opened();
  await make({ arch: 'aarch64', emulator: '/usr/bin/qemu-system-aarch64' });
  expect(asked).toEqual(['aarch64 /usr/bin/qemu-system-aarch64']);
  expect(defined()).toMatch(
    /^<domain type="qemu">.*<type arch="aarch64" machine="virt">hvm<\/type>.*<emulator>\/usr\/bin\//,
  );
});

it('gives what the host has: its CPUs, nodes, pages, devices', async () => {
  const { make, defined } = opened();
  await make({
    pin: [{ vcpus: '0-1', host: '0-3' }],
    'numa-mode': 'strict',
    'numa-nodes': '0-1',
    'huge-pages': true,
    'page-size': mib(2),
    pci: [{ address: '01:00.0' }],
    folder: [{ tag: 'a', path: '/srv' }],
  });
  expect(defined()).toMatch(/nodeset="0-1".*cpuset="0-3".*virtiofs.*<hostdev/);
});

it.each([
  "<hostdev type='usb'><source><address bus='1' device='0'/></source></hostdev>",
  "<hostdev type='scsi'><source><adapter name='scsi_host0'/><address bus='1' target='0' unit='0'/></source></hostdev>",
  "<hostdev type='mdev'><source><address uuid='1'/></source></hostdev>",
  `<hostdev type='usb'>${source('0x00')}</hostdev>`,
])('takes no device of another kind for a PCI device: %s', async (db1) => {
  const { make, defined } = opened({ domains: { db1 } });
  await make({ pci: [{ address: '01:00.0' }] });
  expect(defined()).toContain('<hostdev');
});

it('gives a virtual function as a NIC', async () => {
  const { make, defined } = opened();
  await make({ nic: [{ network: '01:10.0', kind: 'hostdev' }] });
  expect(defined()).toContain('<interface type="hostdev" managed="yes">');
});

it('waits with huge pages that are not there yet, where it does not start', async () => {
  const { make, defined } = opened();
  await make({ 'huge-pages': true, memory: gib(1), start: false });
  expect(defined()).toContain('<hugepages/>');
});
