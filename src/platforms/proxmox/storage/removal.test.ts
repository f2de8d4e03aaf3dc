/** What is deleted out of a storage, and what is refused before anything is sent. */
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { imageId, volumeId } from '../../../ids.ts';
import { type Answers, changesIn, PVE, scriptedLists, UPID } from '../testkit/scripted-api.ts';
import { createRemoval } from './removal.ts';

const { signal } = new AbortController();
const DISK = 'local:100/vm-100-disk-0.raw';
const disk = volumeId(PVE, `pve1/${DISK}`);
const iso = imageId(PVE, 'nas:iso/a.iso');
const storage = (node: string, name: string, more: object = {}) => ({
  type: 'storage',
  node,
  storage: name,
  status: 'available',
  shared: 0,
  ...more,
});
const RESOURCES = [
  { type: 'node', node: 'pve1', status: 'online' },
  { type: 'node', node: 'pve2', status: 'online' },
  { type: 'qemu', vmid: 100, node: 'pve1', name: 'web1', status: 'running' },
  { type: 'lxc', vmid: 101, node: 'pve2', name: 'ct1', status: 'running' },
  storage('pve1', 'local'),
  storage('pve1', 'nas', { shared: 1 }),
  storage('pve2', 'nas', { shared: 1 }),
  storage('pve2', 'off', { status: 'unknown' }),
];
const BACKUP = 'nas:backup/vzdump-qemu-100.vma';
const at = (volid: string) => `DELETE /nodes/pve1/storage/${volid.split(':')[0]}/content/${encodeURIComponent(volid)}`;
const WEB1 = 'GET /nodes/pve1/qemu/100';
const CT1 = 'GET /nodes/pve2/lxc/101';

function open(kind: 'volume' | 'image', more: Answers = {}, rights?: Readonly<Record<string, readonly string[]>>) {
  const { context, asked } = scriptedLists(
    {
      'GET /cluster/resources': RESOURCES,
      'GET /nodes/pve1/storage/local/content': [
        { volid: DISK, content: 'images', vmid: 100 },
        { volid: 'local:iso/b.iso', content: 'iso' },
      ],
      'GET /nodes/pve1/storage/nas/content': [
        { volid: 'nas:iso/a.iso', content: 'iso' },
        { volid: BACKUP, content: 'backup', vmid: 100 },
        { volid: 'nas:backup/kept.vma', content: 'backup', protected: 1 },
      ],
      [`${WEB1}/pending`]: [{ key: 'scsi0', value: 'local:100/vm-100-disk-1.raw,size=8G' }],
      [`${WEB1}/snapshot`]: [{ name: 'current' }],
      [`${CT1}/pending`]: [{ key: 'rootfs', value: 'local:101/vm-101-disk-0.raw' }],
      [at(DISK)]: UPID,
      [at('nas:iso/a.iso')]: UPID,
      [at(BACKUP)]: UPID,
      [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: { status: 'stopped', exitstatus: 'OK' },
      ...more,
    },
    rights,
  );
  return { ...createRemoval(kind, context, context.api), asked };
}

it('deletes a volume that no guest has: one request, whose task is followed', async () => {
  const { planDelete, delete: remove, asked } = open('volume');
  expect(await planDelete(disk, signal)).toEqual({ goes: [DISK], stays: [] });
  expect(changesIn(asked)).toEqual([]);
  expect(await remove(disk, signal)).toEqual({ task: UPID, warnings: [] });
  expect(changesIn(asked)).toEqual([at(DISK)]);
});

it('asks the guests of a node about what lies on it, and all about what is shared', async () => {
  const own = open('volume');
  await own.planDelete(disk, signal);
  expect(own.asked.some((request) => request.startsWith(CT1))).toBe(false);
  const shared = open('image');
  expect(await shared.planDelete(iso, signal)).toEqual({ goes: ['nas:iso/a.iso'], stays: [] });
  expect(shared.asked.filter((request) => /pending/.test(request))).toEqual([
    expect.stringContaining(`${WEB1}/pending`),
    expect.stringContaining(`${CT1}/pending`),
  ]);
});

describe('a volume that a guest has is refused', () => {
  const pending = (...rows: readonly object[]) => ({ [`${WEB1}/pending`]: rows });
  it.each<[string, Answers, string | undefined]>([
    ['as a disk', pending({ key: 'scsi0', value: `${DISK},size=8G` }), 'web1'],
    ['as a disk whose path comes second', pending({ key: 'scsi0', value: `size=8G,file=${DISK}` }), 'web1'],
    ['as a disk that it gets at its next start', pending({ key: 'scsi1', pending: DISK }), 'web1'],
    ['as a disk that it loses at its next start', pending({ key: 'scsi1', value: DISK, delete: 1 }), 'web1'],
    ['as its saved memory', pending({ key: 'vmstate', value: DISK }), 'web1'],
    ['as cloud-init', pending({ key: 'cicustom', value: `meta=other:x,user=${DISK}` }), 'web1'],
    ['but not as an unused one', pending({ key: 'unused0', value: DISK }), undefined],
    ['but not as a word in its notes', pending({ key: 'description', value: DISK }), undefined],
    ['but not as one whose name begins alike', pending({ key: 'scsi0', value: `${DISK}2` }), undefined],
    [
      'in a snapshot',
      {
        [`${WEB1}/snapshot`]: [{ name: 'before' }, { name: 'current' }],
        [`${WEB1}/config`]: ({ query }: { query: { snapshot?: string } }) =>
          query.snapshot === 'before' ? { scsi0: DISK } : {},
      },
      'web1 in its snapshot before',
    ],
  ])('%s', async (_what, answers, user) => {
    const { planDelete, delete: remove, asked } = open('volume', answers);
    const refused = user && `${DISK} is used by ${user}`;
    expect((await planDelete(disk, signal)).refused).toBe(refused);
    if (refused === undefined) return;
    expect(await refusal(remove(disk, signal))).toMatchObject({ code: 'op.refused', message: refused });
    expect(changesIn(asked)).toEqual([]);
  });

  it('also where it is the copy on another node of what its owner has', async () => {
    const guests = RESOURCES.map((row) => ('vmid' in row && row.vmid === 100 ? { ...row, node: 'pve2' } : row));
    const { planDelete } = open('volume', {
      'GET /cluster/resources': guests,
      'GET /nodes/pve2/qemu/100/pending': [{ key: 'scsi0', value: DISK }],
      'GET /nodes/pve2/qemu/100/snapshot': [],
    });
    expect((await planDelete(disk, signal)).refused).toBe(`${DISK} is used by web1`);
  });

  it('naming five guests at most', async () => {
    const many = Array.from({ length: 7 }, (_, i) => ({ type: 'qemu', vmid: 200 + i, node: 'pve1', name: `vm${i}` }));
    const answers = Object.fromEntries(
      many.map(({ vmid }) => [
        `GET /nodes/pve1/qemu/${vmid}/pending`,
        [{ key: 'ide2', value: 'nas:iso/a.iso,media=cdrom' }],
      ]),
    );
    const { planDelete } = open('image', { 'GET /cluster/resources': [...RESOURCES, ...many], ...answers });
    expect((await planDelete(iso, signal)).refused).toBe(
      'nas:iso/a.iso is used by vm0, vm1, vm2, vm3, vm4 and 2 more guests',
    );
  });
});

describe('a volume is not deleted where it can not be found out who needs it', () => {
  const away = RESOURCES.map((row) =>
    row.type === 'node' && row.node === 'pve2' ? { ...row, status: 'offline' } : row,
  );
  it.each<[string, Answers, Readonly<Record<string, readonly string[]>> | undefined, string]>([
    ['a guest is not read', { [`${CT1}/pending`]: new FleetError('auth.forbidden', 'ct1: no') }, undefined, 'ct1: no'],
    ['a node is offline', { 'GET /cluster/resources': away }, undefined, 'the nodes of ct1 are offline'],
    ['guests may be hidden', {}, { '/vms/100': ['VM.Audit'] }, 'this login may not see all guests (VM.Audit on /vms)'],
  ])('because %s', async (_what, answers, rights, why) => {
    const { planDelete, delete: remove, asked } = open('image', answers, rights);
    const refused = `whether a guest needs nas:iso/a.iso can't be found out: ${why}`;
    expect((await planDelete(iso, signal)).refused).toBe(refused);
    expect((await refusal(remove(iso, signal))).message).toBe(refused);
    expect(changesIn(asked)).toEqual([]);
  });
});

it('deletes a backup without asking guests, unless it is protected', async () => {
  const { planDelete, delete: remove, asked } = open('volume');
  await remove(volumeId(PVE, BACKUP), signal);
  expect(changesIn(asked)).toEqual([at(BACKUP)]);
  expect(asked.some((request) => /pending/.test(request))).toBe(false);
  const kept = volumeId(PVE, 'nas:backup/kept.vma');
  expect((await planDelete(kept, signal)).refused).toBe('nas:backup/kept.vma is protected against being deleted');
  expect((await refusal(remove(kept, signal))).code).toBe('op.refused');
});

it.each<[string, 'volume' | 'image', string, string]>([
  ['is gone', 'volume', 'pve1/local:100/vm-100-disk-9.raw', 'volume.not-found'],
  ['is on no storage of the cluster', 'volume', 'pve9/local:x', 'volume.not-found'],
  ['stands for a storage that was not read', 'volume', 'pve1/local:', 'volume.not-found'],
  ['is a volume', 'image', `pve1/${DISK}`, 'image.not-found'],
  ['is on a storage that is not active', 'volume', 'pve2/off:x', 'op.conflict'],
])('refuses what %s', async (_what, kind, native, code) => {
  const { planDelete, delete: remove, asked } = open(kind);
  const id = volumeId(PVE, native);
  expect((await refusal(planDelete(id, signal))).code).toBe(code);
  expect((await refusal(remove(id, signal))).code).toBe(code);
  expect(changesIn(asked)).toEqual([]);
});

it('tells what the task says, and that it is not known when the answer names none', async () => {
  const failed = { status: 'stopped', exitstatus: "base volume 'x' is still in use by linked clones" };
  const task = { [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: failed };
  expect(await refusal(open('volume', task).delete(disk, signal))).toMatchObject({
    code: 'op.failed',
    message: `${DISK}: base volume 'x' is still in use by linked clones`,
  });
  expect((await refusal(open('volume', { [at(DISK)]: null }).delete(disk, signal))).code).toBe('outcome.unknown');
});
