/** Every value of a guest's configuration, in the forms that the published API has for it. */
import { expect, it } from 'vitest';
import { gib, mib } from '../../units.ts';
import { mayRecur, readGuestConfig } from './guest-config.ts';
import type { GuestKind } from './guests.ts';

const read = (row: object, kind: GuestKind = 'qemu') => readGuestConfig({ ...row }, kind, 101);
const disk = (device: string, text: unknown) => read({ [device]: text }).disks[0];

it('reads what is set for the guest as a whole', () => {
  const row = {
    digest: 'd1',
    lock: 'backup',
    protection: 1,
    onboot: 1,
    name: 'web1',
    hostname: 'dns1',
    memory: 'current=2048',
  };
  const config = read(row);
  expect(config).toMatchObject({ digest: 'd1', lock: 'backup', protected: true, autostart: true, name: 'web1' });
  expect(config.memory).toBe(mib(2048));
  expect(read(row, 'lxc').name).toBe('dns1');
  expect(read({})).toMatchObject({
    digest: undefined,
    lock: undefined,
    protected: false,
    autostart: false,
    name: undefined,
    notes: { text: '', pairs: {} },
    identity: '',
    serial: undefined,
    agent: false,
    createdAt: undefined,
    nics: [],
    more: [['Kind', 'virtual machine (QEMU)']],
  });
});

it('counts the sockets of virtual machines alone', () => {
  expect(read({ cores: 4, sockets: 2 })).toMatchObject({ cores: 4, sockets: 2 });
  expect(read({ cores: 4, sockets: 2 }, 'lxc')).toMatchObject({ cores: 4, sockets: 1 });
});

it.each([
  ['1', true],
  ['enabled=1', true],
  ['enabled=1,type=virtio', true],
  ['type=virtio,enabled=1', true],
  ['0', false],
  ['enabled=0', false],
  ['10', false],
])('has an agent by %s: %s', (agent, has) => expect(read({ agent }).agent).toBe(has));

it.each([
  [{ serial0: 'socket' }, 'serial0'],
  [{ serial0: '/dev/ttyS0', serial1: 'socket' }, 'serial1'],
  [{ serial0: '/dev/ttyS0' }, undefined],
  [{ serial10: 'socket' }, undefined],
])('takes the first serial port that is a socket for its console: %j', (row, port) => {
  expect(read(row).serial).toBe(port);
});

it.each<[string, object, GuestKind, string]>([
  ['creation and uuid', { meta: 'ctime=5', smbios1: 'uuid=u' }, 'qemu', 'ctime=5,uuid=u'],
  ['creation alone', { meta: 'creation-qemu=9,ctime=5', vmgenid: 'g' }, 'qemu', 'ctime=5'],
  ['its generation', { vmgenid: 'g' }, 'qemu', 'vmgenid=g'],
  ['nothing', {}, 'qemu', ''],
  [
    'volume and card',
    { rootfs: 'local:subvol-1,size=4G', net0: 'name=eth0,hwaddr=AA:BB' },
    'lxc',
    'rootfs=local:subvol-1,hwaddr=AA:BB',
  ],
  ['a volume that is called after its VMID', { rootfs: 'local:subvol-1,size=4G' }, 'lxc', 'rootfs=local:subvol-1'],
])('is distinguished from other guests by %s', (_what, row, kind, identity) => {
  expect(read(row, kind).identity).toBe(identity);
  expect(mayRecur(identity)).toBe(identity === '' || identity === 'rootfs=local:subvol-1');
});

it.each<[string, string, object | undefined]>([
  [
    'scsi0',
    'local:101/vm-101-disk-0.qcow2,size=2T',
    { format: 'qcow2', size: 2 * 1024 ** 4, owned: true, bus: 'scsi' },
  ],
  ['sata1', 'local:101/vm-101-disk-0.raw,size=3M', { format: 'raw', size: mib(3), bus: 'sata' }],
  ['virtio2', 'local:101/vm-101-disk-0.vmdk,size=4K', { format: 'vmdk', size: 4096, bus: 'virtio' }],
  [
    'ide3',
    'file=nfs:base-101-disk-0,size=5,ro=1',
    { path: 'nfs:base-101-disk-0', size: 5, readOnly: true, bus: 'ide' },
  ],
  ['mp4', 'volume=zfs:basevol-101-disk-0,size=1.5G', { path: 'zfs:basevol-101-disk-0', size: gib(1.5), owned: true }],
  ['tpmstate0', 'lvm:vm-101-disk-2,size=4M', { bus: undefined, storage: 'lvm', shareable: undefined, owned: true }],
  [
    'scsi1',
    'lvm:vm-101-disk-1,size=big,format=qcow2',
    { size: undefined, format: 'qcow2', readOnly: false, owned: true },
  ],
  ['scsi1', 'lvm:vm-101-disk-1,size=99999999999T', { size: undefined }],
  ['scsi1', 'lvm:vm-1010-disk-1', { owned: false, size: undefined }],
  ['scsi1', 'lvm:vm-101-disk-1,media=disk', { type: 'disk', readOnly: false, owned: true }],
  ['ide2', 'lvm:vm-101-cd,media=cdrom', { type: 'cdrom', readOnly: true, owned: false }],
  ['ide2', 'lvm:vm-101-cloudinit,media=cdrom', { type: 'cdrom', readOnly: true, owned: true }],
  ['ide2', 'none,media=cdrom', { type: 'cdrom', path: '', format: undefined, storage: undefined, owned: false }],
  ['ide2', 'media=cdrom', undefined],
  ['ide2', '', undefined],
  ['scsihw', 'virtio-scsi-single', undefined],
  ['efidisk1', 'lvm:vm-101-disk-1', undefined],
])('reads the disk %s: %s', (device, text, expected) => {
  if (expected) expect(disk(device, text)).toMatchObject({ device, ...expected });
  else expect(disk(device, text)).toBeUndefined();
});

it.each<[string, GuestKind, object]>([
  [
    'e1000=BC:24:11:2E:C5:4A,bridge=vmbr1',
    'qemu',
    { device: 'net3', mac: 'BC:24:11:2E:C5:4A', net: 'vmbr1', type: 'e1000' },
  ],
  ['virtio,bridge=vmbr1,tag=7', 'qemu', { device: 'net3', mac: '', net: 'vmbr1', vlan: 7, type: undefined }],
  ['virtio=BC:24:11:2E:C5:4A,tag=x', 'qemu', { device: 'net3', mac: 'BC:24:11:2E:C5:4A', net: '', type: 'virtio' }],
  ['hwaddr=BC:24:11:00:00:01,bridge=b', 'lxc', { device: 'net3', mac: 'BC:24:11:00:00:01', net: 'b', type: 'veth' }],
  [
    'name=eth7,type=phys,hwaddr=BC:24:11:00:00:01',
    'lxc',
    { device: 'eth7', mac: 'BC:24:11:00:00:01', net: '', type: 'phys' },
  ],
])('reads the card %s', (text, kind, nic) => {
  expect(read({ net3: text, nets: 'x', net: 'y' }, kind).nics).toEqual([nic]);
});

it.each([
  ['plan=shop,profile=small,image=debian 13 \n', { plan: 'shop', profile: 'small', image: 'debian 13' }],
  ['Web server\n  plan=shop\nplan of it: image=x', { plan: 'shop' }],
  ['floor plan=no', {}],
  [
    'plan=shop,user=ann,creationdate=28-11-2026 20:14,\nWeb, which is = a shop',
    { plan: 'shop', user: 'ann', creationdate: '28-11-2026 20:14' },
  ],
  ['Web\n  \nkvirt:plan: shop  \nkvirt:image: debian13', { plan: 'shop', image: 'debian13' }],
  ['kvirt:plan: old\nplan=new', { plan: 'new' }],
  ['plan=new\nkvirt:plan: old', { plan: 'new' }],
])('reads what kcli has written into %j', (description, kcli) =>
  expect(read({ description }).notes.pairs).toEqual(kcli),
);

it('tells what a user has written from what kcli has', () => {
  expect(read({ description: 'plan=shop,\na\n\nb' }).notes.text).toBe('a\n\nb');
  expect(read({ description: 'a\n\nb\n  \nkvirt:plan: shop\n' }).notes.text).toBe('a\n\nb');
});

it('tells people what only Proxmox VE has', () => {
  const row = {
    ostype: 'l26',
    machine: 'q35',
    bios: 'ovmf',
    cpu: 'host',
    scsihw: 'virtio-scsi-single',
    vga: 'qxl',
    boot: 'order=scsi0',
    hotplug: 'disk',
    agent: '1',
    features: 'nesting=1',
    startup: 'order=1',
    hookscript: 'local:snippets/x',
    protection: 1,
  };
  expect(read(row, 'lxc').more).toEqual([
    ['Kind', 'container (LXC)'],
    ['Guest', 'l26'],
    ['Machine', 'q35'],
    ['Firmware', 'ovmf'],
    ['CPU', 'host'],
    ['SCSI controller', 'virtio-scsi-single'],
    ['Display', 'qxl'],
    ['Boot order', 'order=scsi0'],
    ['Hotplug', 'disk'],
    ['Guest agent', '1'],
    ['Features', 'nesting=1'],
    ['Start order', 'order=1'],
    ['Hook script', 'local:snippets/x'],
    ['Protection', 'on: it can’t be deleted'],
  ]);
});
