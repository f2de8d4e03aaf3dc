/** What each operation on snapshots asks and sends, and what is refused before anything is sent. */
import { describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { type Clock, systemClock } from '../../../clock.ts';
import { FleetError } from '../../../errors.ts';
import { snapshotId, type VmId } from '../../../ids.ts';
import type { SnapshotSpec } from '../../contract.ts';
import { quickClock } from '../../testkit-clock.ts';
import { type Answers, CT1, changesIn, scriptedGuests, UPID, WEB1 } from '../testkit/scripted-api.ts';
import { createSnapshotOps } from './snapshot-ops.ts';

const { signal } = new AbortController();
const ON = { name: 'web1' };
const OFF = { name: 'web1', status: 'stopped', qmpstatus: 'stopped' };
const BASE = '/nodes/pve1/qemu/100';
const TREE = [
  { name: 'aa', snaptime: 1, vmstate: 1 },
  { name: 'bb', parent: 'aa', snaptime: 2 },
  { name: 'cc', parent: 'bb', snaptime: 3, vmstate: 1 },
  { name: 'other', parent: 'aa', snaptime: 4 },
  { name: 'current', parent: 'cc' },
];
const LVM = { scsi0: 'local-lvm:vm-100-disk-0', ide2: 'local:iso/debian.iso,media=cdrom' };
const STORAGES = [
  { storage: 'local-lvm', plugintype: 'lvmthin' },
  { storage: 'local-zfs', plugintype: 'zfspool' },
  { storage: 'thick', plugintype: 'lvm' },
  { storage: 'nas', plugintype: 'nfs' },
];
const GUESTS = [
  { type: 'qemu', vmid: 100, node: 'pve1', name: 'web1', status: 'running' },
  { type: 'lxc', vmid: 101, node: 'pve1', name: 'ct1', status: 'running' },
];

function open(current: object, answers: Answers = {}, config: object = LVM, clock: Clock = systemClock) {
  const deletions = ['aa', 'bb', 'cc', 'other'].map((name) => [`DELETE ${BASE}/snapshot/${name}`, UPID]);
  const rollbacks = ['aa', 'bb', 'cc', 'other'].map((name) => [`POST ${BASE}/snapshot/${name}/rollback`, UPID]);
  const guests = scriptedGuests(
    current,
    {
      'GET /cluster/resources': ({ query }: { query?: { type?: string } }) =>
        query?.type === 'storage' ? STORAGES : GUESTS,
      [`GET ${BASE}/snapshot`]: TREE,
      [`GET ${BASE}/config`]: config,
      [`GET ${BASE}/feature`]: { hasFeature: 1 },
      [`POST ${BASE}/snapshot`]: UPID,
      'GET /nodes/pve1/lxc/101/snapshot': [],
      'GET /nodes/pve1/lxc/101/feature': { hasFeature: true },
      'POST /nodes/pve1/lxc/101/snapshot': UPID,
      ...Object.fromEntries([...deletions, ...rollbacks]),
      ...answers,
    },
    clock,
  );
  return { ...createSnapshotOps(guests.calls), asked: guests.asked, touched: guests.touched };
}
const id = (name: string) => snapshotId(WEB1, name);
const spec = (more: Partial<SnapshotSpec>): SnapshotSpec => ({
  name: 'new-1',
  description: '',
  memory: false,
  ...more,
});

describe('taking a snapshot of a guest', () => {
  it('says who decides whether the guest writes out its memory first, where that is asked for', async () => {
    const { create } = open(ON);
    expect((await create(WEB1, spec({ quiesce: true }), signal)).warnings).toEqual([
      {
        feature: 'quiesce',
        detail:
          'web1 was not told to write out what it has in memory: Proxmox VE has its agent do so where that is switched on in its options, for each snapshot without memory',
      },
    ]);
  });

  const isOff = 'web1 is off, so there was no memory to keep';
  const isContainer = "ct is a container, whose memory can't be kept";
  it.each<[string, VmId, object, Partial<SnapshotSpec>, object, readonly string[]]>([
    ['of its disks', WEB1, ON, {}, { snapname: 'new-1' }, []],
    ['with its memory', WEB1, ON, { memory: true }, { snapname: 'new-1', vmstate: '1' }, []],
    ['with a description', WEB1, OFF, { description: '50% <x>' }, { snapname: 'new-1', description: '50% <x>' }, []],
    ['of one that is off', WEB1, OFF, { memory: true }, { snapname: 'new-1' }, [isOff]],
    ['of a container', CT1, { name: 'ct' }, { memory: true }, { snapname: 'new-1' }, [isContainer]],
  ])('%s', async (_what, vm, current, more, form, warned) => {
    const { create, asked, touched } = open(current);
    const { warnings, ...accepted } = await create(vm, spec(more), signal);
    expect(accepted).toEqual({ task: UPID, id: snapshotId(vm, 'new-1') });
    expect(warnings).toEqual(warned.map((detail) => ({ feature: 'memory', detail })));
    const key = vm === WEB1 ? 'qemu/100' : 'lxc/101';
    expect(changesIn(asked)).toEqual([`POST /nodes/pve1/${key}/snapshot ${JSON.stringify({ form })}`]);
    expect(touched).toContain(key);
  });

  it.each(['', 'a', '1st', 'with space', 'über', '../../101', `x${'y'.repeat(40)}`, 'new\n'])(
    'is refused for the name %j, with the rule',
    async (name) => {
      const { create, asked } = open(ON);
      expect(await refusal(create(WEB1, spec({ name }), signal))).toMatchObject({
        code: 'op.refused',
        message: `${JSON.stringify(name)} can't be the name of a snapshot: Proxmox VE takes 2 to 40 letters, digits, - and _, the first one a letter`,
        fix: 'choose another name',
      });
      expect(changesIn(asked)).toEqual([]);
    },
  );

  it.each(['current', 'pending', 'vzdump'])('is refused for %s, which Proxmox VE uses itself', async (name) => {
    const { create, asked } = open(ON);
    const { code, message } = await refusal(create(WEB1, spec({ name }), signal));
    expect([code, message]).toEqual(['op.refused', expect.stringContaining('Proxmox VE uses it itself')]);
    expect(changesIn(asked)).toEqual([]);
  });

  it('takes a name of forty letters', async () => {
    const { create, asked } = open(ON);
    await create(WEB1, spec({ name: `x${'y'.repeat(39)}` }), signal);
    expect(changesIn(asked)).toHaveLength(1);
  });

  it('is refused for a name that is taken: seen before, or by the server meanwhile', async () => {
    const { create, asked } = open(ON, { [`GET ${BASE}/snapshot`]: [{ name: 'new-1' }] });
    expect(await refusal(create(WEB1, spec({}), signal))).toMatchObject({
      code: 'op.conflict',
      message: 'web1 has a snapshot new-1 already',
    });
    expect(changesIn(asked)).toEqual([]);
    const raced = open(ON, { ...endsWith("snapshot name 'new-1' already used") });
    expect(await refusal(raced.create(WEB1, spec({}), signal))).toMatchObject({
      code: 'op.conflict',
      fix: 'choose another name',
    });
  });

  it.each<[string, object, string]>([
    [
      'names the disks on storages that have none',
      {
        ...LVM,
        scsi1: 'thick:vm-100-disk-1',
        scsi2: 'nas:100/vm-100-disk-2.raw',
        scsi3: 'nas:100/vm-100-disk-3.qcow2',
        scsi4: 'unseen:vm-100-disk-4',
        virtio0: '/dev/disk/by-id/x',
      },
      "the disks of web1 can't all take snapshots: scsi1 on thick (lvm, raw), scsi2 on nas (nfs, raw), scsi4 on unseen (raw), virtio0 on /dev/disk/by-id/x (raw)",
    ],
    ['blames no disk that could', LVM, "the disks of web1 can't all take snapshots"],
  ])('is refused before a task is begun where the storage has none, and %s', async (_what, config, message) => {
    const { create, asked } = open(ON, { [`GET ${BASE}/feature`]: { hasFeature: 0 } }, config);
    expect(await refusal(create(WEB1, spec({}), signal))).toMatchObject({
      code: 'op.unsupported',
      message,
      fix: expect.stringContaining('LVM-thin'),
    });
    expect(changesIn(asked)).toEqual([]);
    expect(asked).toContain(`GET ${BASE}/feature {"query":{"feature":"snapshot"}}`);
  });
});

/** The task, looked at. */
const endsWith = (exitstatus: string): Answers => ({
  [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: { status: 'stopped', exitstatus },
});

describe('reverting a guest', () => {
  const LOST = ['what web1 has written to its disks since bb', 'the settings that web1 was given since bb'];
  const ZFS = 'local-zfs goes back to the newest only: delete cc, other first';
  it.each<[string, object, object, readonly string[], string | undefined]>([
    ['one that is off', OFF, LVM, LOST, undefined],
    ['one that runs', ON, LVM, [...LOST, 'what web1 has in memory'], undefined],
    ['one that is suspended', { ...OFF, lock: 'suspended' }, LVM, [...LOST, 'what web1 has in memory'], undefined],
    ['one on ZFS', OFF, { ...LVM, scsi1: 'local-zfs:x', scsi2: 'local-zfs:y' }, LOST, ZFS],
  ])('is planned: %s', async (_what, current, config, goes, refused) => {
    const { planRevert, asked } = open(current, {}, config);
    expect(await planRevert(id('bb'), signal)).toEqual({
      goes,
      stays: ['the notes of web1', 'the snapshot cc, which is newer', 'the snapshot other, which is newer'],
      ...(refused && { refused }),
    });
    expect(changesIn(asked)).toEqual([]);
  });

  it('to the newest asks no storage', async () => {
    const { planRevert, asked } = open(OFF);
    expect((await planRevert(id('other'), signal)).stays).toEqual(['the notes of web1']);
    expect(asked.filter((request) => request.includes('config') || request.includes('storage'))).toEqual([]);
  });

  it('is one request, and starts nothing by itself', async () => {
    const { revert, asked, touched } = open(ON);
    expect(await revert(id('bb'), signal)).toEqual({ task: UPID, warnings: [] });
    expect(changesIn(asked)).toEqual([`POST ${BASE}/snapshot/bb/rollback {"form":{}}`]);
    expect(touched).toContain('qemu/100');
  });

  it('that the storage refuses says which snapshots stand in the way', async () => {
    const said = "can't rollback, 'bb' is not most recent snapshot on 'local-zfs:vm-100-disk-0'";
    expect(await refusal(open(ON, endsWith(said)).revert(id('bb'), signal))).toMatchObject({
      code: 'op.conflict',
      message: expect.stringContaining(said),
      fix: 'delete the newer ones first: cc, other',
    });
    const foreign = open(ON, endsWith(said.replace("'bb'", "'other'")));
    expect((await refusal(foreign.revert(id('other'), signal))).fix).toBe('delete the newer ones first');
    const locked = await refusal(open(ON, endsWith('VM is locked (backup)')).revert(id('bb'), signal));
    expect(locked).toMatchObject({ code: 'op.conflict', message: 'web1: VM is locked (backup)' });
  });
});

describe('deleting a snapshot', () => {
  it('is planned, alone and with all that descend from it', async () => {
    const { planDelete, asked } = open(ON);
    expect(await planDelete(id('aa'), { children: false }, signal)).toEqual({
      goes: ['the snapshot aa', 'the memory kept with aa'],
      stays: [
        'what web1 has now',
        'the snapshot bb, which was made on top of it',
        'the snapshot other, which was made on top of it',
      ],
    });
    expect(await planDelete(id('bb'), { children: true }, signal)).toEqual({
      goes: ['the snapshot bb', 'the snapshot cc', 'the memory kept with cc'],
      stays: ['what web1 has now'],
    });
    expect(changesIn(asked)).toEqual([]);
  });

  it.each<[string, string, boolean, readonly string[]]>([
    ['alone is one request', 'aa', false, ['aa']],
    ['with children deletes the deepest first', 'aa', true, ['other', 'cc', 'bb', 'aa']],
    ['with children leaves what is beside it', 'bb', true, ['cc', 'bb']],
  ])('%s', async (_what, name, children, order) => {
    const { delete: remove, asked } = open(ON);
    expect(await remove(id(name), { children }, signal)).toEqual({ task: UPID, warnings: [] });
    expect(changesIn(asked)).toEqual(order.map((one) => expect.stringMatching(`^DELETE ${BASE}/snapshot/${one}\\b`)));
  });

  it('waits for the end of one before it asks for the next', async () => {
    let looks = 0;
    const { delete: remove, asked } = open(ON, {
      [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: () =>
        ++looks < 3 ? { status: 'running' } : { status: 'stopped', exitstatus: 'WARNINGS: 1' },
    });
    const { warnings } = await remove(id('bb'), { children: true }, signal);
    expect(warnings).toHaveLength(2);
    const changes = asked.map((request, at) => [request, at] as const).filter(([request]) => /^DELETE/.test(request));
    expect(changes.map(([, at]) => at)).toEqual([expect.any(Number), (changes[0]?.[1] ?? 0) + 4]);
  });

  it('waits for one that takes minutes as well', async () => {
    const clock = quickClock(1000);
    const look = { [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: () => status() };
    const since = clock.ticks();
    const status = () =>
      clock.ticks() - since < 120_000 ? { status: 'running' } : { status: 'stopped', exitstatus: 'OK' };
    const { delete: remove, asked } = open(ON, look, LVM, clock);
    await remove(id('bb'), { children: true }, signal);
    expect(clock.ticks() - since).toBeGreaterThanOrEqual(120_000);
    expect(changesIn(asked)).toHaveLength(2);
  });

  it.each<[string, Answers, string, string]>([
    [
      'by the server',
      { [`DELETE ${BASE}/snapshot/bb`]: new FleetError('op.failed', 'web1: no space', { fix: 'make room' }) },
      'op.failed',
      'web1: no space; deleted: other, cc; left: aa, bb',
    ],
    [
      'at the last',
      { [`DELETE ${BASE}/snapshot/aa`]: new FleetError('op.failed', 'web1: no space', { fix: 'make room' }) },
      'op.failed',
      'web1: no space; deleted: other, cc, bb; left: aa',
    ],
    [
      'by its task',
      endsWith('lvremove failed'),
      'op.failed',
      'web1: lvremove failed; deleted: none; left: aa, bb, cc, other',
    ],
    [
      'at the last without an answer that says how',
      { [`DELETE ${BASE}/snapshot/aa`]: 'done' },
      'outcome.unknown',
      'web1: the answer names no task; it may have been done or not; not known: aa; deleted: other, cc, bb; left: none',
    ],
    [
      'without an answer that says how',
      { [`GET /nodes/pve1/tasks/${encodeURIComponent(UPID)}/status`]: new FleetError('host.unreachable', 'gone') },
      'outcome.unknown',
      'web1: the server does not say how its task ended; it may have been done or not; not known: other; deleted: none; left: aa, bb, cc',
    ],
  ])('of several that is stopped %s says what is left', async (_what, answers, code, message) => {
    const { delete: remove } = open(ON, answers);
    const error = await refusal(remove(id('aa'), { children: true }, signal));
    expect(error).toMatchObject({ code, message });
    if (message.includes('space')) expect(error.fix).toBe('make room');
  });

  it('alone fails with the reason only', async () => {
    const { delete: remove } = open(ON, endsWith('lvremove failed'));
    expect((await refusal(remove(id('bb'), { children: false }, signal))).message).toBe('web1: lvremove failed');
  });
});

describe('a snapshot that is not there', () => {
  it.each<[string, (ops: ReturnType<typeof open>) => Promise<unknown>]>([
    ['planRevert', ({ planRevert }) => planRevert(id('nix"'), signal)],
    ['revert', ({ revert }) => revert(id('nix"'), signal)],
    ['planDelete', ({ planDelete }) => planDelete(id('nix"'), { children: true }, signal)],
    ['delete', ({ delete: remove }) => remove(id('nix"'), { children: true }, signal)],
    // the place where the guest stands is none
    ['delete of current', ({ delete: remove }) => remove(id('current'), { children: false }, signal)],
  ])('is reported by %s, and nothing is sent', async (_what, ask) => {
    const ops = open(ON);
    expect(await refusal(ask(ops))).toMatchObject({
      code: 'snapshot.not-found',
      message: expect.stringMatching(/^web1 has no snapshot "(?:nix\\"|current)"$/),
    });
    expect(changesIn(ops.asked)).toEqual([]);
  });

  it('never leads to another object, whatever the server calls it', async () => {
    const rows = [{ name: '..' }, { name: '%2e%2e', parent: '..' }];
    const { delete: remove, revert, asked } = open(OFF, { [`GET ${BASE}/snapshot`]: rows });
    for (const name of ['..', '%2e%2e']) {
      expect((await refusal(remove(id(name), { children: true }, signal))).code).toBe('op.refused');
      expect((await refusal(revert(id(name), signal))).code).toBe('op.refused');
    }
    expect(changesIn(asked)).toEqual([]);
  });
});
