/** The hardware that drover gives new VMs on a real host: as libvirt keeps it, by its schema, and as a guest finds it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { VmId } from '../../../src/ids.ts';
import type { Connection, Settings } from '../../../src/platforms/contract.ts';
import { gib, mib } from '../../../src/units.ts';
import { openTerminal } from '../../contract/terminal.ts';
import { run } from '../command.ts';
import { until } from '../until.ts';
import { guestState, host3, site, virsh } from './hosts.ts';
import { sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const endpoint = sshEndpoint(host);
const [VM, OTHER] = ['hardware1', 'hardware2'];
const FILTER = 'hardware-filter';
/** Guests of the lab run without KVM, also on a machine that says that it has it. */
const SPEC: Settings = {
  name: VM,
  memory: mib(128),
  vcpus: 1,
  virtualization: 'qemu',
  disk: [{ size: mib(8) }],
  nic: [{ network: 'default' }],
  'cloud-init': false,
};

let connection: Connection;
let tmp = '';
const vm = () => connection.vm as Required<Connection['vm']>;
const make = (more: Settings = {}) => vm().create(endpoint.name, { ...SPEC, ...more }, patient());
const saved = (name = VM) => virsh(host, 'dumpxml', '--inactive', '--security-info', name);
const refusalOf = (more: Settings) =>
  make(more).then(
    () => 'made',
    (error: { readonly code: string; readonly message: string }) => `${error.code}: ${error.message}`,
  );

/** Volumes of the VMs are called as they are. */
async function tidy(): Promise<void> {
  const there = (await virsh(host, 'list', '--all', '--name')).split('\n');
  for (const name of [VM, OTHER].filter((one) => there.includes(one))) {
    await virsh(host, 'destroy', name).catch(() => undefined);
    await virsh(host, 'undefine', name, '--nvram');
  }
  await deleteVolumes(/^ *hardware[12]\S+/gm);
}
async function deleteVolumes(pattern: RegExp): Promise<void> {
  const volumes = (await virsh(host, 'vol-list', 'default')).match(pattern) ?? [];
  for (const name of volumes) await virsh(host, 'vol-delete', '--pool', 'default', name.trim());
}

beforeAll(async () => {
  connection = await connectTo(endpoint);
  tmp = await mkdtemp(join(tmpdir(), 'drover-hardware-'));
  await inHost(host, 'sh', '-c', 'ip link del hwbr0 2>/dev/null; ip link add hwbr0 type bridge; ip link set hwbr0 up');
  const filter = join(tmp, `${FILTER}.xml`);
  await writeFile(filter, `<filter name="${FILTER}"><rule action="accept" direction="inout"><all/></rule></filter>`);
  await virsh(host, 'nwfilter-define', filter);
  await tidy();
  await deleteVolumes(/^ *hardware-\S+/gm);
  for (const name of ['hardware-shared.raw', 'hardware-floppy.img', 'hardware-cd1.iso', 'hardware-cd2.iso'])
    await virsh(host, 'vol-create-as', 'default', name, '1M', '--format', 'raw');
});
beforeEach(tidy);
afterAll(async () => {
  await tidy();
  await deleteVolumes(/^ *hardware-\S+/gm);
  await virsh(host, 'nwfilter-undefine', FILTER).catch(() => undefined);
  await inHost(host, 'ip', 'link', 'del', 'hwbr0').catch(() => undefined);
  await connection?.close();
  await rm(tmp, { recursive: true, force: true });
});

/** What the schema of libvirt says of the definition; it ends with a fault for what that does not have. */
async function validate(xml: string): Promise<void> {
  const file = join(tmp, `${VM}.xml`);
  await writeFile(file, xml);
  await run(['virt-xml-validate', file, 'domain']);
}

/** Addresses of the PCI devices of the host, by virsh. */
async function pciOfHost() {
  const names = (await virsh(host, 'nodedev-list', '--cap', 'pci')).split('\n').filter(Boolean);
  const all = await Promise.all(
    names.map(async (name) => {
      const [, domain, bus, slot, fn] = /^pci_(\w{4})_(\w\w)_(\w\w)_(\w)$/.exec(name.trim()) ?? [];
      const isBridge = /<class>0x06/.test(await virsh(host, 'nodedev-dumpxml', name.trim()));
      return { isBridge, address: `${domain}:${bus}:${slot}.${fn}` };
    }),
  );
  const of = (isBridge: boolean) => all.filter((one) => one.isBridge === isBridge).map(({ address }) => address);
  return { endpoints: of(false), bridges: of(true) };
}

describe('a VM is defined', () => {
  const HARDWARE: readonly (readonly [Settings, readonly (string | RegExp)[]])[] = [
    [
      { vcpus: 2, 'max-vcpus': 8, sockets: 2, threads: 2 },
      ["current='2'>8</vcpu>", /<topology sockets='2' dies='1' cores='2' threads='2'\/>/],
    ],
    [
      { cpu: 'qemu64', 'cpu-flag': [{ name: 'aes' }, { name: 'sse4.1', policy: 'disable' }], pmu: 'off' },
      [/<feature policy='require' name='aes'\/>/, /<feature policy='disable' name='sse4.1'\/>/, "<pmu state='off'/>"],
    ],
    [{ cpu: 'qemu64', nested: 'off' }, [/<feature policy='disable' name='(vmx|svm)'\/>/]],
    [
      { vcpus: 4, pin: [{ vcpus: '0-1,3', host: '0' }] },
      [/<vcpupin vcpu='0' cpuset='0'\/>\s*<vcpupin vcpu='1' cpuset='0'\/>\s*<vcpupin vcpu='3' cpuset='0'\/>/],
    ],
    [
      { 'max-memory': mib(256), 'hotplug-memory': gib(1), 'memory-slots': 4 },
      [
        "<maxMemory slots='4' unit='KiB'>1048576</maxMemory>",
        "<memory unit='KiB'>262144</memory>",
        "<currentMemory unit='KiB'>131072</currentMemory>",
        /<cell id='0' cpus='0' memory='262144' unit='KiB'\/>/,
      ],
    ],
    [
      {
        vcpus: 4,
        memory: mib(256),
        numa: [
          { vcpus: '0-1', memory: mib(96) },
          { vcpus: '2,3', memory: mib(160) },
        ],
        'numa-mode': 'strict',
      },
      [
        "<memory mode='strict' nodeset='0'/>",
        /<cell id='0' cpus='0-1' memory='98304' unit='KiB'\/>\s*<cell id='1' cpus='2-3' memory='163840' unit='KiB'\/>/,
      ],
    ],
    [
      { 'huge-pages': true, 'page-size': mib(2) },
      [/<memoryBacking>\s*<hugepages>\s*<page size='2048' unit='KiB'\/>\s*<\/hugepages>\s*<\/memoryBacking>/],
    ],
    [
      {
        folder: [
          { tag: 'fast', path: '/srv' },
          { tag: 'plain', path: '/srv/a&b', kind: '9p', 'read-only': true },
        ],
      },
      [
        /<source type='memfd'\/>\s*<access mode='shared'\/>/,
        /<driver type='virtiofs'\/>\s*<source dir='\/srv'\/>\s*<target dir='fast'\/>/,
        /accessmode='mapped'>\s*<source dir='\/srv\/a&amp;b'\/>\s*<target dir='plain'\/>\s*<readonly\/>/,
      ],
    ],
    [{ iommu: 'intel' }, [/<iommu model='intel'>\s*<driver intremap='off' caching_mode='on'\/>/]],
    [{ iommu: 'virtio' }, [/<iommu model='virtio'/]],
    [
      { arch: 'i686', emulator: '/usr/bin/qemu-system-i386', machine: 'pc', disk: [{ size: mib(8), bus: 'ide' }] },
      [/<type arch='i686'/, '<emulator>/usr/bin/qemu-system-i386</emulator>', "<target dev='hda' bus='ide'/>"],
    ],
    [
      { kernel: '/boot/a&b', initrd: '/boot/i', cmdline: 'a="b" c' },
      ['<kernel>/boot/a&amp;b</kernel>', '<initrd>/boot/i</initrd>', /<cmdline>a=(&quot;|")b(&quot;|") c<\/cmdline>/],
    ],
    [
      { iso: 'hardware-cd1.iso', 'extra-iso': 'hardware-cd2.iso', floppy: 'default/hardware-floppy.img' },
      [
        /hardware-cd2.iso'\/>\s*<target dev='sdb' bus='sata'\/>\s*<readonly\/>/,
        /device='floppy'>[\s\S]*?hardware-floppy.img'\/>\s*<target dev='fda' bus='fdc'\/>/,
      ],
    ],
    [{ 'display-password': 's&cret' }, [/<graphics type='vnc'[^>]* passwd='s&amp;cret'/]],
    [
      {
        disk: [
          {
            size: mib(8),
            cache: 'none',
            io: 'native',
            discard: 'ignore',
            serial: 'A-1',
            format: 'raw',
            name: 'hardware1.img',
          },
          {
            size: mib(8),
            bus: 'scsi',
            wwn: '5000c500A0B1C2D3',
            thin: false,
            driver: 'detect_zeroes=on error_policy=stop',
          },
          { size: mib(8), bus: 'usb', io: 'io_uring' },
          { size: mib(80), bus: 'sata', image: 'busybox.qcow2', format: 'raw' },
          { size: mib(80), image: 'default/busybox.qcow2' },
          { volume: 'hardware-shared.raw', shareable: true },
        ],
      },
      [
        /<driver name='qemu' type='raw' cache='none' io='native' discard='ignore'\/>\s*<source file='[^']*\/hardware1.img'\/>\s*<target dev='vda' bus='virtio'\/>\s*<serial>A-1<\/serial>/,
        /error_policy='stop'[^>]*detect_zeroes='on'\/>\s*<source file='[^']*\/hardware1_1.raw'\/>\s*<target dev='sda' bus='scsi'\/>\s*<wwn>5000c500a0b1c2d3<\/wwn>/,
        /io='io_uring'[^>]*>\s*<source file='[^']*\/hardware1_2.qcow2'\/>\s*<target dev='sdb' bus='usb'\/>/,
        /hardware1_3.raw'\/>\s*<target dev='sdc' bus='sata'\/>/,
        /type='raw' cache='none' discard='unmap'\/>\s*<source file='[^']*\/hardware-shared.raw'\/>\s*<target dev='vdc' bus='virtio'\/>\s*<shareable\/>/,
      ],
    ],
    [
      {
        nic: [
          {
            network: 'default',
            driver: 'vhost',
            queues: 4,
            mtu: 1400,
            filter: FILTER,
            unplugged: true,
            'boot-order': 2,
          },
          {
            network: 'hwbr0',
            'in-average': 1000,
            'in-peak': 2000,
            'in-burst': 512,
            'out-average': 500,
            'boot-order': 1,
          },
          { network: 'hwbr0', kind: 'openvswitch', vlan: 7 },
          { network: 'eth0', kind: 'macvtap', model: 'e1000e' },
          { network: '', kind: 'user' },
        ],
      },
      [
        /<driver name='vhost' queues='4'\/>/,
        "<mtu size='1400'/>",
        `<filterref filter='${FILTER}'/>`,
        "<link state='down'/>",
        /<source bridge='hwbr0'\/>\s*<bandwidth>\s*<inbound average='1000' peak='2000' burst='512'\/>\s*<outbound average='500'\/>/,
        /<vlan>\s*<tag id='7'\/>\s*<\/vlan>\s*<virtualport type='openvswitch'>/,
        /<source dev='eth0' mode='bridge'\/>/,
        /<interface type='user'>/,
      ],
    ],
  ];
  it.each(HARDWARE)('with %j', async (spec, said) => {
    await make({ ...spec, start: false });
    const xml = await saved();
    for (const words of said) expect(xml).toMatch(words);
    await validate(xml);
  });

  it('with a PCI device of its host', async () => {
    const [address = ''] = (await pciOfHost()).endpoints;
    await make({ pci: [{ address }], start: false });
    const xml = await saved();
    const [, bus, slot, fn] = /^\w+:(\w+):(\w+)\.(\w)$/.exec(address) ?? [];
    expect(xml).toContain("type='pci' managed='yes'>");
    expect(xml).toMatch(new RegExp(`<source>\\s*<address [^>]*bus='0x${bus}' slot='0x${slot}' function='0x${fn}'/>`));
    await validate(xml);
  });
});

/** What a guest prints for a command, as root on its serial line. */
async function inGuest(id: VmId, command: string): Promise<string> {
  const attachment = await connection.console?.serial?.(id, { force: true }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  const terminal = openTerminal(attachment.stream);
  await until(`${VM} asks for a login`, 90_000, () => terminal.shown().includes(`${VM} login:`));
  terminal.type('root\r');
  await terminal.see(/root@.*# /, '\r');
  terminal.type(`${command}; echo done-$((40+2))\r`);
  await terminal.see(/done-42/);
  attachment.stream.destroy();
  await terminal.ended;
  return terminal.shown();
}

describe('a VM runs', () => {
  it('F-266 F-279 and its guest finds the hardware that was asked for', async () => {
    const { guest } = site.files;
    const { id } = await make({
      kernel: `${guest}/vmlinuz`,
      initrd: `${guest}/initrd.gz`,
      cmdline: `console=ttyS0 quiet rdinit=/init lab.hostname=${VM}`,
      memory: mib(256),
      ...{ vcpus: 2, 'max-vcpus': 4, sockets: 1, cores: 4 },
      ...{ cpu: 'qemu64', 'cpu-flag': [{ name: 'aes' }, { name: 'pni', policy: 'disable' }] },
      numa: [
        { vcpus: '0', memory: mib(96) },
        { vcpus: '1-3', memory: mib(160) },
      ],
      'numa-mode': 'preferred',
      pin: [{ vcpus: '0-3', host: '0-1' }],
      folder: [
        { tag: 'fast', path: '/tmp' },
        { tag: 'plain', path: '/tmp', kind: '9p' },
      ],
      iommu: 'intel',
      'hotplug-memory': gib(1),
      disk: [
        { size: mib(24), serial: 'A-1', format: 'raw', cache: 'directsync', io: 'native' },
        { size: mib(80), image: 'busybox.qcow2', bus: 'scsi', serial: 'B-2', wwn: '5000c500a0b1c2d3', format: 'raw' },
        { volume: 'hardware-shared.raw', shareable: true },
      ],
      nic: [
        { network: 'default', mtu: 1400, filter: FILTER, unplugged: true },
        { network: 'hwbr0', driver: 'qemu', queues: 2, mac: '52:54:00:aa:bb:01' },
        { network: 'eth0', kind: 'macvtap' },
        { kind: 'user' },
      ],
    });
    const said = await inGuest(
      id,
      [
        'echo cpus-$(grep -c ^processor /proc/cpuinfo)-of-$(cat /sys/devices/system/cpu/possible)',
        'echo flags-$(grep -c -w aes /proc/cpuinfo)-$(grep -c -w pni /proc/cpuinfo)',
        'echo core-$(cat /sys/devices/system/cpu/cpu1/topology/core_id)-nodes-$(cat /sys/devices/system/node/online)',
        'echo serial-$(cat /sys/block/vda/serial)-sizes-$(cat /sys/block/vda/size)-$(cat /sys/block/vdb/size)',
        'echo eth0-$(cat /sys/class/net/eth0/mtu)-$(cat /sys/class/net/eth0/carrier)',
        'echo eth1-$(ls -d /sys/class/net/eth1/queues/rx-* | wc -l)-$(cat /sys/class/net/eth1/address)',
        'ls -d /sys/class/net/eth3 /sys/class/iommu/dmar0',
      ].join('; '),
    );
    for (const words of [
      'cpus-2-of-0-3',
      'flags-2-0',
      'core-1-nodes-0-1',
      `serial-A-1-sizes-${mib(24) / 512}-${mib(1) / 512}`,
      'eth0-1400-0',
      'eth1-2-52:54:00:aa:bb:01',
      '/sys/class/net/eth3',
      '/sys/class/iommu/dmar0',
    ])
      expect(said).toContain(words);
    const copy = await inHost(
      host,
      'qemu-img',
      'info',
      '-U',
      '--output=json',
      '/var/lib/libvirt/images/hardware1_1.raw',
    );
    expect(JSON.parse(copy)).toMatchObject({ format: 'raw', 'virtual-size': mib(80) });
    expect(await virsh(host, 'vcpupin', VM)).toMatch(/0 +0-1\s+1 +0-1\s/);
    const { more } = await vm().info(id, patient());
    expect(more?.map(([label, value]) => [label, value])).toEqual(
      expect.arrayContaining([
        ['Topology', '1 sockets, 4 cores, 1 threads'],
        ['NUMA mode', 'preferred of 0'],
        ['Shared folders', '/tmp as fast, /tmp as plain'],
      ]),
    );
  });

  it('F-266 beside another one that has the same disk, if both share it', async () => {
    const shared = { disk: [{ volume: 'hardware-shared.raw', shareable: true }], graphics: 'none' };
    await make({ ...shared, start: true });
    expect(await refusalOf({ ...shared, name: OTHER, disk: [{ volume: 'hardware-shared.raw' }] })).toMatch(
      /^op.conflict: .*hardware-shared.raw can't be attached: used by hardware1$/,
    );
    await make({ ...shared, name: OTHER });
    expect([await guestState(host, VM), await guestState(host, OTHER)]).toEqual(['running', 'running']);
    const xml = await saved(OTHER);
    expect(xml).toMatch(/hardware-shared.raw'[\s\S]*<shareable\/>/);
  });
});

describe('a VM is not made', () => {
  const NO: readonly (readonly [Settings, string])[] = [
    [{ pin: [{ vcpus: '0', host: '9000' }] }, 'op.refused: the host has no CPU 9000: it has '],
    [{ 'numa-mode': 'strict', 'numa-nodes': '7' }, 'op.refused: the host has no NUMA node 7: it has 0'],
    [{ 'huge-pages': true, 'page-size': mib(16) }, 'op.refused: the host has no huge pages of 16M'],
    [{ 'huge-pages': true, memory: gib(512) }, 'op.refused: the host has set aside '],
    [{ pci: [{ address: '00:1f.7' }], start: false }, 'op.refused: the host has no PCI device 0000:00:1f.7'],
    [{ cpu: 'qemu64', 'cpu-flag': [{ name: 'nonsense' }] }, 'op.refused: the flags of its CPU: '],
    [{ cpu: 'qemu64', 'cpu-flag': [{ name: 'vmx' }] }, 'op.refused: the flags of its CPU: '],
    [{ 'cpu-flag': [{ name: 'aes' }] }, 'op.refused: flags need a CPU that they are of'],
    [{ arch: 'sparc64' }, 'op.refused: the host has no guests of the architecture "sparc64"'],
    [{ emulator: '/usr/bin/none' }, ''],
    [{ disk: [{ bus: 'nvme' }] }, 'op.unsupported: this host has no disk by nvme on a q35 machine'],
    [{ disk: [{ bus: 'ide' }] }, 'op.unsupported: this host has no disk by ide on a q35 machine'],
    [{ disk: [{ volume: 'none' }] }, 'volume.not-found: no active storage has a volume "none"'],
    [
      { disk: [{ volume: 'ci1.qcow2' }] },
      "op.conflict: /var/lib/libvirt/images/ci1.qcow2 can't be attached: used by ci1",
    ],
    [{ nic: [{ network: 'default', filter: 'none' }] }, 'op.refused: the host has no network filter "none"'],
    [{ nic: [{ network: 'default', vlan: 7 }] }, 'op.refused: the network default takes no VLAN tags of its NICs'],
    [
      { nic: [{ network: 'none0', kind: 'macvtap' }] },
      'op.refused: the device none0: the host has no interface of this name',
    ],
    [
      { nic: [{ network: 'eth0', kind: 'bridge' }] },
      'op.refused: the device eth0: the host has no bridge of this name',
    ],
  ];
  it('of what its host has not, and nothing is left of it', async () => {
    for (const [more, said] of NO) expect(await refusalOf(more), JSON.stringify(more)).toContain(said);
    expect(await virsh(host, 'vol-list', 'default')).not.toContain(VM);
    expect(await virsh(host, 'list', '--all', '--name')).not.toContain(VM);
  });

  it('with a PCI device that is a bridge, that another VM has, or that its host can give to none', async () => {
    const { endpoints, bridges } = await pciOfHost();
    const [address = '', bridge = ''] = [endpoints[0], bridges[0]];
    expect(await refusalOf({ pci: [{ address: bridge }], start: false })).toBe(
      `op.refused: the PCI device ${bridge} is a bridge of the host's own`,
    );
    expect(await refusalOf({ pci: [{ address }] })).toContain(
      'op.unsupported: this host has no way to give PCI devices',
    );
    await make({ pci: [{ address }], start: false });
    expect(await refusalOf({ name: OTHER, pci: [{ address }], start: false })).toBe(
      `op.conflict: the PCI device ${address} is one of hardware1`,
    );
    const nic = [{ network: address, kind: 'hostdev' }];
    expect(await refusalOf({ name: OTHER, nic, start: false })).toContain(
      `op.refused: the PCI device ${address} is no virtual function`,
    );
  });

  it('with the password of its screen in the reason', async () => {
    const secret = 'pw-12345';
    const refused = await refusalOf({ 'display-password': secret, kernel: '/none' });
    expect(refused).toMatch(/^op.failed: /);
    expect(refused).not.toContain(secret);
  });
});
