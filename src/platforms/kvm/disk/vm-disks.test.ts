import { describe, expect, it } from 'vitest';
import { gib, mib } from '../../../units.ts';
import type { Settings } from '../../contract.ts';
import { createMake } from '../make/create.ts';
import { readSpec } from '../make/spec.ts';
import { procedures } from '../rpc/protocol.ts';
import { ABILITIES, image, makingHost } from '../testkit/making-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT } from '../testkit/scripted-host.ts';

const BUSES = '<value>sata</value><value>usb</value><value>nvme</value><value>ide</value>';

function opened() {
  const made = makingHost({
    volumes: {
      default: {
        'debian-13.qcow2': image('qcow2', 3072, '/d/debian-13.qcow2'),
        'shared.raw': image('raw', 64, '/d/shared.raw'),
      },
      vg: {},
    },
    domains: { db1: "<disk type='file' device='disk'><source file='/d/used.raw'/><target dev='vda'/></disk>" },
  });
  made.answer(procedures.domainCapabilities, () => ABILITIES.replace('<value>sata</value>', BUSES));
  made.answer(procedures.hasManagedSave, () => false);
  const none = { uuid: undefined, cpuModel: undefined, cpuVendor: undefined };
  const capabilities = { ...none, arch: 'x86_64', domainTypes: ['qemu', 'kvm'] };
  const make = createMake({ host: made.host, capabilities, touched: () => undefined });
  return { ...made, make: (spec: Settings) => make(ENDPOINT, { name: 'web1', ...spec }, made.signal) };
}
/** The disks of the definition, one text each. */
const disksIn = (xml: string): readonly string[] => [...xml.matchAll(/<disk .*?<\/disk>/g)].map(([text]) => text);

describe('a disk of a new VM', () => {
  it('F-266 is on a volume as it was asked for', async () => {
    const { make, sent, defined } = opened();
    await make({
      start: false,
      disk: [
        { size: gib(1), cache: 'none', io: 'native', discard: 'ignore', serial: 'A.1', format: 'raw', name: 'own.img' },
        { size: gib(1), bus: 'scsi', wwn: '0x5000C500A0B1C2D3', thin: false },
        { size: gib(4), image: 'debian-13.qcow2', bus: 'nvme' },
        { size: gib(1), bus: 'nvme' },
        { size: gib(1), bus: 'ide' },
        { size: gib(1), bus: 'usb', shareable: true, format: 'raw' },
      ],
    });
    const size = `<capacity unit="bytes">${gib(1)}</capacity>`;
    expect(sent.slice(0, 3)).toEqual([
      `STORAGE_VOL_CREATE_XML default <volume><name>own.img</name>${size}<allocation>0</allocation><target><format type="raw"/></target></volume>`,
      `STORAGE_VOL_CREATE_XML default <volume><name>web1_1.raw</name>${size}<target><format type="raw"/></target></volume>`,
      expect.stringContaining('<backingStore><path>/d/debian-13.qcow2</path><format type="qcow2"/></backingStore>'),
    ]);
    expect(disksIn(defined())).toEqual([
      '<disk type="file" device="disk"><driver name="qemu" type="raw" cache="none" io="native" discard="ignore"/><source file="/d/own.img"/><target dev="vda" bus="virtio"/><boot order="1"/><serial>A.1</serial></disk>',
      '<disk type="file" device="disk"><driver name="qemu" type="raw" discard="unmap"/><source file="/d/web1_1.raw"/><target dev="sda" bus="scsi"/><wwn>5000c500a0b1c2d3</wwn></disk>',
      '<disk type="file" device="disk"><driver name="qemu" type="qcow2" discard="unmap"/><source file="/d/web1_2.qcow2"/><target dev="nvme0n1" bus="nvme"/></disk>',
      '<disk type="file" device="disk"><driver name="qemu" type="qcow2" discard="unmap"/><source file="/d/web1_3.qcow2"/><target dev="nvme1n1" bus="nvme"/></disk>',
      '<disk type="file" device="disk"><driver name="qemu" type="qcow2" discard="unmap"/><source file="/d/web1_4.qcow2"/><target dev="hda" bus="ide"/></disk>',
      '<disk type="file" device="disk"><driver name="qemu" type="raw" cache="none" discard="unmap"/><source file="/d/web1_5.raw"/><target dev="sdb" bus="usb"/><shareable/></disk>',
    ]);
  });

  it('F-266 is a raw copy of its image, which grows, and goes again when that fails', async () => {
    const spec = {
      image: 'debian-13.qcow2',
      'cloud-init': false,
      start: false,
      disk: [{ size: gib(4), format: 'raw' }],
    };
    const whole = opened();
    whole.answer(procedures.resizeVolume, ({ volume, capacity }) => {
      (whole.sent as string[]).push(`grow ${volume.name} ${capacity}`);
    });
    await whole.make(spec);
    expect(whole.sent.slice(0, 2)).toEqual([
      `STORAGE_VOL_CREATE_XML_FROM default <volume><name>web1_0.raw</name><capacity unit="bytes">${gib(4)}</capacity><allocation>0</allocation><target><format type="raw"/></target></volume> from default/debian-13.qcow2`,
      `grow web1_0.raw ${gib(4)}`,
    ]);
    const broken = opened();
    broken.answer(procedures.resizeVolume, () => {
      throw libvirtNo(38, 'No space left on device');
    });
    await expect(broken.make(spec)).rejects.toMatchObject({
      code: 'op.failed',
      message: expect.stringContaining('No space'),
    });
    expect([...broken.left]).toEqual([]);
  });

  it('F-266 is on a volume that is there, which is neither made nor taken back', async () => {
    const { make, sent, defined, fail } = opened();
    await make({ start: false, disk: [{ volume: 'shared.raw', shareable: true }] });
    expect(sent).toEqual(['DOMAIN_DEFINE_XML_FLAGS ']);
    expect(disksIn(defined())).toEqual([
      '<disk type="file" device="disk"><driver name="qemu" type="raw" cache="none" discard="unmap"/><source file="/d/shared.raw"/><target dev="vda" bus="virtio"/><boot order="1"/><shareable/></disk>',
    ]);
    fail(procedures.create as never, libvirtNo(1, 'no'));
    await expect(make({ disk: [{ volume: 'default/shared.raw' }] })).rejects.toMatchObject({ code: 'op.failed' });
    expect(sent.filter((line) => line.startsWith('STORAGE_VOL'))).toEqual([]);
  });

  it('F-080 is VMDK where that is asked for, but no layer on an image', async () => {
    const { make, sent, defined } = opened();
    await make({ start: false, disk: [{ size: mib(8), format: 'vmdk' }] });
    expect(sent[0]).toContain('<name>web1_0.vmdk</name>');
    expect(sent[0]).toContain('<target><format type="vmdk"/></target>');
    expect(disksIn(defined())[0]).toContain('<driver name="qemu" type="vmdk" discard="unmap"/>');
    const layer = make({ image: 'debian-13.qcow2', disk: [{ format: 'vmdk' }] });
    await expect(layer).rejects.toThrow('a layer on an image is qcow2, and a copy of one raw');
  });

  it('has a second medium and a floppy beside it', async () => {
    const { make, defined, answer } = opened();
    answer(procedures.volumeByPath, ({ path }) => ({ pool: 'default', name: 'shared.raw', key: path }));
    await make({ start: false, 'extra-iso': '/d/shared.raw', floppy: 'shared.raw' });
    expect(disksIn(defined()).slice(1)).toEqual([
      '<disk type="file" device="cdrom"><driver name="qemu" type="raw"/><source file="/d/shared.raw"/><target dev="sda" bus="sata"/><readonly/></disk>',
      '<disk type="file" device="floppy"><driver name="qemu" type="raw"/><source file="/d/shared.raw"/><target dev="fda" bus="fdc"/><readonly/></disk>',
    ]);
  });

  it.each<readonly [Settings, string]>([
    [{ cache: 'warm' }, 'there is no cache of disks "warm"'],
    [{ io: 'fast' }, 'there is no I/O of disks "fast"'],
    [{ discard: 'maybe' }, 'there is no discard "maybe"'],
    [{ io: 'native' }, 'native I/O goes past the cache of the host'],
    [{ io: 'native', cache: 'writeback' }, 'native I/O goes past the cache of the host'],
    [{ shareable: true, format: 'raw', cache: 'unsafe' }, 'would not see what is in the cache unsafe'],
    [{ shareable: true }, 'VMs can share a raw disk alone'],
    [{ serial: 'a"b' }, 'a serial number on virtio has up to 20 letters'],
    [{ serial: 'a'.repeat(21) }, 'a serial number on virtio has up to 20 letters'],
    [{ serial: 'a'.repeat(37), bus: 'scsi' }, 'a serial number on scsi has up to 36 letters'],
    [{ wwn: '5000', bus: 'scsi' }, 'a world wide name has 16 digits of hex'],
    [{ wwn: '5000c500a0b1c2d3' }, 'disks on virtio have no world wide name'],
    [{ format: 'vhdx' }, 'there is no format of disks "vhdx"'],
    [{ thin: false, format: 'qcow2' }, 'a disk that has all of its room at once is raw'],
    [{ thin: false, format: 'vmdk' }, 'a disk that has all of its room at once is raw'],
    [{ image: 'a', volume: 'b' }, 'b is a volume that is there, and is not made of an image'],
    [{ volume: 'b', name: 'c' }, 'b is there, with a name of its own'],
    [{ 'file-system': 'ntfs' }, 'there is no file system "ntfs"'],
    [{ 'file-system': 'ext4', volume: 'b' }, 'a file system is made on a new, empty disk alone, and b is there'],
    [{ 'file-system': 'ext4', image: 'a' }, 'a file system is made on a new, empty disk alone, and a is there'],
    [{ 'file-system': 'ext4', format: 'qcow2' }, 'a file system is made on a raw disk alone'],
    [{ name: '../c' }, '"../c" is no name of a volume'],
  ])('is refused with %j: %s', (row, said) => {
    expect(() => readSpec({ name: 'web1', disk: [{ size: mib(8), ...row }] })).toThrow(
      expect.objectContaining({ code: 'op.refused', message: expect.stringContaining(said) }),
    );
  });

  it('is made of one image alone', () => {
    const spec = { name: 'web1', image: 'a', disk: [{ image: 'b' }] };
    expect(() => readSpec(spec)).toThrow('the first disk is made of the image of the VM');
  });
});
