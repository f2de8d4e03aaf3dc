import { describe, expect, it } from 'vitest';
import { gib, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import { procedures } from '../rpc/protocol.ts';
import { ABILITIES, image, makingHost } from '../testkit/making-host.ts';
import { ENDPOINT, type HostWords } from '../testkit/scripted-host.ts';
import { createMake } from './create.ts';

const IMAGE = 'debian-13.qcow2';
const disk = (source: string, more = '') =>
  `<disk type='file' device='disk'><source ${source}/><target dev='vda'/>${more}</disk>`;

const FOLDER = "<pool type='dir'><target><path>/d</path></target></pool>";
const DATA: HostWords = { volumes: { default: { data: image('raw', 9, '/d/data') }, vg: {} } };

async function refusalOf(spec: Settings, words: HostWords = {}, abilities = ABILITIES) {
  const { host, signal, sent, answer } = makingHost(words);
  answer(procedures.domainCapabilities, () => abilities);
  const none = { uuid: undefined, cpuModel: undefined, cpuVendor: undefined };
  const capabilities = { ...none, arch: 'x86_64', domainTypes: ['qemu', 'kvm'] };
  const make = createMake({ host, capabilities, touched: () => undefined });
  const error = await make(ENDPOINT, { name: 'web1', ...spec }, signal).then(
    () => expect.unreachable(),
    (refused: unknown) => refused as { readonly code: string; readonly message: string },
  );
  expect(sent).toEqual([]);
  return `${error.code}: ${error.message}`;
}

describe('a VM is refused before anything is made', () => {
  const HOSTS: readonly (readonly [Settings, string, HostWords?])[] = [
    [{}, 'op.conflict: a has a VM web1 already', { domains: { web1: '' } }],
    [{ image: 'none' }, 'image.not-found: no active storage has "none"'],
    [{ image: '/d/none' }, 'image.not-found'],
    [{ image: 'vg/debian-13.qcow2' }, 'image.not-found'],
    [{ iso: 'none.iso' }, 'image.not-found'],
    [{ image: 'cd.iso' }, 'op.refused: cd.iso is a medium, no image of a disk'],
    [
      { iso: 'web1.ISO' },
      'op.refused: the medium web1.ISO is called as the seed of web1 is',
      { volumes: { default: { 'web1.ISO': image('iso', 9, '/d/web1.ISO') } } },
    ],
    [
      { image: IMAGE, disk: [{ size: gib(2) }] },
      'op.refused: a disk of 2.0G is smaller than the image debian-13.qcow2, which has 3.0G',
    ],
    [{ disk: [{ storage: 'none' }] }, 'storage.not-found: the host has no storage "none"'],
    [{ disk: [{ storage: 'vg' }] }, 'op.conflict: the storage vg is not active', { inactive: ['vg'] }],
    [
      { disk: [{ storage: 'ceph' }] },
      'op.unsupported: drover makes no disks in a storage of type rbd: ceph',
      { pools: { ceph: "<pool type='rbd'/>" }, volumes: { ceph: {} } },
    ],
    [{}, 'storage.not-found: the host has no active storage', { pools: {} }],
    [
      {
        disk: [
          { storage: 'vg', size: gib(15) },
          { storage: 'vg', size: gib(6) },
        ],
      },
      'op.refused: vg has 20G left, and the disks need 21G',
    ],
    [{ nic: [{ network: 'none' }] }, 'network.not-found: the host has no network "none"'],
    [{ nic: [{ network: 'lan' }] }, 'op.conflict: the network lan is not active', { inactive: ['lan'] }],
    [
      { 'boot-network': true, nic: [] },
      'op.conflict: the network default is not active',
      {
        inactive: ['default'],
        pools: { p: "<pool type='dir'><target><path>/d</path></target></pool>" },
        volumes: { p: {} },
      },
    ],
    [
      {
        nic: [
          { network: 'lan', mac: '52:54:00:00:00:01' },
          { network: 'lan', mac: '52:54:00:00:00:01' },
        ],
      },
      'op.refused: two of its NICs have the same address',
    ],
    [
      { nic: [{ network: 'lan', mac: '52:54:00:00:00:0A' }] },
      'op.conflict: a NIC of db1 has the address 52:54:00:00:00:0a already',
      { domains: { db1: "<interface><mac address='52:54:00:00:00:0a'/></interface>" } },
    ],
    [
      { image: IMAGE },
      'op.conflict: debian-13.qcow2 is a disk of db1, which writes to it',
      { domains: { db1: disk("file='/d//debian-13.qcow2'") } },
    ],
    [
      { image: IMAGE },
      'op.conflict: debian-13.qcow2 is a disk of db1, which writes to it',
      { domains: { db1: disk("pool='default' volume='debian-13.qcow2'") } },
    ],
    [
      { image: IMAGE },
      "op.refused: the definition of db1 can't be read, and may use debian-13.qcow2",
      { domains: { db1: 'no XML' } },
    ],
    [
      { image: 'twice' },
      'op.conflict: twice is in default and in vg',
      { volumes: { default: { twice: image('raw', 1, '/d/twice') }, vg: { twice: image('raw', 1, '/dev/vg/twice') } } },
    ],
    [
      {},
      'op.conflict: the storage default has a volume web1_0.qcow2 already',
      { volumes: { default: { 'web1_0.qcow2': image('raw', 1, '/d/x') } } },
    ],
    [
      { keys: '', commands: 'x' },
      'op.conflict: the storage default has a volume web1.ISO already',
      { volumes: { default: { 'web1.ISO': image('raw', 1, '/d/x') } } },
    ],
    [
      { image: IMAGE, seed: 'ignition', disk: [{ storage: 'vg', size: gib(4) }] },
      'op.refused: an Ignition config is a file, and vg has none',
    ],
    [{ image: IMAGE, ips: 'dhcp\ndhcp' }, 'op.refused: there are addresses for 2 NICs, and the VM has 1'],
    [{ image: IMAGE, ips: '10.0.0.5/24', 'reserve-ip': true }, 'op.refused: default: it gives no addresses of its own'],
    ...['bridge', 'openvswitch', 'macvtap', 'user'].map((kind): readonly [Settings, string] => [
      { image: IMAGE, ips: '10.0.0.5/24', 'reserve-ip': true, nic: [{ kind, network: 'br0' }] },
      'op.refused: 10.0.0.5 is kept by a network of libvirt, and the first NIC is in none',
    ]),
    [
      { image: IMAGE, ips: '10.0.0.5/24', 'reserve-dns': true, nic: [{ network: 'br0' }] },
      'op.refused: 10.0.0.5 is kept by a network of libvirt, and the first NIC is in none',
    ],
    [{ disk: [{ volume: 'data' }, { volume: 'default/data' }] }, 'op.refused: two of its disks are /d/data', DATA],
    [{ disk: [{ name: 'x' }, { name: 'x' }] }, 'op.refused: two of its disks are /d/x'],
    [{ disk: [{ name: 'x' }, { name: 'x', storage: 'default' }] }, 'op.refused: two of its disks are /d/x'],
    [{ disk: [{}, { name: 'web1_0.qcow2' }] }, 'op.refused: two of its disks are /d/web1_0.qcow2'],
    [
      { disk: [{ name: 'x' }, { name: 'x', storage: 'again' }] },
      'op.refused: two of its disks are /d/x',
      { pools: { default: FOLDER, again: FOLDER }, volumes: { default: {}, again: {} } },
    ],
    [
      { image: IMAGE, disk: [{}, { volume: IMAGE }] },
      'op.refused: its disk /d/debian-13.qcow2 is its image or its medium too',
    ],
    [
      { disk: [{ image: IMAGE }, { volume: IMAGE }] },
      'op.refused: its disk /d/debian-13.qcow2 is its image or its medium too',
    ],
    ...['iso', 'extra-iso', 'floppy'].map((key): readonly [Settings, string] => [
      { [key]: 'cd.iso', disk: [{ volume: 'cd.iso' }] },
      'op.refused: its disk /d/cd.iso is its image or its medium too',
    ]),
    [{ disk: [{ name: 'web1.ISO' }] }, 'op.refused: the disk web1.ISO is called as the seed of web1 is'],
    [
      { disk: [{}, { name: 'web1.ign', storage: 'vg', size: gib(1) }] },
      'op.refused: the disk web1.ign is called as the seed of web1 is',
    ],
    [
      {
        disk: [
          { size: gib(11), thin: false },
          { size: gib(10), thin: false, storage: 'default' },
        ],
      },
      'op.refused: default has 20G left, and the disks need 21G',
    ],
    [{ 'user-data': 'hello' }, 'op.refused: the user data have no first line that cloud-init knows'],
    [{ 'user-data': '#cloud-config\na: b\nc: [' }, 'op.refused: the user data are no YAML: line 3: '],
  ];
  it.each(HOSTS.map(([spec, said, words = {}]) => ({ spec, said, words })))('$spec: $said', async (one) => {
    expect(await refusalOf(one.spec, one.words)).toContain(one.said);
  });

  it('not where another VM has the image as a template, which it only reads', async () => {
    const words = { domains: { db1: disk("file='/d/debian-13.qcow2'", '<readonly/>') } };
    const refusal = refusalOf({ image: IMAGE, nic: [{ network: 'none' }] }, words);
    expect(await refusal).toContain('network.not-found');
  });

  it.each<readonly [Settings, RegExp | undefined, string]>([
    [{ firmware: 'uefi' }, /<value>efi<\/value>/, 'no UEFI for such a machine'],
    [{ firmware: 'uefi-secure' }, /<value>yes<\/value>/, 'no UEFI with secure boot for such a machine'],
    [{ tpm: true }, /<value>emulator<\/value>/, 'no emulated TPM'],
    [{ rng: true }, /<value>random<\/value>/, 'no random numbers for guests'],
    [{ graphics: 'spice' }, /<value>spice<\/value>/, 'no spice screen'],
    [{ disk: [{ bus: 'scsi' }] }, /<value>scsi<\/value>/, 'no disk by scsi on a q35 machine'],
    [
      { cpu: 'host-passthrough' },
      /<mode name='host-passthrough' supported='yes'\/>/,
      'no CPU host-passthrough for a guest of type kvm',
    ],
    [{}, /<mode name='host-model' supported='yes'\/>/, 'no CPU host-model for a guest of type kvm'],
    [{ cpu: 'Z80' }, undefined, 'no CPU Z80 for a guest of type kvm'],
    [{ vcpus: 9 }, undefined, 'no more than 8 vCPUs for such a machine'],
  ])('what the host lacks, %j', async (spec, without, said) => {
    const abilities = without ? ABILITIES.replace(without, '') : ABILITIES;
    expect(await refusalOf(spec, {}, abilities)).toBe(`op.unsupported: this host has ${said}`);
  });

  it('an Ignition config on a machine that can not hand it over', async () => {
    const { host, signal, sent } = makingHost();
    const none = { uuid: undefined, cpuModel: undefined, cpuVendor: undefined };
    const capabilities = { ...none, arch: 's390x', domainTypes: ['qemu', 'kvm'] };
    const make = createMake({ host, capabilities, touched: () => undefined });
    await expect(make(ENDPOINT, { name: 'web1', image: IMAGE, seed: 'ignition' }, signal)).rejects.toThrow(
      "a guest on s390x can't be given an Ignition config: its machines have no fw_cfg",
    );
    expect(sent).toEqual([]);
  });

  it.each<readonly [Settings, string]>([
    [{ name: '../web1' }, '"../web1" is no name of a VM'],
    [{ name: '' }, '"" is no name of a VM'],
    [{ disk: [{ bus: 'fdc' }] }, 'a disk can\'t be attached by "fdc"'],
    [{ nic: [{ network: '' }] }, 'a NIC without a network'],
    [{ nic: [{ network: 'lan', mac: '53:54:00:00:00:01' }] }, '"53:54:00:00:00:01" is no address of a NIC'],
    [{ nic: [{ network: 'lan', mac: 'x' }] }, '"x" is no address of a NIC'],
    [{ firmware: 'coreboot' }, 'there is no firmware "coreboot"'],
    [{ title: 'a\nb' }, 'a title is one line'],
    [{ description: 'a\u0000' }, "has characters that libvirt can't keep"],
    [{ metadata: { 'a b': 'c' } }, '"a b" can\'t be a key of metadata'],
    [{ metadata: { plan: 'c' } }, 'plan has a setting of its own'],
    [{ 'cloud-init': false, keys: 'x' }, 'a user, keys, files or commands need cloud-init'],
    [{ 'user-data': '#!/bin/sh', password: 'x' }, 'user, keys, password, files and commands must be empty then'],
    [{ user: 'Root' }, '"Root" is no name of a user'],
    [{ seed: 'kickstart' }, 'there is no seed "kickstart"'],
    [{ 'cloud-init': false, 'root-login': true }, 'need cloud-init'],
    [{ metadata: { domain: 'c' } }, 'domain has a setting of its own'],
    [{ password: 'a\nb' }, 'a password is one line'],
    [{ keys: 'ssh-ed25519 AAAA' }, 'line 1 of the keys is no public SSH key'],
    [{ keys: '-----BEGIN OPENSSH PRIVATE KEY-----' }, 'line 1 of the keys is no public SSH key'],
    [{ memory: mib(64), virtualization: 'xen' }, 'there is no virtualization "xen"'],
  ])('%j: %s', async (spec, said) => {
    expect(await refusalOf(spec)).toContain(`op.refused: `);
    expect(await refusalOf(spec)).toContain(said);
  });
});
