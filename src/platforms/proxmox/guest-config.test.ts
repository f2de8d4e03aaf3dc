import { describe, expect, it } from 'vitest';
import { gib, mib } from '../../units.ts';
import { addressesIn } from './addresses.ts';
import { readGuestConfig } from './guest-config.ts';

/** In the forms of the published API (GET /nodes/{node}/qemu/{vmid}/config). */
const QEMU = {
  digest: 'b3a6a1e1b1d7fa5a27ed3d5e6b1e2ac8b3f4f5d6',
  name: 'web1',
  memory: '2048',
  cores: 2,
  sockets: 2,
  onboot: 1,
  agent: 'enabled=1,fstrim_cloned_disks=1',
  description: 'image=debian13,plan=shop,profile=small\n',
  meta: 'creation-qemu=9.2.0,ctime=1700000000',
  scsi0: 'local-lvm:vm-101-disk-0,iothread=1,size=32G',
  scsi10: 'tank:101/vm-101-disk-3.qcow2,size=1T',
  scsi2: '/dev/disk/by-id/ata-x,size=1000204886016',
  scsihw: 'virtio-scsi-single',
  ide2: 'local:iso/debian-13.iso,media=cdrom,size=600M',
  ide0: 'none,media=cdrom',
  ide3: 'local-lvm:vm-101-cloudinit,media=cdrom,size=4M',
  efidisk0: 'local-lvm:vm-101-disk-1,efitype=4m,size=4M',
  unused0: 'local-lvm:vm-101-disk-7',
  sata0: 'local-lvm:vm-999-disk-0,size=1G',
  net0: 'virtio=BC:24:11:2E:C5:4A,bridge=vmbr0,firewall=1,tag=10',
  serial0: 'socket',
};

describe('the configuration of a virtual machine', () => {
  const config = readGuestConfig(QEMU, 'qemu', 101);

  it('has an identity that a rename, more memory and a rollback leave alone', () => {
    const smbios1 = 'uuid=2a5f7f6e-0000-4000-8000-000000000101,serial=x';
    const identity = (more: object) => readGuestConfig({ ...QEMU, smbios1, ...more }, 'qemu', 101).identity;
    const before = identity({ vmgenid: 'a' });
    expect(before).toBe('ctime=1700000000,uuid=2a5f7f6e-0000-4000-8000-000000000101');
    expect(identity({ name: 'web2', memory: '4096', vmgenid: 'b' })).toBe(before);
    expect(identity({ meta: 'creation-qemu=9.2.0,ctime=1700000001' })).not.toBe(before);
    expect(identity({ smbios1: 'uuid=2a5f7f6e-0000-4000-8000-000000000102' })).not.toBe(before);
    expect(readGuestConfig({ vmgenid: 'a' }, 'qemu', 101).identity).toBe('vmgenid=a');
  });

  it('is read at once whatever was written into its notes', () => {
    const description = `${'\n'.repeat(500_000)}plan=shop`;
    expect(readGuestConfig({ description }, 'qemu', 101).notes.pairs).toEqual({ plan: 'shop' });
  });

  it('has its size, and what kcli has written', () => {
    expect(config).toMatchObject({
      memory: mib(2048),
      cores: 2,
      sockets: 2,
      autostart: true,
      agent: true,
      serial: 'serial0',
      createdAt: 1_700_000_000_000,
      notes: { text: '', pairs: { plan: 'shop', profile: 'small', image: 'debian13' } },
    });
  });

  it('tells its own disks from what is only in its drives', () => {
    expect(config.disks.map(({ device, path, owned }) => [device, path, owned])).toEqual([
      ['efidisk0', 'local-lvm:vm-101-disk-1', true],
      ['ide0', '', false],
      ['ide2', 'local:iso/debian-13.iso', false],
      ['ide3', 'local-lvm:vm-101-cloudinit', true],
      ['sata0', 'local-lvm:vm-999-disk-0', false],
      ['scsi0', 'local-lvm:vm-101-disk-0', true],
      ['scsi2', '/dev/disk/by-id/ata-x', false],
      ['scsi10', 'tank:101/vm-101-disk-3.qcow2', true],
      ['unused0', 'local-lvm:vm-101-disk-7', true],
    ]);
    expect(config.disks.find(({ device }) => device === 'scsi0')).toMatchObject({
      size: gib(32),
      type: 'disk',
      format: 'raw',
      bus: 'scsi',
      storage: 'local-lvm',
    });
    expect(config.disks.find(({ device }) => device === 'scsi10')).toMatchObject({ format: 'qcow2', readOnly: false });
    expect(config.disks.find(({ device }) => device === 'ide2')).toMatchObject({ type: 'cdrom', readOnly: true });
  });

  it('has its network cards', () => {
    expect(config.nics).toEqual([{ device: 'net0', mac: 'BC:24:11:2E:C5:4A', net: 'vmbr0', vlan: 10, type: 'virtio' }]);
  });

  it('may be empty', () => {
    expect(readGuestConfig({}, 'qemu', 101)).toMatchObject({
      memory: mib(512),
      cores: 1,
      sockets: 1,
      disks: [],
      notes: { text: '', pairs: {} },
    });
  });
});

it('reads the configuration of a container', () => {
  const config = readGuestConfig(
    {
      hostname: 'dns1',
      memory: 256,
      rootfs: 'local-lvm:subvol-102-disk-0,size=4G',
      mp0: 'tank:subvol-102-disk-1,mp=/srv,size=8G',
      net0: 'name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,ip=dhcp,type=veth',
    },
    'lxc',
    102,
  );
  expect(config.disks.map(({ device, owned }) => [device, owned])).toEqual([
    ['mp0', true],
    ['rootfs', true],
  ]);
  expect(config.nics).toEqual([{ device: 'eth0', mac: 'BC:24:11:00:00:01', net: 'vmbr0', type: 'veth' }]);
});

it.each([
  [
    'the agent of a virtual machine',
    {
      result: [
        { name: 'lo', 'ip-addresses': [{ 'ip-address': '127.0.0.1' }, { 'ip-address': '::1' }] },
        {
          name: 'eth0',
          'ip-addresses': [{ 'ip-address': 'fe80::1' }, { 'ip-address': '2001:db8::5' }, { 'ip-address': '10.0.0.5' }],
        },
      ],
    },
    ['10.0.0.5', '2001:db8::5'],
  ],
  [
    'the node of a container',
    [{ name: 'eth0', hwaddr: 'bc:24', inet: '10.0.0.6/24', inet6: 'fe80::2/64' }],
    ['10.0.0.6'],
  ],
  ['a liar', { result: [{ 'ip-addresses': [{ 'ip-address': '\u001b[31m' }, { 'ip-address': 7 }] }] }, []],
  ['no answer', null, []],
  [
    'a node, which leads nowhere from outside',
    [{ inet: '169.254.1.1/16' }, { inet: '0.0.0.0/0' }, { inet: '10.127.0.1/8' }, { inet6: '::1/128' }, { inet: 'x' }],
    ['10.127.0.1'],
  ],
  ['a node, twice', [{ inet: '10.0.0.6/24', 'ip-addresses': [{ 'ip-address': '10.0.0.6' }] }], ['10.0.0.6']],
  [
    'a node, in its order',
    [{ inet6: 'fd00::2' }, { inet: '10.0.0.9' }, { inet: '10.0.0.8' }, { inet6: 'fd00::1' }],
    ['10.0.0.9', '10.0.0.8', 'fd00::2', 'fd00::1'],
  ],
  ['something else below its answer', { result: { other: [{ inet: '10.0.0.6' }] } }, []],
])('takes addresses from %s', (_who, answer, addresses) => expect(addressesIn(answer)).toEqual(addresses));
