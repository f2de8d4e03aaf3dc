import { describe, expect, it } from 'vitest';
import { bytes, mib } from '../../../units.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { type DeviceWords, DIR, disk, guestWithDevices, idOfDisk, volumeXml } from '../testkit/guest-with-devices.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';

const INTERNAL_ERROR = 1;
const ROOT = disk('/d/web1.qcow2');
const DATA = disk('/d/data.qcow2', 'vdb');
const BOTH = `${ROOT}${DATA}`;
const drive = (path: string, target = 'sda') => disk(path, target, '<readonly/>', 'cdrom');
const HOST = {
  pools: { fast: DIR },
  volumes: {
    fast: {
      'web1.qcow2': volumeXml('web1.qcow2'),
      'data.qcow2': volumeXml('data.qcow2'),
      'a.iso': volumeXml('a.iso', 'iso'),
      'b.iso': volumeXml('b.iso', 'iso'),
    },
  },
  saved: BOTH,
} satisfies DeviceWords;
const VDB = idOfDisk('vdb');

async function setUp(words: DeviceWords = {}) {
  const host = await guestWithDevices({ ...HOST, ...words });
  const { disks, signal, sent } = host;
  return {
    ...host,
    /** What was changed, and where. */
    order: () => sent.map((line) => line.replace(/ <.*/, '')),
    detach: (id = VDB) => disks.detach(id, signal),
    plan: (id = VDB) => disks.planDelete(id, signal),
    remove: (id = VDB) => disks.delete(id, signal),
    resize: (size: number, id = VDB) => disks.resize(id, bytes(size), signal),
    insert: (volume: string, id = idOfDisk('sda')) => disks.insert(id, volume, signal),
  };
}
const ON = { live: BOTH };

describe('detaching a disk', () => {
  it.each<readonly [string, DeviceWords, readonly string[]]>([
    ['is off', {}, ['detach saved']],
    ['runs', ON, ['detach live', 'detach saved']],
    ['runs without a saved definition', { live: BOTH, saved: undefined as never }, ['detach live']],
    ['runs with a disk that is not saved', { live: BOTH, saved: ROOT }, ['detach live']],
  ])('F-265 of a VM that %s', async (_what, words, order) => {
    const { detach, order: done, volumes, sent } = await setUp(words);
    expect(await detach()).toEqual({ warnings: [] });
    expect(done()).toEqual(order);
    expect(sent[0]).toContain('discard="unmap"');
    expect(volumes()).toContain('data.qcow2');
  });

  it('leaves what is saved as it is while the guest does not let go of it, and says so', async () => {
    const { detach, order } = await setUp({ ...ON, stubborn: true });
    await expect(detach()).rejects.toMatchObject({
      code: 'op.timeout',
      message: 'web1: the guest was asked for vdb and has not let go of it within 10 s; it stays saved as well',
      fix: expect.stringContaining('stop the VM first'),
    });
    expect(order()).toEqual(['detach live']);
  });

  it('waits for a guest of which libvirt says that it takes too long', async () => {
    const { detach, answer, devices } = await setUp(ON);
    let looks = 0;
    answer(procedures.domainByUuid, () => {
      if (++looks === 4) devices.live = [];
      return { name: 'web1', uuid: Buffer.alloc(16, 1), id: 3 };
    });
    answer(procedures.detachDevice, ({ flags }) => {
      if (flags === 1) throw libvirtNo(VIR_ERR.timeout, 'timed out');
    });
    expect(await detach()).toEqual({ warnings: [] });
  });

  it('passes on what libvirt says when the guest lets go of nothing after all', async () => {
    const { detach, answer } = await setUp(ON);
    answer(procedures.detachDevice, () => {
      throw libvirtNo(VIR_ERR.timeout, 'unplug timed out');
    });
    await expect(detach()).rejects.toMatchObject({
      code: 'op.timeout',
      message: expect.stringContaining('unplug timed out'),
    });
  });

  it('is done when the VM stops meanwhile', async () => {
    const { detach, answer, order } = await setUp({ ...ON, stubborn: true });
    let asked = 0;
    answer(procedures.domainByUuid, () => ({ name: 'web1', uuid: Buffer.alloc(16, 1), id: asked++ < 2 ? 3 : -1 }));
    await detach();
    expect(order()).toEqual(['detach live', 'detach saved']);
  });

  it('says what is half done when it can not be saved', async () => {
    const { detach, answer, devices } = await setUp(ON);
    answer(procedures.detachDevice, ({ flags }) => {
      if (flags !== 1) throw libvirtNo(INTERNAL_ERROR, 'No space left on device');
      devices.live = [];
    });
    await expect(detach()).rejects.toMatchObject({
      message: 'web1: No space left on device (the running guest is without vdb, but it is saved still)',
    });
  });

  it('leaves another disk that is saved under the same name, and warns', async () => {
    const { detach, order } = await setUp({ live: BOTH, saved: `${ROOT}${disk('/d/other', 'vdb')}` });
    expect(await detach()).toEqual({
      warnings: [{ feature: 'disk.detach', detail: 'the next start has another disk as vdb, /d/other' }],
    });
    expect(order()).toEqual(['detach live']);
  });

  it('is refused for a disk that is not there, and for a suspended VM', async () => {
    const { detach } = await setUp();
    await expect(detach(idOfDisk('vdx'))).rejects.toMatchObject({ code: 'disk.not-found' });
    const suspended = await setUp({ suspended: true });
    await expect(suspended.detach()).rejects.toMatchObject({ code: 'op.conflict' });
    expect(suspended.sent).toEqual([]);
  });
});

describe('deleting a disk', () => {
  it.each<readonly [string, DeviceWords, readonly string[]]>([
    ['is off', {}, ['detach saved', 'delete fast/data.qcow2']],
    ['runs', ON, ['detach live', 'detach saved', 'delete fast/data.qcow2']],
  ])('F-261 of a VM that %s: its volume goes last', async (_what, words, order) => {
    const { plan, remove, order: done, volumes } = await setUp(words);
    expect(await plan()).toEqual({ goes: ['/d/data.qcow2'], stays: [] });
    await remove();
    expect(done()).toEqual(order);
    expect(volumes()).not.toContain('data.qcow2');
  });

  it('leaves the image that it is layered on', async () => {
    const layered = volumeXml('data.qcow2', 'qcow2', '<backingStore><path>/d/web1.qcow2</path></backingStore>');
    const { plan } = await setUp({ volumes: { fast: { ...HOST.volumes.fast, 'data.qcow2': layered } }, saved: DATA });
    expect(await plan()).toEqual({ goes: ['/d/data.qcow2'], stays: ['/d/web1.qcow2 (base image of /d/data.qcow2)'] });
  });

  const withMore = (more: string, device = 'disk') => `${ROOT}${disk('/d/data.qcow2', 'vdb', more, device)}`;
  it.each<readonly [string, DeviceWords, string]>([
    ['another VM uses it', { others: { web2: DATA } }, '/d/data.qcow2 must stay: used by web2'],
    [
      'a snapshot of another needs it',
      { others: { web2: '' }, snapshots: { web2: DATA } },
      '/d/data.qcow2 must stay: needed by the snapshot monday of web2',
    ],
    [
      'a snapshot of its own VM needs it',
      { snapshots: { web1: DATA } },
      '/d/data.qcow2 must stay: needed by the snapshot monday of web1',
    ],
    [
      'another volume is layered on it',
      {
        volumes: {
          fast: {
            ...HOST.volumes.fast,
            'top.qcow2': volumeXml('top.qcow2', 'qcow2', '<backingStore><path>/d/data.qcow2</path></backingStore>'),
          },
        },
      },
      '/d/data.qcow2 must stay: top.qcow2 in pool fast is layered on it',
    ],
    ['it is read-only', { saved: withMore('<readonly/>') }, '/d/data.qcow2 must stay: read-only'],
    ['others may write to it', { saved: withMore('<shareable/>') }, '/d/data.qcow2 must stay: shareable'],
    ['it is a drive', { saved: withMore('', 'cdrom') }, 'vdb is a cdrom: only disks are deleted'],
    ['it is a device of the host', { saved: withMore('', 'lun') }, 'vdb is a lun: only disks are deleted'],
    [
      'it is in no storage',
      { saved: `${ROOT}${disk('/root/x.img', 'vdb')}` },
      '/root/x.img must stay: it is in no active storage pool',
    ],
    ['its file is gone', { saved: `${ROOT}${disk('/d/lost.img', 'vdb')}` }, '/d/lost.img must stay: is not there'],
    [
      'it is not known who uses it',
      { others: { web2: disk('/elsewhere/x.img') } },
      '/d/data.qcow2 must stay: /elsewhere/x.img, used by web2, is in no active storage pool and may be the same file',
    ],
  ])('is refused where %s, and stays attached', async (_what, words, refused) => {
    const { plan, remove, sent } = await setUp(words);
    expect(await plan()).toMatchObject({ refused });
    await expect(remove()).rejects.toMatchObject({ code: 'op.refused', message: refused });
    expect(sent).toEqual([]);
  });

  it('deletes nothing while the guest does not let go of it', async () => {
    const { remove, order } = await setUp({ ...ON, stubborn: true });
    await expect(remove()).rejects.toMatchObject({ code: 'op.timeout' });
    expect(order()).toEqual(['detach live']);
  });

  it('keeps the volume when what is saved has it still', async () => {
    const { remove, answer, order } = await setUp();
    answer(procedures.detachDevice, () => undefined);
    await expect(remove()).rejects.toMatchObject({
      code: 'op.conflict',
      message: 'vdb is off web1, and its volume is kept: /d/data.qcow2 must stay: used by web1',
    });
    expect(order()).not.toContain('delete fast/data.qcow2');
  });

  it('keeps the volume when another VM has come to use it meanwhile', async () => {
    const others: Record<string, string> = { web2: '' };
    const { remove, answer, order } = await setUp({ others });
    answer(procedures.detachDevice, () => {
      others['web2'] = DATA;
    });
    await expect(remove()).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining('used by web'),
    });
    expect(order()).toEqual([]);
  });

  it('says that it is detached when the volume can not be deleted', async () => {
    const { remove, answer } = await setUp();
    answer(procedures.deleteVolume, () => {
      throw libvirtNo(INTERNAL_ERROR, 'Read-only file system');
    });
    await expect(remove()).rejects.toMatchObject({
      code: 'op.failed',
      message: 'vdb is off web1, and its volume is kept: web1: Read-only file system',
    });
  });
});

describe('growing a disk', () => {
  it.each<readonly [string, DeviceWords, string]>([
    ['by QEMU while its VM runs', ON, `blockresize vdb ${mib(2)} 1`],
    ['by its storage while that is off', {}, `volresize data.qcow2 ${mib(2)}`],
  ])('is done %s', async (_what, words, done) => {
    const { resize, sent } = await setUp(words);
    await resize(mib(2));
    expect(sent).toEqual([done]);
  });

  it.each<readonly [string, DeviceWords, number, string]>([
    ['it would be cut off', ON, mib(1) - 1, 'op.refused'],
    ['it would be cut off while it is off', {}, mib(1) - 1, 'op.refused'],
    ['it is in no storage and off', { saved: `${ROOT}${disk('/root/x', 'vdb')}` }, mib(2), 'op.refused'],
    ['it is a drive', { saved: `${ROOT}${drive('/d/a.iso', 'vdb')}` }, mib(2), 'op.refused'],
    ['it is read-only', { saved: `${ROOT}${disk('/d/data.qcow2', 'vdb', '<readonly/>')}` }, mib(2), 'op.refused'],
    ['another VM runs with it', { others: { web2: DATA }, running: ['web2'] }, mib(2), 'op.conflict'],
    ['its VM is suspended', { suspended: true }, mib(2), 'op.conflict'],
  ])('is refused where %s', async (_what, words, size, code) => {
    const { resize, sent } = await setUp(words);
    await expect(resize(size)).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });

  it('sends nothing where it is as large already', async () => {
    const { resize, sent } = await setUp(ON);
    await resize(mib(1));
    expect(sent).toEqual([]);
  });

  it('names its snapshots when QEMU refuses', async () => {
    for (const snapshots of [{ web1: DATA }, {}]) {
      const { resize, answer } = await setUp({ ...ON, snapshots });
      answer(procedures.listSnapshots, ({ domain }) => ({
        snapshots: 'web1' in snapshots ? [{ name: 'monday', domain }] : [],
        count: 0,
      }));
      answer(procedures.blockResize, () => {
        throw libvirtNo(INTERNAL_ERROR, "Can't resize a v2 image which has snapshots");
      });
      await expect(resize(mib(2))).rejects.toMatchObject({
        code: 'op.failed',
        fix: 'web1' in snapshots ? expect.stringContaining('snapshots') : undefined,
      });
    }
  });
});

describe('a drive', () => {
  const on = (path: string) => ({ live: `${ROOT}${drive(path)}`, saved: `${ROOT}${drive(path)}` });
  it.each([
    ['/d/a.iso', '/d/a.iso'],
    ['b.iso', '/d/b.iso'],
    ['fast/b.iso', '/d/b.iso'],
  ])('F-369 takes the medium %s, at once and in what is saved', async (volume, path) => {
    const { insert, sent, order } = await setUp(on('/d/old.iso'));
    await insert(volume);
    expect(order()).toEqual(['update live', 'update saved']);
    for (const line of sent) {
      expect(line).toContain(`<source file="${path}"/>`);
      expect(line).toContain('type="raw" discard="unmap"');
      expect(line).toContain('<readonly/>');
      expect(line).not.toContain('old.iso');
    }
  });

  it('is emptied', async () => {
    const { insert, sent } = await setUp(on('/d/old.iso'));
    await insert('');
    expect(sent).toHaveLength(2);
    expect(sent.join()).not.toContain('<source');
  });

  it('is changed in what is saved alone while its VM is off', async () => {
    const { insert, order } = await setUp({ saved: drive('') });
    await insert('a.iso');
    expect(order()).toEqual(['update saved']);
  });

  it('saves nothing that the guest refuses, and says what to do', async () => {
    const { insert, answer, came } = await setUp(on('/d/old.iso'));
    answer(procedures.updateDevice, () => {
      throw libvirtNo(VIR_ERR.operationFailed, 'the tray is locked');
    });
    await expect(insert('')).rejects.toMatchObject({ fix: 'the guest may hold it: unmount it there first' });
    expect(came.filter((name) => name === 'DOMAIN_UPDATE_DEVICE_FLAGS')).toHaveLength(1);
  });

  it('is not blamed on a guest that is off', async () => {
    const { insert, answer } = await setUp({ saved: drive('/d/old.iso') });
    answer(procedures.updateDevice, () => {
      throw libvirtNo(VIR_ERR.operationFailed, 'no');
    });
    await expect(insert('')).rejects.toMatchObject({ code: 'op.failed', fix: undefined });
  });

  it('is no disk, and takes no medium that is not there', async () => {
    const { insert, sent } = await setUp(on(''));
    await expect(insert('a.iso', idOfDisk('vda'))).rejects.toMatchObject({ code: 'op.refused' });
    await expect(insert('none.iso')).rejects.toMatchObject({ code: 'volume.not-found' });
    await expect(insert('a.iso', idOfDisk('sdx'))).rejects.toMatchObject({ code: 'disk.not-found' });
    expect(sent).toEqual([]);
  });
});
