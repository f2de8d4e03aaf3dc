import { describe, expect, it } from 'vitest';
import { FleetError } from '../../errors.ts';
import { nodeId, storageId } from '../../ids.ts';
import { listStorages } from './storages.ts';
import { type Answers, PVE, scriptedLists } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const NODES = [
  { type: 'node', node: 'pve2', status: 'offline' },
  { type: 'node', node: 'pve1', status: 'online' },
];
const LOCAL = { type: 'storage', storage: 'local', plugintype: 'dir', shared: 0, content: 'iso,vztmpl' };
const NAS = { type: 'storage', storage: 'nas', plugintype: 'nfs', shared: 1, content: 'images' };
const AVAILABLE = { status: 'available', maxdisk: 1000, disk: 10 };

function list(resources: readonly object[], configs: unknown = [], more: Answers = {}) {
  const { context, asked } = scriptedLists({
    'GET /cluster/resources': [...NODES, ...resources],
    'GET /storage': configs,
    ...more,
  });
  return { asked, answer: listStorages(context, signal) };
}

describe('the storages of a cluster', () => {
  it('are one row for each node, and one alone for a shared one, in two requests', async () => {
    const { answer, asked } = list([
      { ...NAS, node: 'pve2', status: 'unknown' },
      { ...LOCAL, node: 'pve1', ...AVAILABLE },
      { ...NAS, node: 'pve1', ...AVAILABLE, disk: 20 },
      { ...LOCAL, node: 'pve2', status: 'unknown' },
    ]);
    const local = { name: 'local', type: 'dir', shared: false, content: ['iso', 'vztmpl'], path: undefined };
    expect(await answer).toEqual([
      { ...local, id: 'pve/pve1/local', node: nodeId(PVE, 'pve1'), active: true, size: 1000, used: 10 },
      {
        ...local,
        id: 'pve/pve2/local',
        node: nodeId(PVE, 'pve2'),
        active: false,
        size: undefined,
        used: undefined,
        trouble: { message: 'its node pve2 is offline', since: expect.any(Number) },
      },
      {
        id: storageId(PVE, 'nas'),
        name: 'nas',
        type: 'nfs',
        shared: true,
        content: ['images'],
        node: undefined,
        active: true,
        size: 1000,
        used: 20,
        path: undefined,
      },
    ]);
    expect(asked).toEqual(['GET /cluster/resources', 'GET /storage']);
  });

  it('of a node that has just gone down are not active, whatever it said last', async () => {
    const { answer } = list([{ ...LOCAL, node: 'pve2', ...AVAILABLE }]);
    expect(await answer).toMatchObject([
      { active: false, size: 1000, trouble: { message: 'its node pve2 is offline' } },
    ]);
  });

  it('that a node can not use now are not active, which is no trouble', async () => {
    const [only] = await list([{ ...LOCAL, node: 'pve1', status: 'unknown' }]).answer;
    expect(only).toMatchObject({ active: false, size: undefined });
    expect(only).not.toHaveProperty('trouble');
  });

  it('of a node that this login may not see are as they are told', async () => {
    const { answer } = list([{ ...LOCAL, node: 'hidden', ...AVAILABLE }]);
    expect(await answer).toMatchObject([{ id: 'pve/hidden/local', active: true, size: 1000 }]);
  });

  it('that are disabled are there too, and one whose state this login may not see says so', async () => {
    const { answer } = list(
      [{ ...LOCAL, node: 'pve1', ...AVAILABLE }],
      [
        { storage: 'local', type: 'dir', path: '/var/lib/vz' },
        { storage: 'old', type: 'dir', path: '/srv/old', content: 'images', disable: 1 },
        { storage: 'hidden', type: 'zfspool', pool: 'tank' },
        { type: 'dir' },
      ],
    );
    const [hidden, , old] = await answer;
    expect(hidden).toMatchObject({
      name: 'hidden',
      active: false,
      trouble: { message: expect.stringContaining('Audit') },
    });
    expect(old).toEqual({
      id: 'pve/old',
      name: 'old',
      type: 'dir',
      node: undefined,
      shared: false,
      active: false,
      size: undefined,
      used: undefined,
      path: '/srv/old',
      content: ['images'],
    });
  });

  it.each<[string, object, string | undefined]>([
    ['dir', { path: '/var/lib/vz' }, '/var/lib/vz'],
    ['nfs', { path: '/mnt/pve/x', server: 'nas1', export: '/srv' }, 'nas1:/srv'],
    ['cifs', { path: '/mnt/pve/x', server: 'nas1', share: 'vms' }, '//nas1/vms'],
    ['pbs', { server: 'backup1', datastore: 'main' }, 'backup1:main'],
    ['lvm', { vgname: 'vg1' }, 'vg1'],
    ['lvmthin', { vgname: 'pve', thinpool: 'data' }, 'pve/data'],
    ['zfspool', { pool: 'rpool/data' }, 'rpool/data'],
    ['rbd', { monhost: '192.0.2.1', pool: 'vms' }, 'vms'],
    ['iscsi', { portal: '192.0.2.2', target: 'iqn.2003-01.org.example:x' }, 'iqn.2003-01.org.example:x'],
    ['esxi', { server: 'esx1' }, 'esx1'],
    ['custom', {}, undefined],
  ])('of the type %s say where they are', async (type, keys, path) => {
    const { answer } = list(
      [{ ...LOCAL, storage: 's', node: 'pve1', ...AVAILABLE }],
      [{ storage: 's', type, ...keys }],
    );
    expect((await answer)[0]?.path).toBe(path);
  });

  it.each([
    ['a portal that tells none', { maxdisk: 0, disk: 0 }, undefined, undefined],
    ['text', { maxdisk: '1000', disk: '10' }, 1000, 10],
    ['nothing', {}, undefined, undefined],
    ['a negative size', { maxdisk: -5, disk: 1 }, undefined, undefined],
    ['a size beyond all numbers', { maxdisk: 1e300, disk: 1 }, undefined, undefined],
    ['words', { maxdisk: 'large', disk: {} }, undefined, undefined],
  ])('have a size where the server tells one: %s', async (_what, sizes, size, used) => {
    const { answer } = list([{ ...LOCAL, node: 'pve1', status: 'available', ...sizes }]);
    expect(await answer).toMatchObject([{ active: true, size, used }]);
  });

  it('are listed without their places where their configuration may not be read, and not at all when it fails', async () => {
    const rows = [{ ...LOCAL, node: 'pve1', ...AVAILABLE }];
    const forbidden = list(rows, new FleetError('auth.forbidden', 'no'));
    expect(await forbidden.answer).toMatchObject([{ name: 'local', path: undefined }]);
    await expect(list(rows, new FleetError('host.unreachable', 'gone')).answer).rejects.toThrow('gone');
    await expect(list(rows, 'no list').answer).rejects.toMatchObject({ code: 'host.protocol' });
  });

  it('have names and words as they come', async () => {
    const odd = { ...LOCAL, storage: '\u001b[31m%2f#', plugintype: 'x\ny', node: 'pve1', ...AVAILABLE };
    const { answer } = list([odd, { type: 'storage', node: 'pve1' }, { type: 'storage', storage: 'nowhere' }]);
    expect(await answer).toMatchObject([{ id: 'pve/pve1/\u001b[31m%252f%23', name: '\u001b[31m%2f#', type: 'x\ny' }]);
  });
});
