import { describe, expect, it } from 'vitest';
import { type Answers, changesIn, scriptedGuests, scriptedLists, UPID, WEB1 } from '../testkit/scripted-api.ts';
import { createDelete } from './delete.ts';

const { signal } = new AbortController();
const OFF = { name: 'web1', status: 'stopped', qmpstatus: 'stopped' };
const HERE = { name: 'current', description: 'You are here!' };

function open(current: object, snapshots: readonly object[] = [HERE], more: Answers = {}) {
  const { calls, asked } = scriptedGuests(current, {
    'GET /nodes/pve1/qemu/100/snapshot': snapshots,
    'DELETE /nodes/pve1/qemu/100': UPID,
    'GET /nodes/pve1/qemu/100/config': {},
    ...more,
  });
  const { context } = scriptedLists({});
  return { ...createDelete(calls, { ...context, api: calls.api }), asked };
}

describe('deleting a guest', () => {
  it.each<[string, object, readonly object[], boolean, boolean, object]>([
    [
      'one that runs',
      { name: 'web1' },
      [HERE],
      false,
      true,
      { code: 'op.conflict', message: 'web1 is running', fix: 'stop it first' },
    ],
    [
      'one whose disks are to stay',
      OFF,
      [HERE],
      true,
      true,
      {
        code: 'op.unsupported',
        message: 'web1: Proxmox VE deletes the disks of a guest together with it',
        fix: 'move the disks to another guest first (on its node: qm disk move … --target-vmid)',
      },
    ],
    [
      'one with snapshots that the user was not told of',
      OFF,
      [{ name: 'a' }, {}, { name: 'b' }, HERE],
      false,
      false,
      { code: 'op.conflict', message: 'web1 has snapshots: a, b', fix: 'delete them as well' },
    ],
  ])('is refused for %s', async (_what, current, snapshots, keepDisks, too, refusal) => {
    const { delete: remove, asked } = open(current, snapshots);
    await expect(remove(WEB1, { keepDisks, snapshots: too }, signal)).rejects.toMatchObject(refusal);
    expect(changesIn(asked)).toEqual([]);
  });

  it.each<[string, readonly object[], boolean]>([
    ['without snapshots', [HERE], false],
    ['with its snapshots', [{ name: 'a' }, HERE], true],
  ])('is one request: %s', async (_what, snapshots, too) => {
    const { delete: remove, asked } = open(OFF, snapshots);
    expect(await remove(WEB1, { keepDisks: false, snapshots: too }, signal)).toEqual({ task: UPID, warnings: [] });
    expect(changesIn(asked)).toEqual(['DELETE /nodes/pve1/qemu/100']);
  });
});

it('says what goes with a guest, and what stays', async () => {
  const config = {
    scsi0: 'lvm:vm-100-disk-0,size=8G',
    scsi1: 'lvm:vm-200-disk-0',
    ide2: 'local:iso/debian.iso,media=cdrom',
  };
  const { planDelete: losses } = open(OFF, [{ name: 'a' }, HERE], { 'GET /nodes/pve1/qemu/100/config': config });
  expect(await losses(WEB1, signal)).toEqual({
    goes: ['lvm:vm-100-disk-0'],
    stays: ['local:iso/debian.iso (an image in its drive)', 'lvm:vm-200-disk-0 (not its own)'],
    snapshots: ['a'],
    keepDisksRefused: 'Proxmox VE deletes the disks of a guest together with it',
  });
});

const SEED = 'local:iso/drover-seed-web1-1a2b3c4d.iso';
const SEEDED = { scsi0: 'lvm:vm-100-disk-0', ide2: `${SEED},media=cdrom` };
const FREE = `DELETE /nodes/pve1/storage/local/content/${encodeURIComponent(SEED)}`;

it('takes the file that a guest was told by with it, unless another one has it as well', async () => {
  const answers = { 'GET /nodes/pve1/qemu/100/config': SEEDED, [FREE]: UPID, 'GET /nodes/pve1/lxc/101/pending': [] };
  const alone = open(OFF, [HERE], answers);
  expect((await alone.planDelete(WEB1, signal)).goes).toEqual(['lvm:vm-100-disk-0', SEED]);
  expect(await alone.delete(WEB1, { keepDisks: false, snapshots: false }, signal)).toEqual({ warnings: [] });
  expect(changesIn(alone.asked)).toEqual(['DELETE /nodes/pve1/qemu/100', `${FREE} {"query":{}}`]);
  const pending = [{ key: 'ide2', value: `${SEED},media=cdrom` }];
  const shared = open(OFF, [HERE], { ...answers, 'GET /nodes/pve1/lxc/101/pending': pending });
  expect(await shared.delete(WEB1, { keepDisks: false, snapshots: false }, signal)).toEqual({
    warnings: [],
    kept: [{ path: SEED, why: `${SEED} is used by ct1` }],
  });
  expect(changesIn(shared.asked)).toEqual(['DELETE /nodes/pve1/qemu/100']);
});
