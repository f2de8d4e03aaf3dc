import { describe, expect, it } from 'vitest';
import { mib } from '../../../units.ts';
import { USUAL_NIC } from '../nic/nic-options.ts';
import { readDomainXml } from '../xml/domain-xml.ts';
import type { Abilities } from './abilities.ts';
import { readSpec } from './spec.ts';
import { type DomainPlan, writeDomainXml } from './write-domain.ts';
import type { Drive } from './write-drives.ts';

const UUID = '6695eb01-f6a4-8304-79aa-97f2502e193f';
const drive = (path: string, bus = 'virtio', isBlock = false): Drive => ({
  path,
  isBlock,
  format: isBlock ? 'raw' : 'qcow2',
  bus,
});

function written(more: Partial<DomainPlan> = {}, abilities: Partial<Abilities> = {}, spec = {}): string {
  return writeDomainXml({
    spec: readSpec({ name: 'web1', memory: mib(128), vcpus: 3, ...spec }),
    uuid: UUID,
    abilities: {
      type: 'kvm',
      arch: 'x86_64',
      machine: 'q35',
      firmware: 'bios',
      cpu: 'host-model',
      flags: [],
      emulator: '',
      ...abilities,
    },
    disks: [drive('/d/a.qcow2')],
    iso: undefined,
    seed: undefined,
    nics: [{ plug: { type: 'network', name: 'default' }, model: 'virtio', mac: '', options: USUAL_NIC }],
    kept: {},
    now: Date.UTC(2026, 10, 21, 8, 30),
    ...more,
  });
}
/** `vda 1`: names of the drives and where they are in the order of starting. */
const drives = (xml: string) =>
  [
    ...xml.matchAll(
      /<disk type="(\w+)" device="(\w+)">.*?<target dev="(\w+)" bus="(\w+)"\/>(?:<boot order="(\d)"\/>)?/g,
    ),
  ].map(([, type, device, name, bus, order]) => [type, device, name, bus, order].filter(Boolean).join(' '));

describe('the definition of a new domain', () => {
  it('F-110 F-111 is read again as it was meant', async () => {
    const xml = await readDomainXml(written({}, {}, { title: 'a & <b>', description: 'two\nlines' }));
    expect(xml).toMatchObject({
      title: 'a & <b>',
      description: 'two\nlines',
      memory: mib(128),
      cpus: 3,
      type: 'kvm',
      machine: 'q35',
      arch: 'x86_64',
      firmware: 'BIOS',
      cpuMode: 'host-model',
      disks: [{ target: 'vda', path: '/d/a.qcow2', format: 'qcow2' }],
      nics: [{ type: 'network', source: 'default', model: 'virtio', mac: '' }],
      hasSerial: true,
      hasAgent: true,
      isKcli: true,
    });
  });

  it('F-291 keeps what kcli keeps, in its words', () => {
    const kept = { owner: 'me', image: 'debian-13', plan: 'a<b', profile: '' };
    expect(written({ kept })).toContain(
      '<metadata><kvirt:info xmlns:kvirt="kvirt"><kvirt:creationdate>21-11-2026 08:30</kvirt:creationdate><kvirt:owner>me</kvirt:owner><kvirt:image>debian-13</kvirt:image><kvirt:plan>a&lt;b</kvirt:plan></kvirt:info></metadata>',
    );
  });

  it('names its drives by their buses, and starts from the first disk', () => {
    const disks = [drive('/a'), drive('/b', 'scsi'), drive('/c', 'sata', true), drive('/d')];
    expect(drives(written({ disks, seed: drive('/e', 'scsi') }))).toEqual([
      'file disk vda virtio 1',
      'file disk sda scsi',
      'block disk sdb sata',
      'file disk vdb virtio',
      'file cdrom sdc scsi',
    ]);
    const many = Array.from({ length: 28 }, () => drive('/x'));
    expect(drives(written({ disks: many })).slice(-2)).toEqual(['file disk vdaa virtio', 'file disk vdab virtio']);
  });

  it('starts from a medium when its disk has something on it already, else from what was installed', () => {
    const iso = drive('/cd.iso', 'sata');
    expect(drives(written({ iso }, {}, { iso: 'cd.iso' }))).toEqual([
      'file disk vda virtio 1',
      'file cdrom sda sata 2',
    ]);
    const both = { iso: 'cd.iso', image: 'x' };
    expect(drives(written({ iso }, {}, both))).toEqual(['file disk vda virtio 2', 'file cdrom sda sata 1']);
  });

  it('starts from the network first where that is asked for', () => {
    const xml = written({}, {}, { 'boot-network': true });
    expect(xml).toContain('<model type="virtio"/><boot order="1"/></interface>');
    expect(drives(xml)).toEqual(['file disk vda virtio 2']);
  });

  it.each<readonly [object, readonly string[], string]>([
    [{ iso: 'cd.iso', boot: 'cdrom' }, ['file disk vda virtio 2', 'file cdrom sda sata 1'], ''],
    [{ iso: 'cd.iso', image: 'x', boot: 'disk' }, ['file disk vda virtio 1', 'file cdrom sda sata 2'], ''],
    [{ iso: 'cd.iso', boot: 'network' }, ['file disk vda virtio 2', 'file cdrom sda sata 3'], '1'],
    [
      { iso: 'cd.iso', boot: 'network', 'boot-network': true },
      ['file disk vda virtio 2', 'file cdrom sda sata 3'],
      '1',
    ],
  ])('starts first from what %j says, and from the others in their order', (spec, order, nic) => {
    const xml = written({ iso: drive('/cd.iso', 'sata') }, {}, spec);
    expect(drives(xml)).toEqual(order);
    expect(/<boot order="(\d)"\/><\/interface>/.exec(xml)?.[1] ?? '').toBe(nic);
    expect(xml).not.toContain('drover');
  });

  it('F-046 F-065 notes what it starts from once it is installed', () => {
    const spec = { iso: 'cd.iso', boot: 'cdrom', 'next-boot': 'disk' };
    expect(written({}, {}, spec)).toContain('<drover:next xmlns:drover="urn:drover" boot="disk"/></metadata>');
  });

  it.each([
    [{ boot: 'cdrom' }, 'a new VM has no CD drive without a medium'],
    [{ 'next-boot': 'cdrom' }, 'a new VM has no CD drive without a medium'],
    [{ boot: 'disk', 'boot-network': true }, 'a new VM starts from the network first, or from what boot says'],
  ])('is not started from what it will not have: %j', (spec, message) => {
    expect(() => written({}, {}, spec)).toThrow(message);
  });

  it.each<readonly [Partial<Abilities>, string]>([
    [
      { firmware: 'uefi' },
      '<os firmware="efi"><type arch="x86_64" machine="q35">hvm</type><firmware><feature enabled="no" name="secure-boot"/><feature enabled="no" name="enrolled-keys"/></firmware></os>',
    ],
    [
      { firmware: 'uefi-secure' },
      '<feature enabled="yes" name="secure-boot"/><feature enabled="yes" name="enrolled-keys"/></firmware></os><features><acpi/><apic/><smm state="on"/></features>',
    ],
    [{ cpu: undefined }, '</features><clock'],
    [{ cpu: 'EPYC' }, '<cpu mode="custom" match="exact"><model fallback="forbid">EPYC</model></cpu>'],
    [{ arch: 'aarch64', machine: 'virt', firmware: 'uefi' }, '<features><acpi/></features>'],
    [{ arch: 's390x', machine: '', firmware: 'bios' }, '<os><type arch="s390x">hvm</type></os><features></features>'],
  ])('F-106 has %j, as its host can do it', (abilities, said) => expect(written({}, abilities)).toContain(said));

  it.each([
    [{ graphics: 'none' }, '<graphics', false],
    [{ graphics: 'spice' }, '<graphics type="spice" autoport="yes" listen="127.0.0.1"/>', true],
    [{ graphics: 'sdl', 'sdl-display': ':0' }, '<graphics type="sdl" display=":0"/><video>', true],
    [{ tpm: true }, '<tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm>', true],
    [{ rng: true }, '<rng model="virtio"><backend model="random">/dev/urandom</backend></rng>', true],
    [{}, '<rng', false],
    [{}, '<memballoon model="virtio"><stats period="5"/></memballoon>', true],
  ])('with %j has %s: %s', (spec, said, is) => expect(written({}, {}, spec).includes(said)).toBe(is));

  it('has ports for devices that are plugged in later, on machines with PCI Express', () => {
    const ports = (machine: string) => written({}, { machine }).split('pcie-root-port').length - 1;
    expect([ports('q35'), ports('pc-q35-7.2'), ports('virt'), ports('pc')]).toEqual([14, 14, 14, 0]);
  });
});
