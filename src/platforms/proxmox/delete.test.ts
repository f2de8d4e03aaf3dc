import { describe, expect, it } from 'vitest';
import { createDelete } from './delete.ts';
import { type Answers, changesIn, scriptedGuests, UPID, WEB1 } from './testkit/scripted-api.ts';

const { signal } = new AbortController();
const OFF = { name: 'web1', status: 'stopped', qmpstatus: 'stopped' };
const HERE = { name: 'current', description: 'You are here!' };

function open(current: object, snapshots: readonly object[] = [HERE], more: Answers = {}) {
  const { calls, asked } = scriptedGuests(current, {
    'GET /nodes/pve1/qemu/100/snapshot': snapshots,
    'DELETE /nodes/pve1/qemu/100': UPID,
    ...more,
  });
  return { ...createDelete(calls), asked };
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
