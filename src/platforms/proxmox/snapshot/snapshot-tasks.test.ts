/** Snapshots against the pretended cluster: tasks, locks, and storages of each sort; every request checked by the schema. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { type Watching, watchConnection } from '../../../../test/contract/watching.ts';
import { endpointName, snapshotId, type VmId, vmId } from '../../../ids.ts';
import type { Connection, SnapshotOps } from '../../contract.ts';
import { shortWaits as clock } from '../../testkit-clock.ts';
import { connect } from '../connection.ts';
import { ACCOUNTS } from '../testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from '../testkit/server.ts';
import type { WorldGuest } from '../testkit/world.ts';

const PVE = endpointName('pve');
const { signal } = new AbortController();

let server: FakeProxmox;
let connection: Connection;
let ops: Required<SnapshotOps>;
let watching: Watching | undefined;

beforeEach(async () => {
  server = await startFakeProxmox(clock);
  const values = { host: server.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  connection = await connect({ name: PVE, platform: 'proxmox', values }, { signal, clock, wire: () => {}, ask: {} });
  ops = connection.snapshot as Required<SnapshotOps>;
});
afterEach(async () => {
  await watching?.stop();
  watching = undefined;
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});

const idOf = ({ kind, vmid }: WorldGuest): VmId => vmId(PVE, `${kind}/${vmid}`);
const on = (storage: string) =>
  server.world.addGuest('qemu', 'pve1', { name: 'web1', scsi0: `${storage}:vm-VMID-disk-0,size=8G` });
const container = () =>
  server.world.addGuest('lxc', 'pve2', { hostname: 'ct1', rootfs: 'local-lvm:subvol-VMID-disk-0,size=4G' });
const namesOf = async (guest: WorldGuest) => (await ops.list(idOf(guest), signal)).map(({ name }) => name);
const take = async (guest: WorldGuest, ...names: readonly string[]) => {
  for (const name of names) await ops.create(idOf(guest), { name, description: '', memory: false }, signal);
};

describe('a guest on ZFS', () => {
  it('goes back to its newest snapshot, and to an older one when the newer ones are deleted', async () => {
    const guest = on('local-zfs');
    await take(guest, 's1', 's2', 's3');
    const id = snapshotId(idOf(guest), 's1');
    expect((await ops.planRevert(id, signal)).refused).toBe(
      'local-zfs goes back to the newest only: delete s2, s3 first',
    );
    const error = await refusal(ops.revert(id, signal));
    expect(error).toMatchObject({ code: 'op.conflict', fix: 'delete the newer ones first: s2, s3' });
    await ops.delete(snapshotId(idOf(guest), 's2'), { children: true }, signal);
    expect(await namesOf(guest)).toEqual(['s1']);
    expect((await ops.revert(id, signal)).task).toMatch(/:qmrollback:/);
    expect(guest.standsOn).toBe('s1');
  });
});

describe('a container', () => {
  it('is snapshot, put back and freed of it, without its memory', async () => {
    const guest = Object.assign(container(), { status: 'running', runState: 'running', startedAt: clock.now() });
    const spec = { name: 'before', description: 'the upgrade', memory: true };
    const { task, warnings, id } = await ops.create(idOf(guest), spec, signal);
    expect([task, id]).toEqual([expect.stringMatching(/:vzsnapshot:/), snapshotId(idOf(guest), 'before')]);
    expect(warnings).toMatchObject([{ feature: 'memory' }]);
    const [made] = await ops.list(idOf(guest), signal);
    expect(made).toMatchObject({ memory: false, description: 'the upgrade', current: true });
    if (!made) throw new Error('it is not there');
    expect((await ops.revert(made.id, signal)).task).toMatch(/:vzrollback:/);
    expect(guest.status).toBe('stopped');
    expect((await ops.delete(made.id, { children: false }, signal)).task).toMatch(/:vzdelsnapshot:/);
    expect(await namesOf(guest)).toEqual([]);
  });
});

describe('a task that the server ends badly', () => {
  it('half-way through several tells what is left, and the rest is untouched', async () => {
    const guest = on('local-lvm');
    await take(guest, 's1', 's2');
    server.world.failNext('qmdelsnapshot', "can't remove lv");
    const error = await refusal(ops.delete(snapshotId(idOf(guest), 's1'), { children: true }, signal));
    expect(error.message).toBe("web1: can't remove lv; deleted: none; left: s1, s2");
    expect(await namesOf(guest)).toEqual(['s1', 's2']);
  });

  it('is no snapshot, and says why', async () => {
    const guest = on('local-lvm');
    server.world.failNext('qmsnapshot', 'qemu is tired');
    expect(await refusal(take(guest, 's1'))).toMatchObject({ code: 'op.failed', message: 'web1: qemu is tired' });
    guest.config['lock'] = 'suspended';
    expect(await refusal(take(guest, 's1'))).toMatchObject({
      code: 'op.conflict',
      fix: 'start it first: it is suspended to disk',
    });
    expect(await namesOf(guest)).toEqual([]);
  });

  it('is not begun where the storage has no snapshots', async () => {
    const guest = on('thick');
    const error = await refusal(take(guest, 's1'));
    expect(error.message).toBe("the disks of web1 can't all take snapshots: scsi0 on thick (lvm, raw)");
    expect(server.world.tasks).toEqual([]);
  });
});

it('a running guest that is put back is seen to be off at once', async () => {
  const guest = Object.assign(on('local-lvm'), { status: 'running', runState: 'running', startedAt: clock.now() });
  await take(guest, 's1');
  // the list of the cluster is late for longer than this test takes
  server.lagMs = 600_000;
  watching = watchConnection(connection, 60_000);
  await watching.untilState(idOf(guest), 'running');
  await ops.revert(snapshotId(idOf(guest), 's1'), signal);
  await watching.untilState(idOf(guest), 'stopped');
});
