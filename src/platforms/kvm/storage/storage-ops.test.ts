import { describe, expect, it } from 'vitest';
import { storageId, volumeId } from '../../../ids.ts';
import { bytes } from '../../../units.ts';
import type { StorageSpec, VolumeSpec } from '../../contract.ts';
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
  it.each([
    ['lvm', 'vg0', 'logical', 'vg0', '<target><path>/dev/vg0</path></target>'],
    ['lvm', '/dev/vg0/', 'logical', 'vg0', '<target><path>/dev/vg0</path></target>'],
    ['zfs', 'tank/vms', 'zfs', 'tank/vms', ''],
  ])('of type %s of %s takes what is there, and builds nothing', async (type, path, written, source, target) => {
    const { done, sent } = make({ type, path });
    await done();
    expect(sent).toEqual([
      `STORAGE_POOL_DEFINE_XML <pool type="${written}"><name>new</name><source><name>${source}</name></source>${target}</pool>`,
      'STORAGE_POOL_SET_AUTOSTART new',
      'STORAGE_POOL_CREATE new',
    ]);
  });
  it.each<readonly [Partial<StorageSpec>, string, string]>([
    [{ name: 'vms' }, 'op.conflict', 'a has a storage vms already'],
    [{ type: 'ceph' }, 'op.refused', 'new: drover makes no storage of type "ceph"'],
    [{ path: 'srv/new' }, 'op.refused', 'new: "srv/new" is no directory'],
    [{ path: '/srv/\n' }, 'op.refused', "has characters that libvirt can't keep"],
    [{ type: 'lvm', path: '/dev/' }, 'op.refused', 'new: "/dev/" is no name of a source'],
    [{ type: 'zfs', path: '/tank' }, 'op.refused', 'new: "/tank" is no name of a source'],
  ])('with %j is %s', async (spec, code, message) => {
    const { done, sent } = make(spec);
    await expect(done()).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
    expect(sent).toEqual([]);
  });
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
      'STORAGE_VOL_CREATE_XML vms <volume><name>new</name><allocation>0</allocation><capacity unit="bytes">64</capacity><target><format type="qcow2"/></target></volume>',
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
