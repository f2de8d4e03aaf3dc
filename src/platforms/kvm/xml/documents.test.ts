import { describe, expect, it } from 'vitest';
import { endpointName, vmId } from '../../../ids.ts';
import { gib, kib, mib } from '../../../units.ts';
import { readAllDisks, readDomainXml } from './domain-xml.ts';
import { readKcliMetadata } from './metadata.ts';
import { folderOfPool } from './pool-xml.ts';
import { readSnapshotXml } from './snapshot-xml.ts';
import { readVolumeXml } from './volume-xml.ts';
import { writeSnapshotXml } from './write-snapshot-xml.ts';

describe('a domain', () => {
  it('has nothing that its document does not name', async () => {
    expect(await readDomainXml('<domain/>')).toEqual({
      title: undefined,
      description: undefined,
      memory: 0,
      maxMemory: 0,
      cpus: 1,
      maxCpus: 1,
      type: '',
      machine: undefined,
      arch: undefined,
      guestOs: '',
      firmware: 'BIOS',
      nvram: undefined,
      emulator: undefined,
      cpuMode: undefined,
      disks: [],
      nics: [],
      graphics: [],
      hardware: [],
      hasSerial: false,
      hasAgent: false,
      agentIsAway: true,
      configs: [],
      isKcli: false,
    });
  });

  it('has what its document names', async () => {
    const xml = await readDomainXml(`<domain type='kvm'><memory>1</memory>
      <os><type arch='aarch64' machine='virt'>hvm</type><loader>/fw.fd</loader></os><cpu mode='host-passthrough'/>
      <devices><emulator>/usr/bin/qemu</emulator><console type='pty'/>
        <channel><target name='com.redhat.spice.0'/></channel><channel><target name='org.qemu.guest_agent.0'/></channel>
        <graphics type='vnc' port='-1' listen='::'/><graphics type='spice'/><graphics type='vnc' port='5901'/>
        <graphics port='1' listen='::1'/>
        <interface type='bridge'><mac address='52:54:00:00:00:01'/><source bridge='br0'/><model type='virtio'/></interface>
        <interface type='direct'><source dev='eth0'/></interface><interface/>
        <disk/>
        <disk type='block' device='lun'><driver type='raw'/><source dev='/dev/sdb'/><target dev='sda' bus='scsi'/><backingStore/></disk>
        <disk><source pool='p'/></disk><disk><source protocol='nbd'/></disk>
      </devices></domain>`);
    expect(xml).toMatchObject({
      type: 'kvm',
      arch: 'aarch64',
      machine: 'virt',
      firmware: 'UEFI',
      cpuMode: 'host-passthrough',
      emulator: '/usr/bin/qemu',
      hasSerial: true,
      hasAgent: true,
      agentIsAway: false,
      graphics: ['vnc', 'spice', 'vnc :5901', ' ::1:1'],
      nics: [
        { mac: '52:54:00:00:00:01', type: 'bridge', source: 'br0', model: 'virtio' },
        { mac: '', type: 'direct', source: 'eth0', model: undefined },
        { mac: '', type: '', source: '', model: undefined },
      ],
    });
    const nothing = { path: undefined, volume: undefined, elsewhere: undefined, showsLayers: false, readOnly: false };
    expect(xml.disks).toEqual([
      { ...nothing, target: '', bus: '', device: 'disk', format: '', shareable: false },
      {
        ...nothing,
        target: 'sda',
        bus: 'scsi',
        device: 'lun',
        format: 'raw',
        path: '/dev/sdb',
        showsLayers: true,
        shareable: false,
      },
      {
        ...nothing,
        target: '',
        bus: '',
        device: 'disk',
        format: '',
        volume: { pool: 'p', name: '' },
        elsewhere: 'p/',
        shareable: false,
      },
      { ...nothing, target: '', bus: '', device: 'disk', format: '', elsewhere: 'nbd:', shareable: false },
    ]);
  });

  it.each([
    ["<memory unit='b'>7</memory>", 7],
    ["<memory unit='bytes'>7</memory>", 7],
    ['<memory>7</memory>', kib(7)],
    ["<memory unit='k'>7</memory>", kib(7)],
    ["<memory unit='KiB'>7</memory>", kib(7)],
    ["<memory unit='M'>7</memory>", mib(7)],
    ["<memory unit='MiB'>7</memory>", mib(7)],
    ["<memory unit='G'>7</memory>", gib(7)],
    ["<memory unit='gib'>7</memory>", gib(7)],
    ["<memory unit='parsecs'>7</memory>", kib(7)],
    ['<memory>0</memory>', 0],
  ])('has its memory in %s', async (memory, bytes) => {
    expect((await readDomainXml(`<domain>${memory}</domain>`)).maxMemory).toBe(bytes);
  });

  it.each(['-1', 'much', '1e30', '0.3'])('has no memory of %s KiB', async (count) => {
    await expect(readDomainXml(`<domain><memory>${count}</memory></domain>`)).rejects.toThrow(
      'its memory is no number',
    );
  });

  it('is one document of a host among others: disks, or why there are none', async () => {
    const domain = (path: string) => `<devices><disk><source file='${path}'/></disk></devices>`;
    const paths = async (xml: string, root: 'domain' | 'domainsnapshot') =>
      (await readAllDisks(xml, root)).disks.map(({ path }) => path);
    expect(await paths(`<domain>${domain('/a')}</domain>`, 'domain')).toEqual(['/a']);
    expect(
      await paths(
        `<domainsnapshot><disks><disk><source file='/s'/></disk></disks><domain>${domain('/a')}</domain>
         <inactiveDomain>${domain('/b')}</inactiveDomain><other>${domain('/c')}</other></domainsnapshot>`,
        'domainsnapshot',
      ),
    ).toEqual(['/s', '/a', '/b']);
    expect(await readAllDisks('<html/>', 'domain')).toEqual({ disks: [], nics: [], fault: '<html> is not a domain' });
  });

  it('may be four million characters long', async () => {
    const long = (length: number) => `<domain>${' '.repeat(length - 17)}</domain>`;
    expect((await readAllDisks(long(4 * 1024 ** 2), 'domain')).fault).toBeUndefined();
    expect((await readAllDisks(long(4 * 1024 ** 2 + 1), 'domain')).fault).toContain('longer than 4194304');
  });
});

describe('a pool', () => {
  it.each([
    ["<pool type='dir'><target><path>/d</path></target></pool>", '/d'],
    ["<pool type='fs'><target><path>/d//</path></target></pool>", '/d'],
    ["<pool type='netfs'><target><path>/</path></target></pool>", '/'],
    ["<pool type='vstorage'><target><path>/v</path></target></pool>", '/v'],
    ["<pool type='logical'><target><path>/dev/vg</path></target></pool>", undefined],
    ["<pool type='dir'><target><path></path></target></pool>", undefined],
    ['<pool><target><path>/d</path></target></pool>', undefined],
    ["<pool type='dir'/>", undefined],
    ['<pool', undefined],
    ["<volume type='dir'><target><path>/d</path></target></volume>", undefined],
  ])('%s has the folder %s', async (xml, folder) => expect(await folderOfPool(xml)).toBe(folder));
});

describe('a volume', () => {
  it('tells where it is, when it was changed, and what it is layered on', async () => {
    const times = '<timestamps><ctime>1700000000.9</ctime><mtime>1600000000.5</mtime></timestamps>';
    const xml = (target: string, more = '') =>
      `<volume>${more}<allocation>5</allocation><physical>6</physical><target><path>/d/a</path>${target}</target></volume>`;
    expect(
      await readVolumeXml(xml(times, "<backingStore><path>/d/b</path><format type='qcow2'/></backingStore>")),
    ).toEqual({
      path: '/d/a',
      type: undefined,
      format: undefined,
      size: undefined,
      used: 5,
      changed: 1_700_000_000,
      written: 1_600_000_000.5,
      print: '["1700000000.9","1600000000.5","5","6"]',
      backing: { path: '/d/b', format: 'qcow2' },
    });
    expect(await readVolumeXml(xml('', '<backingStore><path>/d/b</path></backingStore>'))).toMatchObject({
      path: '/d/a',
      changed: undefined,
      written: undefined,
      print: undefined,
      backing: { path: '/d/b', format: undefined },
    });
    expect(
      (await readVolumeXml(xml('', "<backingStore><format type='qcow2'/></backingStore>"))).backing,
    ).toBeUndefined();
    await expect(readVolumeXml('<volume><target/></volume>')).rejects.toThrow('a volume without a path');
    await expect(readVolumeXml('<pool/>')).rejects.toThrow('<pool> is not a volume');
  });
});

describe('a snapshot', () => {
  const VM = vmId(endpointName('host1'), 'web1');
  const read = (more: string) => readSnapshotXml(VM, `<domainsnapshot><name>s</name>${more}</domainsnapshot>`);
  it.each([
    ['', { memory: false, external: false }],
    ['<state>running</state>', { memory: true, external: false }],
    ['<state>paused</state>', { memory: true, external: false }],
    ['<state>shutoff</state>', { memory: false, external: false }],
    ["<state>running</state><memory snapshot='no'/>", { memory: false, external: false }],
    ["<memory snapshot='internal'/>", { memory: true, external: false }],
    ["<memory snapshot='external'/>", { memory: true, external: true }],
    ["<disks><disk snapshot='no'/><disk snapshot='external'/></disks>", { memory: false, external: true }],
    ["<disks><disk snapshot='internal'/></disks>", { memory: false, external: false }],
  ])('with %j is %j', async (more, what) => expect((await read(more)).snapshot).toMatchObject(what));

  it('tells its time, its parent and its words', async () => {
    const unknown = { id: `${VM}#s`, name: 's', parent: undefined, created: undefined, description: undefined };
    expect((await read('')).snapshot).toMatchObject(unknown);
    const empty = await read('<creationTime>soon</creationTime><parent/><description/>');
    expect(empty.snapshot).toMatchObject(unknown);
    const whole = await read(
      '<creationTime>12</creationTime><parent><name>p</name></parent><description>d</description>',
    );
    expect(whole.snapshot).toMatchObject({ created: 12_000, parent: `${VM}#p`, identity: '12', description: 'd' });
  });

  it('names the files that it is in, and the images that it was taken of', async () => {
    const disk = (target: string, file: string, more = '') =>
      `<disk><source file='${file}'/><target dev='${target}'/>${more}</disk>`;
    const xml = await read(`<memory snapshot='external' file='/d/mem'/>
      <disks><disk name='vda' snapshot='external'><source file='/d/a.s'/></disk>
        <disk name='vdb' snapshot='internal'/><disk name='vdc' snapshot='no'/><disk name='/d/d' snapshot='no'/>
        <disk name='vdf' snapshot='external'/></disks>
      <domain><devices>${disk('vda', '/d/a')}${disk('vdb', '/d/b')}${disk('vdc', '/d/c')}${disk('vdd', '/d/d')}
        ${disk('sda', '/d/iso', '<readonly/>')}<disk><target dev='sdb'/></disk></devices></domain>`);
    expect(xml).toMatchObject({ layers: ['/d/a.s'], images: ['/d/a', '/d/b'], memoryFile: '/d/mem' });
    expect(await read('')).toMatchObject({ layers: [], images: [], memoryFile: undefined });
  });

  it.each([
    ['plain', 'and so on'],
    ['</name><memory snapshot="no"/><name>', '</description><disks><disk name="vda" snapshot="no"/></disks>'],
    [`&amp; <![CDATA[x]]> "a" 'b'`, 'a\r\nb\tc ]]> &#13;'],
    [' ☕ ', ''],
  ])('is written so that %j is read again as it was', async (name, description) => {
    const xml = writeSnapshotXml(name, description);
    const { snapshot } = await readSnapshotXml(VM, xml);
    expect(snapshot).toMatchObject({ name, description: description || undefined, memory: false, external: false });
  });

  it('is written with carriage returns that a reader does not take for the end of a line', () => {
    expect(writeSnapshotXml('a', 'b\r\nc')).toContain('<description>b&#13;\nc</description>');
  });

  it('is written without a description where there is none', () => {
    expect(writeSnapshotXml('a', '')).toBe('<domainsnapshot><name>a</name></domainsnapshot>');
  });
});

it('reads everything that kcli writes down, and a date only where it is one', async () => {
  const keys = ['plan', 'profile', 'image', 'ip', 'owner', 'user', 'domain', 'kube', 'kubetype'];
  const info = (more: string) => `<info>${keys.map((key) => `<${key}> my-${key} </${key}>`).join('')}${more}</info>`;
  const all = Object.fromEntries(keys.map((key) => [key, `my-${key}`]));
  expect(await readKcliMetadata(info('<creationdate> 03-04-2021 05:06 </creationdate>'))).toEqual({
    ...all,
    creationdate: Date.UTC(2021, 3, 3, 5, 6),
  });
  for (const date of ['', '2021-04-03', '03-04-2021 5:06', '03-04-2021 05:06:07'])
    expect(await readKcliMetadata(info(`<creationdate>${date}</creationdate>`))).toEqual(all);
});
