import { describe, expect, it } from 'vitest';
import { mib } from '../../../units.ts';
import type { DiskSpec } from '../../contract.ts';
import type { HostFiles, Look } from '../host/host-files.ts';
import { procedures } from '../rpc/protocol.ts';
import { DIR, disk, guestWithDevices, idOfDisk, volumeXml, WEB1 } from '../testkit/guest-with-devices.ts';
import type { HostDevice } from './host-disks.ts';

const FILE: Look = { is: 'there', id: '8:1', isFile: true, changed: 1 };
const LOOKS: Readonly<Record<string, Look>> = {
  '/srv/old.img': FILE,
  '/srv/locked.img': { is: 'unknown', why: 'Permission denied' },
  '/dev/sdb': { is: 'there', id: 'block 8:10', isFile: false, changed: 1 },
  '/dev/disk/by-id/usb': { is: 'there', id: 'block 8:10', isFile: false, changed: 1 },
  '/dev/sdb1': { is: 'there', id: 'block 8:11', isFile: false, changed: 1 },
};
const FREE: HostDevice = { uses: [], kin: ['/dev/sdb1'] };
const NEW: DiskSpec = { volume: '', size: mib(64), storage: '', format: '', bus: '', shareable: false };
const EMPTY = { is: 'missing' } as const;

/** web1 with one disk, on a host whose login is called as the daemon is, unless `hostname` says otherwise. */
async function setUp({
  device = FREE,
  others = {},
  hostname = 'host1',
  drive = '',
}: {
  readonly device?: HostDevice;
  readonly others?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly drive?: string;
} = {}) {
  const files: HostFiles = {
    look: async (paths) => new Map(paths.map((path) => [path, LOOKS[path] ?? EMPTY])),
    links: async () => new Map(),
    backings: async () => new Map(),
    device: async () => device,
    makeFileSystem: async () => undefined,
    remove: async () => undefined,
    firstLine: async () => undefined,
    hostname: async () => hostname,
  };
  const host = await guestWithDevices({
    pools: { vg: "<pool type='logical'><target><path>/dev/vg</path></target></pool>", fast: DIR },
    volumes: { vg: {}, fast: {} },
    saved: `${disk('/dev/vg/web1')}${drive}`,
    others,
    files,
  });
  host.answer(procedures.hostname, () => 'host1.example.org');
  return {
    ...host,
    create: (volume: string, spec: Partial<DiskSpec> = {}) =>
      host.disks.create(WEB1, { ...NEW, volume, ...spec }, host.signal),
    insert: (volume: string) => host.disks.insert(idOfDisk('sda'), volume, host.signal),
  };
}

describe('what is in no storage', () => {
  it('F-079 F-081 F-082 is attached by its path: a device of the host, as raw', async () => {
    const { create, sent } = await setUp();
    expect(await create('/dev/disk/by-id/usb')).toEqual({ warnings: [], id: idOfDisk('vdb') });
    expect(sent).toEqual([
      'attach saved <disk type="block" device="disk"><driver name="qemu" type="raw"/><source dev="/dev/disk/by-id/usb"/><target dev="vdb" bus="virtio"/></disk>',
    ]);
  });

  it('F-081 is attached by its path: a file, whose format is said', async () => {
    const { create, sent } = await setUp();
    await create('/srv/old.img', { format: 'qcow2' });
    expect(sent[0]).toContain('<driver name="qemu" type="qcow2"/><source file="/srv/old.img"/>');
  });

  it('F-081 is put into a drive by its path, and read byte by byte', async () => {
    const drive = disk('', 'sda', '<readonly/>', 'cdrom');
    const { insert, sent } = await setUp({ drive });
    await insert('/srv/old.img');
    expect(sent[0]).toContain('<source file="/srv/old.img"/>');
    await expect(insert('/srv/none.iso')).rejects.toThrow('the host has no file or device /srv/none.iso');
    const elsewhere = await setUp({ drive, hostname: 'another' });
    await expect(elsewhere.insert('/srv/old.img')).rejects.toThrow("doesn't see the files of the daemon");
    expect(elsewhere.sent).toEqual([]);
  });

  const user = (path: string) => ({ others: { db: disk(path) } });
  it.each<readonly [string, string, Parameters<typeof setUp>[0], string]>([
    ['a file without a format', '/srv/old.img', {}, 'op.refused: /srv/old.img is in no storage, so that its format'],
    ['nothing', '/srv/none', {}, 'volume.not-found: the host has no file or device /srv/none'],
    ['what the login may not see', '/srv/locked.img', {}, "op.refused: /srv/locked.img can't be looked at: Permission"],
    [
      'a device that is mounted',
      '/dev/sdb',
      { device: { uses: ['/dev/sdb1 is mounted at /srv'], kin: [] } },
      'op.conflict: the host uses /dev/sdb itself: /dev/sdb1 is mounted at /srv',
    ],
    ['a device that a VM has by another name', '/dev/sdb', user('/dev/disk/by-id/usb'), "op.conflict: /dev/sdb can't"],
    [
      'a device of which a VM has a part',
      '/dev/sdb',
      user('/dev/sdb1'),
      "op.conflict: /dev/sdb can't be attached: /dev/sdb1 is used by db",
    ],
    ['the files of another machine', '/dev/sdb', { hostname: 'laptop' }, 'op.refused: /dev/sdb is in no storage, and'],
  ])('is not attached: %s', async (_what, path, words, said) => {
    const { create, sent } = await setUp(words);
    const error = await create(path).catch((refused: { code: string; message: string }) => refused);
    expect('code' in error ? `${error.code}: ${error.message}` : '').toContain(said);
    expect(sent).toEqual([]);
  });
});

it('a volume has a format of its own', async () => {
  const { disks, signal, sent } = await guestWithDevices({
    pools: { fast: DIR },
    volumes: { fast: { 'data.img': volumeXml('data.img', 'raw') } },
    saved: disk('/d/web1.qcow2'),
  });
  const create = (format: string) => disks.create(WEB1, { ...NEW, volume: '/d/data.img', format }, signal);
  await expect(create('qcow2')).rejects.toThrow('/d/data.img is raw, not qcow2');
  expect(sent).toEqual([]);
  await create('raw');
  expect(sent[0]).toContain('<source file="/d/data.img"/>');
});
