import { describe, expect, it } from 'vitest';
import { gib, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import type { Abilities } from '../make/abilities.ts';
import { readSpec } from '../make/spec.ts';
import { writeDomainXml } from '../make/write-domain.ts';
import { manifest } from '../manifest.ts';
import { USUAL_NIC } from '../nic/nic-options.ts';

const read = (spec: Settings) => readSpec({ name: 'web1', memory: gib(1), vcpus: 4, ...spec });

/** The definition, as it is sent. */
function written(spec: Settings, more: Partial<Abilities> = {}): string {
  const usual = { type: 'kvm', arch: 'x86_64', machine: 'q35', firmware: 'bios', cpu: 'host-model' } as const;
  return writeDomainXml({
    spec: read(spec),
    uuid: '6695eb01-f6a4-8304-79aa-97f2502e193f',
    abilities: { ...usual, flags: [], emulator: '', ...more },
    disks: [],
    iso: undefined,
    seed: undefined,
    nics: [{ plug: { type: 'network', name: 'default' }, model: 'virtio', mac: '', options: USUAL_NIC }],
    kept: {},
    now: 0,
  });
}

describe('the hardware of a new VM', () => {
  it.each<readonly [string, Settings, string]>([
    ['vCPUs', {}, '<vcpu>4</vcpu>'],
    ['vCPUs to plug in', { 'max-vcpus': 16 }, '<vcpu current="4">16</vcpu>'],
    ['a topology', { sockets: 2, cores: 1, threads: 2 }, '<topology sockets="2" cores="1" threads="2"/>'],
    ['cores in one socket', { sockets: 1 }, '<topology sockets="1" cores="4" threads="1"/>'],
    ['sockets of one core', { cores: 1 }, '<topology sockets="4" cores="1" threads="1"/>'],
    ['sockets of two cores', { cores: 2, 'max-vcpus': 8 }, '<topology sockets="4" cores="2" threads="1"/>'],
    [
      'pinned vCPUs',
      {
        pin: [
          { vcpus: '0-1', host: '4-7,^5' },
          { vcpus: '3', host: '2' },
        ],
      },
      '<cputune><vcpupin vcpu="0" cpuset="4,6-7"/><vcpupin vcpu="1" cpuset="4,6-7"/><vcpupin vcpu="3" cpuset="2"/></cputune>',
    ],
    ['a PMU', { pmu: 'on' }, '<pmu state="on"/></features>'],
    [
      'memory that grows by its balloon',
      { 'max-memory': gib(2) },
      `<memory unit="b">${gib(2)}</memory><currentMemory unit="b">${gib(1)}</currentMemory><vcpu>`,
    ],
    [
      'memory that is plugged in',
      { 'hotplug-memory': gib(8) },
      `<memory unit="b">${gib(1)}</memory><maxMemory slots="16" unit="b">${gib(8)}</maxMemory>`,
    ],
    [
      'a cell for what is plugged in',
      { 'hotplug-memory': gib(8), 'memory-slots': 2 },
      '<numa><cell id="0" cpus="0-3" memory="1048576" unit="KiB"/></numa></cpu>',
    ],
    [
      'NUMA cells',
      {
        numa: [
          { id: 1, vcpus: '2-3', memory: mib(256) },
          { id: 0, vcpus: '0,1', memory: mib(768) },
        ],
      },
      '<numa><cell id="0" cpus="0-1" memory="786432" unit="KiB"/><cell id="1" cpus="2-3" memory="262144" unit="KiB"/></numa>',
    ],
    [
      'the first node of its host',
      { 'numa-mode': 'preferred' },
      '<numatune><memory mode="preferred" nodeset="0"/></numatune>',
    ],
    [
      'nodes of its host',
      { 'numa-mode': 'interleave', 'numa-nodes': '0-1' },
      '<numatune><memory mode="interleave" nodeset="0-1"/></numatune>',
    ],
    ['huge pages', { 'huge-pages': true }, '<memoryBacking><hugepages/></memoryBacking>'],
    [
      'huge pages of a size',
      { 'huge-pages': true, 'page-size': gib(1) },
      '<memoryBacking><hugepages><page size="1048576" unit="KiB"/></hugepages></memoryBacking>',
    ],
    [
      'memory that virtiofs shares',
      { folder: [{ tag: 'data', path: '/srv' }], 'huge-pages': true },
      '<memoryBacking><hugepages/><source type="memfd"/><access mode="shared"/></memoryBacking>',
    ],
    [
      'a folder by virtiofs',
      { folder: [{ tag: 'data', path: '/srv/"a"' }] },
      '<filesystem type="mount"><driver type="virtiofs"/><source dir="/srv/&quot;a&quot;"/><target dir="data"/></filesystem>',
    ],
    [
      'a folder by 9p',
      { folder: [{ tag: 'data', path: '/srv', kind: '9p', 'read-only': true }] },
      '<filesystem type="mount" accessmode="mapped"><source dir="/srv"/><target dir="data"/><readonly/></filesystem>',
    ],
    [
      'a PCI device',
      { pci: [{ address: '0A:1f.3' }] },
      '<hostdev mode="subsystem" type="pci" managed="yes"><source><address domain="0x0000" bus="0x0a" slot="0x1f" function="0x3"/></source></hostdev>',
    ],
    ['an IOMMU', { iommu: 'intel' }, '<iommu model="intel"><driver intremap="on" caching_mode="on"/></iommu>'],
    ['an interrupt controller that remaps', { iommu: 'intel' }, '<ioapic driver="qemu"/></features>'],
    ['an IOMMU of virtio', { iommu: 'virtio' }, '<iommu model="virtio"></iommu>'],
    [
      'a kernel',
      { kernel: '/boot/vmlinuz', initrd: '/boot/i<', cmdline: 'root=/dev/vda "x"' },
      'hvm</type><kernel>/boot/vmlinuz</kernel><initrd>/boot/i&lt;</initrd><cmdline>root=/dev/vda &quot;x&quot;</cmdline></os>',
    ],
    ['a password of its screen', { 'display-password': 'a"&b' }, 'listen="127.0.0.1" passwd="a&quot;&amp;b"/>'],
    ['a channel for its agent', {}, 'name="org.qemu.guest_agent.0"'],
  ])('F-063 has %s', (_what, spec, said) => expect(written(spec)).toContain(said));

  it('has what its host gives to guests of that kind: flags, an emulator', () => {
    const flags = [{ name: 'aes', policy: 'disable' }];
    const xml = written({}, { flags, emulator: '/usr/bin/q&' });
    expect(xml).toContain('<cpu mode="host-model"><feature policy="disable" name="aes"/></cpu>');
    expect(xml).toContain('<devices><emulator>/usr/bin/q&amp;</emulator>');
    expect(written({ cores: 4 }, { cpu: undefined })).toContain(
      '<cpu><topology sockets="1" cores="4" threads="1"/></cpu>',
    );
  });

  it('has no interrupts remapped where it is emulated, and no channel where none is wanted', () => {
    const xml = written({ iommu: 'intel', 'guest-agent': false }, { type: 'qemu' });
    expect(xml).toContain('<iommu model="intel"><driver intremap="off" caching_mode="on"/></iommu>');
    expect(xml).not.toMatch(/ioapic|guest_agent/);
  });
});

describe('hardware is refused', () => {
  it.each<readonly [Settings, string]>([
    [{ 'max-vcpus': 2 }, "it can't have 4 vCPUs when it can get 2 at most"],
    [{ sockets: 3 }, "3 sockets don't make 4 vCPUs"],
    [
      { sockets: 1, cores: 2, threads: 1 },
      "1 sockets with 2 cores in each with 1 threads in a core don't make 4 vCPUs",
    ],
    [{ cores: 4, 'max-vcpus': 6 }, "4 cores in each don't make 6 vCPUs"],
    [{ 'cpu-flag': [{ name: 'a b' }] }, '"a b" is no flag of a CPU'],
    [{ 'cpu-flag': [{ name: 'aes', policy: 'maybe' }] }, 'there is no policy "maybe"'],
    [{ nested: 'on', 'cpu-flag': [{ name: 'vmx' }] }, 'nested says what the flag vmx is'],
    [{ nested: 'perhaps' }, 'there is no value of nested "perhaps"'],
    [{ pin: [{ vcpus: '4', host: '0' }] }, "vCPU 4 can't be pinned: the VM has vCPUs 0 to 3"],
    [
      {
        pin: [
          { vcpus: '0-2,1', host: '0' },
          { vcpus: '2', host: '1' },
        ],
      },
      'vCPU 2 is pinned twice',
    ],
    [{ pin: [{ vcpus: '0', host: 'all' }] }, 'CPUs of the host: "all" is no set such as 0-3,6'],
    [{ pin: [{ vcpus: '3-1', host: '0' }] }, 'vCPUs to pin: "3-1" is no set'],
    [{ pin: [{ vcpus: '1,^1', host: '0' }] }, 'vCPUs to pin: "1,^1" is no set'],
    [{ pin: [{ vcpus: '0', host: '0-99999' }] }, 'is no set'],
    [{ 'max-memory': mib(512) }, "it can't have 1.0G when it can get 512M at most"],
    [{ 'hotplug-memory': gib(1) }, 'with 1.0G of memory there is nothing to plug in beyond 1.0G'],
    [{ 'memory-slots': 4 }, 'slots for memory are of no use without hotplug-memory'],
    [{ 'hotplug-memory': gib(8), 'memory-slots': 257 }, 'a VM has 1 to 256 slots for memory'],
    [{ numa: [{ vcpus: '0-3', memory: mib(512) }] }, 'the NUMA cells have 512M together, and the VM 1.0G'],
    [{ numa: [{ vcpus: '0-2', memory: gib(1) }] }, 'each of the vCPUs 0 to 3 must be in one NUMA cell, and no other'],
    [{ numa: [{ vcpus: '0-4', memory: gib(1) }] }, 'each of the vCPUs 0 to 3'],
    [
      {
        numa: [
          { vcpus: '0-3', memory: mib(512) },
          { vcpus: '3', memory: mib(512) },
        ],
      },
      'each of the vCPUs 0 to 3',
    ],
    [{ 'max-vcpus': 8, numa: [{ vcpus: '0-3', memory: gib(1) }] }, 'each of the vCPUs 0 to 7'],
    [{ numa: [{ id: 1, vcpus: '0-3', memory: gib(1) }] }, 'the ids of NUMA cells are 0, 1, 2 and so on'],
    [
      {
        numa: [
          { vcpus: '0', memory: gib(1) - 512 },
          { vcpus: '1-3', memory: 512 },
        ],
      },
      'a NUMA cell has 1 MiB or more, in whole KiB',
    ],
    [{ 'numa-mode': 'loose' }, 'there is no NUMA mode "loose"'],
    [{ 'numa-nodes': '0' }, 'nodes of the host need a NUMA mode'],
    [{ 'numa-mode': 'preferred', 'numa-nodes': '0-1' }, 'one NUMA node alone can be preferred'],
    [{ 'page-size': mib(2) }, 'a size of pages needs huge pages'],
    [{ 'huge-pages': true, 'page-size': mib(2), memory: mib(3) }, '3.0M of memory are no whole pages of 2.0M'],
    [{ folder: [{ tag: 'a', path: 'srv' }] }, 'a shared folder has a whole path on the host, not "srv"'],
    [{ folder: [{ tag: 'a', path: '/s\nrv' }] }, 'a shared folder has a whole path on the host'],
    [{ folder: [{ tag: 'a b', path: '/srv' }] }, '"a b" is no tag of a folder'],
    [{ folder: [{ tag: 'a', path: '/srv', kind: 'nfs' }] }, 'there is no kind of a shared folder "nfs"'],
    [
      { folder: [{ tag: 'a', path: '/srv', 'read-only': true }] },
      'virtiofs shares a folder only for reading and writing',
    ],
    [
      {
        folder: [
          { tag: 'a', path: '/a' },
          { tag: 'a', path: '/b' },
        ],
      },
      'two shared folders have the same tag',
    ],
    [{ pci: [{ address: '1:2.3' }] }, '"1:2.3" is no address of a PCI device, such as 0000:01:00.0'],
    [{ pci: [{ address: '00:20.0' }] }, '"00:20.0" is no address of a PCI device'],
    [{ iommu: 'amd' }, 'there is no IOMMU "amd"'],
    [{ arch: '../x' }, 'there is no architecture "../x"'],
    [{ emulator: 'qemu' }, 'an emulator has a whole path on the host'],
    [{ cmdline: 'quiet' }, 'a command line needs the kernel that reads it'],
    [{ initrd: '/i' }, 'an initrd needs the kernel that it is of'],
    [{ kernel: 'vmlinuz' }, 'a kernel has a whole path on the host'],
    [{ kernel: '/k', initrd: 'i' }, 'an initrd has a whole path on the host'],
    [{ kernel: '/k', cmdline: 'a\nb' }, 'the command line of a kernel is one line'],
    [{ kernel: '/k', cmdline: 'a\u001bb' }, '"a\\u001bb" has characters that libvirt can\'t keep'],
    [{ kernel: '/k', cmdline: 'a\ufffeb' }, "has characters that libvirt can't keep"],
    [{ emulator: '/q\u0007' }, "has characters that libvirt can't keep"],
    [{ kernel: '/k\ufffe' }, "has characters that libvirt can't keep"],
    [{ folder: [{ path: '/a\ud800', tag: 'a' }] }, "has characters that libvirt can't keep"],
    [{ graphics: 'none', 'display-password': 'x' }, 'a VM without a screen has no password for it'],
    [{ graphics: 'sdl', 'sdl-display': ':0', 'display-password': 'x' }, 'a window of SDL has no password'],
  ])('%j: %s', (spec, said) => {
    expect(() => read(spec)).toThrow(
      expect.objectContaining({ code: 'op.refused', message: expect.stringContaining(said) }),
    );
  });

  it.each<readonly [string, string, string]>([
    ['vnc', 'secret-99', 'VNC takes 8 characters of a password, and no more'],
    ['vnc', 'geheim-ß', 'has letters, digits and signs of ASCII alone'],
    ['spice', 'secret\n', 'has letters, digits and signs of ASCII alone'],
  ])('with a password that %s does not take, which is not shown: %s', (graphics, password, said) => {
    let error: Error | undefined;
    try {
      read({ graphics, 'display-password': password });
    } catch (thrown) {
      error = thrown as Error;
    }
    expect(error?.message).toContain(said);
    expect(JSON.stringify(error) + error?.message).not.toContain(password.trim());
  });
});

/** Every word that a form offers: as a setting, and in a row of a list. */
const WORDS = manifest.settings
  .filter((field) => field.in.provision === 'write')
  .flatMap((field): readonly { readonly key: string; readonly spec: Settings }[] => {
    if (field.kind === 'choice')
      return (field.options ?? []).map((word) => ({ key: field.key, spec: { [field.key]: word } }));
    if (field.kind !== 'list') return [];
    return field.item.flatMap((item) =>
      item.kind !== 'choice'
        ? []
        : (item.options ?? []).map((word) => ({
            key: `${field.key}.${item.key}`,
            spec: { [field.key]: [{ [item.key]: word }] },
          })),
    );
  });

it('knows each word that its form offers', () => {
  expect(new Set(WORDS.map(({ key }) => key))).toContain('nic.kind');
  const unknown = WORDS.filter(({ spec }) => {
    try {
      read(spec);
    } catch (error) {
      return /^there is no|can't be attached/.test((error as Error).message);
    }
    return false;
  });
  expect(unknown).toEqual([]);
});
