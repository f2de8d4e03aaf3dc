import { describe, expect, it } from 'vitest';
import { storageId, volumeId } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type { StorageSpec, VolumeSpec } from '../../contract.ts';
import { VIR_ERR } from '../rpc/errors.ts';
import { procedures } from '../rpc/protocol.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { ENDPOINT, type HostWords, hostOfLists, uuidOf } from '../testkit/scripted-host.ts';
import { createStorageOps } from './storage-ops.ts';
import { createVolumeOps } from './volume-ops.ts';

const ID = storageId(ENDPOINT, uuidOf(1));
const POOL = "<pool type='dir'><target><path>/d</path></target></pool>";
const volume = (name: string, more = '') =>
  `<volume type='file'><capacity>64</capacity><target><path>/d/${name}</path><format type='qcow2'/></target>${more}</volume>`;
const layerOn = (base: string) => `<backingStore><path>/d/${base}</path><format type='qcow2'/></backingStore>`;
const disk = (path: string) => `<disk><driver type='qcow2'/><source file='${path}'/><target dev='vda'/></disk>`;

function opened(words: HostWords = {}) {
  const scripted = hostOfLists({
    pools: { vms: POOL },
    volumes: { vms: { a: volume('a'), b: volume('b') } },
    ...words,
  });
  return { ...scripted, storages: createStorageOps(scripted.host), volumes: createVolumeOps(scripted.host) };
}

describe('a storage that is made', () => {
  const make = (spec: Partial<StorageSpec>, words: HostWords = {}) => {
    const all = opened(words);
    return {
      ...all,
      done: () => all.storages.create(ENDPOINT, { name: 'new', type: 'dir', path: '/srv/new', ...spec }, all.signal),
    };
  };
  it('of a directory is defined, built, started with its host, and started', async () => {
    const { done, sent } = make({ path: '/srv/a&b' });
    expect(await done()).toEqual({ warnings: [], id: storageId(ENDPOINT, uuidOf(99)) });
    expect(sent).toEqual([
      'STORAGE_POOL_DEFINE_XML <pool type="dir"><name>new</name><target><path>/srv/a&amp;b</path></target></pool>',
      'STORAGE_POOL_BUILD new',
      'STORAGE_POOL_SET_AUTOSTART new',
      'STORAGE_POOL_CREATE new',
    ]);
  });
  const VG = '<name>vg0</name><format type="lvm2"/>';
  it.each<readonly [Partial<StorageSpec>, string, string]>([
    [{ type: 'lvm', path: 'vg0' }, 'logical', `<source>${VG}</source><target><path>/dev/vg0</path></target>`],
    [{ type: 'lvm', path: '/dev/vg0/' }, 'logical', `<source>${VG}</source><target><path>/dev/vg0</path></target>`],
    [
      { type: 'lvm', path: 'vg0', thinPool: 'thin' },
      'logical',
      `<source>${VG}<product name="thin"/></source><target><path>/dev/vg0</path></target>`,
    ],
    [{ type: 'zfs', path: 'tank/vms' }, 'zfs', '<source><name>tank/vms</name></source>'],
    [
      { type: 'iscsi', path: '', hosts: ['[fd00::5]:3260'], source: 'iqn.a:b', login: { user: 'u', secret: 'chap' } },
      'iscsi',
      '<source><host name="fd00::5" port="3260"/><device path="iqn.a:b"/><auth type="chap" username="u"><secret usage="chap"/></auth></source><target><path>/dev/disk/by-path</path></target>',
    ],
    [
      { type: 'rbd', path: '', hosts: ['m1', 'm2:6789'], source: 'vms', login: { user: 'u', secret: uuidOf(7) } },
      'rbd',
      `<source><host name="m1"/><host name="m2" port="6789"/><name>vms</name><auth type="ceph" username="u"><secret uuid="${uuidOf(7)}"/></auth></source>`,
    ],
  ])('F-256 with %j takes what is there, and builds nothing', async (spec, written, inside) => {
    const { done, sent, answer } = make(spec);
    answer(procedures.secretByUuid, ({ uuid }) => ({ uuid, usageType: 2, usageId: '' }));
    answer(procedures.secretByUsage, (usage) => ({ uuid: Buffer.alloc(16), ...usage }));
    await done();
    expect(sent).toEqual([
      `STORAGE_POOL_DEFINE_XML <pool type="${written}"><name>new</name>${inside}</pool>`,
      'STORAGE_POOL_SET_AUTOSTART new',
      'STORAGE_POOL_CREATE new',
    ]);
  });
  it.each<readonly [Partial<StorageSpec>, string]>([
    [{ type: 'fs', source: '/dev/sdb1' }, '<device path="/dev/sdb1"/><format type="auto"/>'],
    [
      { type: 'netfs', hosts: ['nas'], source: '/export', format: 'nfs' },
      '<host name="nas"/><dir path="/export"/><format type="nfs"/>',
    ],
  ])('F-256 with %j is mounted at a directory that libvirt makes; nothing is formatted', async (spec, source) => {
    const { done, sent } = make(spec);
    await done();
    expect(sent.slice(0, 2)).toEqual([
      `STORAGE_POOL_DEFINE_XML <pool type="${spec.type}"><name>new</name><source>${source}</source><target><path>/srv/new</path></target></pool>`,
      'STORAGE_POOL_BUILD new',
    ]);
  });
  it.each(['/d', '/d/', '//d/./', '/x/../d', '/'])('is refused where it would hide another one: %s', async (path) => {
    for (const spec of [
      { type: 'fs', source: '/dev/sdb1' },
      { type: 'netfs', hosts: ['nas'], source: '/export' },
    ]) {
      const { done, sent } = make({ ...spec, path });
      await expect(done()).rejects.toMatchObject({
        code: 'op.refused',
        message: `new: mounted at ${path} it would hide what is in /d, the storage vms`,
      });
      expect(sent).toEqual([]);
    }
  });
  it.each(['/d/new', '/data'])('is mounted in or beside another one: %s', async (path) => {
    await expect(make({ type: 'fs', source: '/dev/sdb1', path }).done()).resolves.toMatchObject({ warnings: [] });
  });
  it('is refused where the host has no such secret', async () => {
    const login = { user: 'u', secret: 'chap' };
    const { done, sent, answer } = make({ type: 'iscsi', path: '', hosts: ['san'], source: 'iqn.a:b', login });
    answer(procedures.secretByUsage, () => {
      throw libvirtNo(VIR_ERR.noSecret, 'Secret not found');
    });
    await expect(done()).rejects.toMatchObject({
      code: 'op.refused',
      message: 'new: the host has no secret "chap" for chap',
    });
    expect(sent).toEqual([]);
  });
  it.each<readonly [Partial<StorageSpec>, string, string]>([
    [{ name: 'vms' }, 'op.conflict', 'a has a storage vms already'],
    [{ type: 'ceph' }, 'op.refused', 'new: drover makes no storage of type "ceph"'],
    [{ path: 'srv/new' }, 'op.refused', 'new: "srv/new" is no directory'],
    [{ path: '/srv/\n' }, 'op.refused', "has characters that libvirt can't keep"],
    [{ type: 'lvm', path: '/dev/' }, 'op.refused', 'new: "/dev/" is no name of a source'],
    [{ type: 'fs' }, 'op.refused', 'new: a storage of type fs needs a source'],
    [{ type: 'netfs' }, 'op.refused', 'needs a host and a source'],
    [{ type: 'netfs', hosts: ['a', 'b'], source: '/x' }, 'op.refused', 'a storage of type netfs comes from one host'],
    [{ type: 'netfs', hosts: ['a b'], source: '/x' }, 'op.refused', '"a b" is no host'],
    [{ type: 'rbd', hosts: ['a'], source: 'x' }, 'op.refused', 'a storage of type rbd has not a path'],
    [{ source: '/x', thinPool: 't' }, 'op.refused', 'a storage of type dir has not a source, a thin pool'],
    [
      { type: 'rbd', path: '', hosts: ['a'], source: 'x', login: { user: 'u', secret: '' } },
      'op.refused',
      'a login is a user and a secret',
    ],
    [{ type: 'zfs', path: '/tank' }, 'op.refused', 'new: "/tank" is no name of a source'],
  ])('with %j is %s', async (spec, code, message) => {
    const { done, sent } = make(spec);
    await expect(done()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(sent).toEqual([]);
  });
  it.each([procedures.definePool, procedures.buildPool])(
    'is taken back when the caller gives up: $name',
    async (at) => {
      const { storages, sent, answer } = opened();
      const giving = new AbortController();
      const reason = new DOMException('enough', 'AbortError');
      answer(at as typeof procedures.definePool, () => {
        giving.abort(reason);
        return { name: 'new', uuid: Buffer.alloc(16, 0x99) };
      });
      const spec = { name: 'new', type: 'dir', path: '/srv/new' };
      await expect(storages.create(ENDPOINT, spec, giving.signal)).rejects.toBe(reason);
      expect(sent.at(-1)).toBe('STORAGE_POOL_UNDEFINE new');
      expect(sent).not.toContain('STORAGE_POOL_CREATE new');
    },
  );
  it('is taken back when it can not be started', async () => {
    const { done, sent, answer } = make({ type: 'lvm', path: 'vg0' });
    answer(procedures.createPool, () => {
      throw libvirtNo(1, 'no such volume group');
    });
    await expect(done()).rejects.toMatchObject({ code: 'op.failed', message: 'new: no such volume group' });
    expect(sent.at(-1)).toBe('STORAGE_POOL_UNDEFINE new');
  });
});

describe('a storage that is deleted', () => {
  it('leaves its volumes, which are told', async () => {
    const { storages, sent, signal } = opened();
    const plan = await storages.planDelete(ID, { volumes: false }, signal);
    expect(plan).toEqual({ goes: ['the definition of vms'], stays: ['/d/a', '/d/b'] });
    await storages.delete(ID, { volumes: false }, signal);
    expect(sent).toEqual(['STORAGE_POOL_DESTROY vms', 'STORAGE_POOL_UNDEFINE vms']);
  });
  it('takes its volumes along, layers of each other too', async () => {
    const { storages, sent, signal } = opened({ volumes: { vms: { a: volume('a'), b: volume('b', layerOn('a')) } } });
    const plan = await storages.planDelete(ID, { volumes: true }, signal);
    expect(plan).toEqual({ goes: ['the definition of vms', '/d/a', '/d/b'], stays: [] });
    await storages.delete(ID, { volumes: true }, signal);
    expect(sent).toEqual([
      'STORAGE_VOL_DELETE a',
      'STORAGE_VOL_DELETE b',
      'STORAGE_POOL_DESTROY vms',
      'STORAGE_POOL_UNDEFINE vms',
    ]);
  });
  it('says which volumes are left where libvirt deletes all but those', async () => {
    const { storages, sent, signal, answer } = opened();
    answer(procedures.deleteVolume, ({ volume: { name } }) => {
      if (name === 'a') throw libvirtNo(38, 'cannot unlink file');
    });
    expect(await storages.delete(ID, { volumes: true }, signal)).toEqual({
      warnings: [],
      kept: [{ path: '/d/a', why: 'cannot unlink file' }],
    });
    expect(sent).toEqual(['STORAGE_POOL_DESTROY vms', 'STORAGE_POOL_UNDEFINE vms']);
  });
  it.each<readonly [boolean, HostWords, string]>([
    [false, { domains: { web1: disk('/d/a'), web2: disk('/e/a') } }, 'vms is used by web1'],
    [false, { domains: { web1: "<disk><source pool='vms' volume='x'/></disk>" } }, 'vms is used by web1'],
    [false, { domains: { web1: disk('/d/unlisted') }, inactive: ['vms'] }, 'vms is used by web1'],
    [true, { inactive: ['vms'] }, 'vms is not active: what would be deleted is not known'],
    [
      true,
      { volumes: { vms: { a: volume('a'), b: undefined } } },
      "some volumes of vms can't be read: what would be deleted is not known",
    ],
    [
      true,
      { domains: { web1: '' }, snapshots: { web1: disk('/d/b') } },
      '/d/b must stay: needed by the snapshot monday of web1',
    ],
    [
      true,
      {
        pools: { vms: POOL, q: "<pool type='logical'/>" },
        volumes: { vms: { a: volume('a') }, q: { 'q/l': volume('../e/l', layerOn('a')) } },
      },
      '/d/a must stay: q/l in pool q is layered on it',
    ],
  ])('stays, with its volumes: %s, %#', async (volumes, words, refused) => {
    const { storages, sent, signal } = opened(words);
    expect(await storages.planDelete(ID, { volumes }, signal)).toMatchObject({ refused });
    await expect(storages.delete(ID, { volumes }, signal)).rejects.toMatchObject({ code: 'op.refused' });
    expect(sent).toEqual([]);
  });
  const RBD = {
    pools: { vms: "<pool type='rbd'><source><host name='m1'/><name>vms</name></source></pool>" },
    volumes: {
      vms: { web1: "<volume type='network'><capacity>64</capacity><target><path>vms/web1</path></target></volume>" },
    },
  };
  const ISCSI = "<source><host name='san'/><device path='iqn.a:b'/></source>";
  const LUN =
    '<volume><capacity>64</capacity><target><path>ip-10.0.0.1:3260-iscsi-iqn.a:b-lun-0</path></target></volume>';
  const reached = (protocol: string, name: string) =>
    `<disk type='network'><source protocol='${protocol}' name='${name}'><host name='m1'/></source></disk>`;
  it.each<readonly [string, HostWords]>([
    ['rbd', { ...RBD, domains: { web1: reached('rbd', 'vms/web1') } }],
    ['a snapshot in rbd', { ...RBD, domains: { web1: reached('rbd', 'vms/web1@monday') } }],
    ['rbd that is not active', { ...RBD, inactive: ['vms'], domains: { web1: reached('rbd', 'vms/web1') } }],
    [
      'iSCSI, where no unit is the first',
      {
        pools: { vms: `<pool type='iscsi-direct'>${ISCSI}</pool>` },
        volumes: { vms: { 'unit:0:0:0': LUN } },
        domains: { web1: reached('iscsi', 'iqn.a:b') },
      },
    ],
  ])('stays while a VM that is off reaches its volumes by network: %s', async (_what, words) => {
    const { storages, sent, signal } = opened(words);
    for (const volumes of [false, true]) {
      expect(await storages.planDelete(ID, { volumes }, signal)).toMatchObject({ refused: 'vms is used by web1' });
      await expect(storages.delete(ID, { volumes }, signal)).rejects.toMatchObject({ code: 'op.refused' });
    }
    expect(sent).toEqual([]);
  });
  it('takes no VM of another pool for its own', async () => {
    const { storages, signal } = opened({ ...RBD, domains: { web1: reached('rbd', 'vms2/web1') } });
    const plan = await storages.planDelete(ID, { volumes: true }, signal);
    expect(plan).toEqual({
      goes: ['the definition of vms', 'vms/web1 (VMs of other hosts may use it: they are not asked)'],
      stays: [],
    });
  });
  it.each<readonly [string, HostWords, string]>([
    ['vms/web1', { ...RBD, domains: { web1: reached('rbd', 'vms/web1') } }, 'vms/web1 must stay: used by web1'],
    [
      'vms/web1',
      { ...RBD, domains: { web1: `<disk><backingStore>${reached('rbd', 'vms/web1')}</backingStore></disk>` } },
      'vms/web1 must stay: used by web1',
    ],
    [
      'vms/web1',
      { ...RBD, domains: { web1: '' }, snapshots: { web1: reached('rbd', 'vms/web1') } },
      'vms/web1 must stay: needed by the snapshot monday of web1',
    ],
    [
      'vms/web1',
      { ...RBD, domains: { web1: "<qemu:arg value='file=rbd:vms/web1:id=admin,if=virtio'/>" } },
      'vms/web1 must stay: used by web1',
    ],
    [
      'vms/web1',
      {
        pools: { ...RBD.pools, q: POOL },
        volumes: { ...RBD.volumes, q: { top: volume('top', layerOn('').replace('/d/', 'rbd:vms/web1:id=admin')) } },
      },
      'vms/web1 must stay: top in pool q is layered on it',
    ],
  ])('leaves no volume to be deleted that a VM reaches by network: %s, %#', async (native, words, refused) => {
    const { volumes, sent, signal } = opened(words);
    const id = volumeId(ENDPOINT, native);
    expect(await volumes.planDelete(id, signal)).toEqual({
      goes: ['vms/web1 (VMs of other hosts may use it: they are not asked)'],
      stays: [],
      refused,
    });
    await expect(volumes.delete(id, signal)).rejects.toMatchObject({ code: 'op.refused', message: refused });
    expect(sent).toEqual([]);
  });
  it('lists the VM that has a volume by network', async () => {
    const { volumes, signal } = opened({ ...RBD, domains: { web1: reached('rbd', 'vms/web1') } });
    expect(await volumes.list(ENDPOINT, signal)).toMatchObject([{ name: 'web1', users: ['web1'] }]);
  });
  it('stays while a VM can not be read', async () => {
    const { storages, sent, signal } = opened({ domains: { web1: 'no XML' } });
    await expect(storages.delete(ID, { volumes: false }, signal)).rejects.toMatchObject({ code: 'op.refused' });
    expect(sent).toEqual([]);
  });
  it('that is not active is told to leave what is in its folder', async () => {
    const { storages, sent, signal } = opened({ inactive: ['vms'] });
    const plan = await storages.planDelete(ID, { volumes: false }, signal);
    expect(plan).toEqual({ goes: ['the definition of vms'], stays: ['what is in /d'] });
    await storages.delete(ID, { volumes: false }, signal);
    expect(sent).toEqual(['STORAGE_POOL_UNDEFINE vms']);
  });
});

describe('a storage', () => {
  it('is stopped while VMs that are off have disks in it, not while one runs', async () => {
    const off = opened({ domains: { web1: disk('/d/a') } });
    await off.storages.stop(ID, off.signal);
    expect(off.sent).toEqual(['STORAGE_POOL_DESTROY vms']);
    const on = opened({ domains: { web1: disk('/d/a'), web2: disk('/e/a') }, running: ['web1', 'web2'] });
    await expect(on.storages.stop(ID, on.signal)).rejects.toMatchObject({
      code: 'op.refused',
      message: 'vms is used by web1',
    });
    expect(on.sent).toEqual([]);
  });
  it('is started where it is not active', async () => {
    const active = opened();
    await active.storages.start(ID, active.signal);
    expect(active.sent).toEqual([]);
    const inactive = opened({ inactive: ['vms'] });
    await inactive.storages.start(ID, inactive.signal);
    expect(inactive.sent).toEqual(['STORAGE_POOL_CREATE vms']);
  });
  it('that is gone is not found', async () => {
    const { storages, signal } = opened();
    const id = storageId(ENDPOINT, uuidOf(7));
    for (const done of [
      storages.start(id, signal),
      storages.stop(id, signal),
      storages.refresh(id, signal),
      storages.planDelete(id, { volumes: false }, signal),
      storages.delete(id, { volumes: true }, signal),
    ])
      await expect(done).rejects.toMatchObject({ code: 'storage.not-found' });
  });
});

describe('a volume', () => {
  const A = volumeId(ENDPOINT, 'vms/a');
  const make = (spec: Partial<VolumeSpec>, words: HostWords = {}) => {
    const all = opened(words);
    const whole = { name: 'new', storage: 'vms', size: bytes(64), format: 'qcow2', ...spec };
    return { ...all, done: () => all.volumes.create(ENDPOINT, whole, all.signal) };
  };
  it('that is made in a folder takes no more room than is written to it', async () => {
    const { done, sent } = make({});
    expect(await done()).toEqual({ warnings: [], id: 'a/vms/new' });
    expect(sent).toEqual([
      'STORAGE_VOL_CREATE_XML vms <volume><name>new</name><allocation>0</allocation><capacity unit="bytes">64</capacity><target><format type="qcow2"/><compat>1.1</compat></target></volume>',
    ]);
  });
  it('that is made of a volume group has all its room, and no format', async () => {
    const words = { pools: { vms: "<pool type='logical'/>" } };
    const { done, sent } = make({ format: 'raw' }, words);
    await done();
    expect(sent).toEqual([
      'STORAGE_VOL_CREATE_XML vms <volume><name>new</name><capacity unit="bytes">64</capacity></volume>',
    ]);
    await expect(make({ format: 'qcow2' }, words).done()).rejects.toMatchObject({ code: 'op.refused' });
  });
  it.each<readonly [Partial<VolumeSpec>, string]>([
    [{ name: 'a' }, 'op.conflict'],
    [{ storage: 'other' }, 'storage.not-found'],
    [{ name: 'a\u0000' }, 'op.refused'],
    [{ name: '../a' }, 'op.refused'],
  ])('is not made with %j: %s', async (spec, code) => {
    const { done, sent } = make(spec);
    await expect(done()).rejects.toMatchObject({ code });
    expect(sent).toEqual([]);
  });

  it('is deleted when nothing needs it', async () => {
    const { volumes, sent, signal } = opened();
    expect(await volumes.planDelete(A, signal)).toEqual({ goes: ['/d/a'], stays: [] });
    await volumes.delete(A, signal);
    expect(sent).toEqual(['STORAGE_VOL_DELETE a']);
  });
  it.each<readonly [HostWords, string]>([
    [{ domains: { web1: disk('/d/a') } }, '/d/a must stay: used by web1'],
    [
      { domains: { web1: disk('/d/b') }, snapshots: { web1: disk('/d/a') } },
      '/d/a must stay: needed by the snapshot monday of web1',
    ],
    [
      { volumes: { vms: { a: volume('a'), b: volume('b', layerOn('a')) } } },
      '/d/a must stay: b in pool vms is layered on it',
    ],
    [
      { domains: { web1: disk('/elsewhere/x') } },
      '/d/a must stay: /elsewhere/x, used by web1, is in no active storage pool and may be the same file',
    ],
    [{ volumes: { vms: { a: undefined } } }, "a can't be read: whether a VM needs it is not known"],
  ])('stays while it is needed, or may be: %#', async (words, refused) => {
    const { volumes, sent, signal } = opened(words);
    expect(await volumes.planDelete(A, signal)).toMatchObject({ refused });
    await expect(volumes.delete(A, signal)).rejects.toMatchObject({ code: 'op.refused', message: refused });
    expect(sent).toEqual([]);
  });

  it('grows, and is never cut off', async () => {
    const { volumes, sent, signal } = opened({ domains: { web1: disk('/d/a') } });
    await volumes.resize(A, bytes(64), signal);
    expect(sent).toEqual([]);
    await volumes.resize(A, bytes(65), signal);
    expect(sent).toEqual(['STORAGE_VOL_RESIZE a']);
    await expect(volumes.resize(A, bytes(63), signal)).rejects.toMatchObject({ code: 'op.refused' });
  });
  it.each([disk('/d/a'), "<disk><source pool='vms' volume='a'/></disk>"])(
    'does not grow while a VM runs with %s',
    async (devices) => {
      const { volumes, sent, signal } = opened({ domains: { web1: devices }, running: ['web1'] });
      await expect(volumes.resize(A, bytes(128), signal)).rejects.toMatchObject({
        code: 'op.conflict',
        message: 'a is used by web1',
      });
      expect(sent).toEqual([]);
    },
  );

  it.each(['vms/gone', 'gone/a', 'nothing', ''])('that is gone is not found: %j', async (native) => {
    const { volumes, signal } = opened();
    const id = volumeId(ENDPOINT, native);
    for (const done of [
      volumes.planDelete(id, signal),
      volumes.delete(id, signal),
      volumes.resize(id, bytes(1), signal),
    ])
      await expect(done).rejects.toMatchObject({ code: 'volume.not-found' });
  });
});
