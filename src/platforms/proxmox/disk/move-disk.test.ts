/** Disks that go to another storage, against the pretended cluster, which holds every request against the published API. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { FleetError } from '../../../errors.ts';
import { diskId, endpointName, vmId } from '../../../ids.ts';
import type { Connection, DiskMoveSpec } from '../../contract.ts';
import { shortWaits as clock } from '../../testkit-clock.ts';
import { connect } from '../connection.ts';
import { ACCOUNTS } from '../testkit/access.ts';
import { changesIn, scriptedGuests, scriptedLists, UPID, WEB1 } from '../testkit/scripted-api.ts';
import { type FakeProxmox, startFakeProxmox } from '../testkit/server.ts';
import type { WorldGuest } from '../testkit/world.ts';
import { createDiskOps } from './disk-ops.ts';

const PVE = endpointName('pve');
const TO_NAS: DiskMoveSpec = { storage: 'nas', format: '', keep: false };

let server: FakeProxmox;
let connection: Connection;

beforeAll(async () => {
  server = await startFakeProxmox(clock);
  const values = { host: server.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  const { signal } = new AbortController();
  connection = await connect({ name: PVE, platform: 'proxmox', values }, { signal, clock, wire: () => {}, ask: {} });
});
afterAll(async () => {
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});
afterEach(() => {
  server.world.guests.clear();
  server.tellNow();
});

const OLD = 'local-lvm:vm-VMID-disk-0';
const oldOf = ({ vmid }: WorldGuest) => OLD.replace('VMID', String(vmid));

function web1(more: Readonly<Record<string, string>> = {}): WorldGuest {
  const disks = { scsi0: `${OLD},size=8G,iothread=1`, ide2: 'nas:iso/rescue.iso,media=cdrom' };
  const guest = server.world.addGuest('qemu', 'pve1', { name: 'web1', ...disks, ...more });
  server.tellNow();
  return guest;
}

const move = ({ kind, vmid }: WorldGuest, device: string, spec: Partial<DiskMoveSpec> = {}) => {
  const id = diskId(vmId(PVE, `${kind}/${vmid}`), device);
  const { signal } = new AbortController();
  return connection.disk?.move?.(id, { ...TO_NAS, ...spec }, signal) ?? Promise.reject(new Error('no disk.move'));
};

describe('a disk that is moved', () => {
  it('is the copy, with all else that was said of it, and the volume that it had is gone', async () => {
    const guest = web1();
    guest.status = 'running';
    expect(await move(guest, 'scsi0')).toEqual({ warnings: [] });
    expect(guest.config['scsi0']).toBe(`nas:${guest.vmid}/vm-${guest.vmid}-disk-0.raw,size=8G,iothread=1`);
    expect(server.world.volumes.has(oldOf(guest))).toBe(false);
  });

  it('leaves the volume that it had as an unused disk, where that was asked for', async () => {
    const guest = web1();
    await move(guest, 'scsi0', { keep: true, format: 'qcow2' });
    expect(guest.config['scsi0']).toMatch(/^nas:.*\.qcow2,/);
    expect(guest.config['unused0']).toBe(oldOf(guest));
  });

  it('names the volume that the server could not delete, which says so in its log alone', async () => {
    const guest = web1();
    server.world.failNext('vdisk_free', 'lvremove failed');
    const why = 'the server could not delete it: see its log';
    expect(await move(guest, 'scsi0')).toEqual({ warnings: [], kept: [{ path: oldOf(guest), why }] });
  });

  it('stays where it is when its task fails', async () => {
    const guest = web1();
    server.world.failNext('qmmove', 'storage migration failed: no space left on device');
    const error = await refusal(move(guest, 'scsi0'));
    expect(error).toMatchObject({ code: 'op.failed', message: expect.stringContaining('no space left') });
    expect(guest.config['scsi0']).toContain(oldOf(guest));
  });
});

describe('a move that is given up', () => {
  const DISK = 'local-lvm:vm-100-disk-0';
  const config = '/nodes/pve1/qemu/100/config';

  /** The task runs until it is stopped; `after` is what the settings have then. */
  async function givenUp(after: unknown) {
    const giveUp = new AbortController();
    let stopped = false;
    const task = `/nodes/pve1/tasks/${encodeURIComponent(UPID)}`;
    const { calls, asked } = scriptedGuests(
      {},
      {
        [`GET ${config}`]: () => (stopped ? after : { scsi0: `${DISK},size=8G`, digest: 'd1' }),
        'POST /nodes/pve1/qemu/100/move_disk': UPID,
        [`GET ${task}/status`]() {
          giveUp.abort(new Error('enough'));
          return { status: stopped ? 'stopped' : 'running', exitstatus: 'unexpected status' };
        },
        [`DELETE ${task}`]() {
          stopped = true;
          return null;
        },
      },
    );
    const storages = {
      type: 'storage',
      node: 'pve1',
      storage: 'nas',
      shared: 1,
      status: 'available',
      content: 'images',
    };
    const { context: lists } = scriptedLists({ 'GET /cluster/resources': [storages] });
    const disks = createDiskOps({ calls, lists, info: () => Promise.reject(new Error('not asked')) });
    const moving = disks.move(diskId(WEB1, 'scsi0'), { ...TO_NAS, keep: true }, giveUp.signal);
    return { error: await refusal(moving), changes: changesIn(asked), stop: `DELETE ${task}` };
  }

  it('is stopped, and says where the disk is', async () => {
    const { error, changes, stop } = await givenUp({ scsi0: `${DISK},size=8G` });
    expect(error).toMatchObject({ code: 'op.cancelled', message: `scsi0 of web1 was not moved: it is ${DISK}` });
    const form = { disk: 'scsi0', storage: 'nas', digest: 'd1' };
    expect(changes).toEqual([`POST /nodes/pve1/qemu/100/move_disk ${JSON.stringify({ form })}`, stop]);
  });

  it('may have come to its end before', async () => {
    const { error } = await givenUp({ scsi0: 'nas:100/vm-100-disk-0.raw,size=8G' });
    const message = 'scsi0 of web1 was moved before it was given up: it is nas:100/vm-100-disk-0.raw';
    expect(error).toMatchObject({ code: 'op.cancelled', message });
  });

  it('says so where that is not known', async () => {
    const { error } = await givenUp(new FleetError('host.unreachable', 'pve1 does not answer'));
    const message = 'whether scsi0 of web1 was moved is not known: pve1 does not answer';
    expect(error).toMatchObject({ code: 'outcome.unknown', message });
  });
});

describe('a disk is not moved', () => {
  it.each([
    ['ide2', {}, 'op.refused', 'ide2 of web1 is a drive: eject what is in it'],
    ['unused3', {}, 'op.refused', 'unused3 of web1 is attached to nothing'],
    ['scsi0', { storage: 'local-lvm' }, 'op.refused', 'scsi0 of web1 is on pve1/local-lvm already'],
    ['scsi0', { storage: 'none' }, 'storage.not-found', 'pve1 has no storage "none"'],
    ['scsi0', { storage: 'local' }, 'op.refused', 'pve1/local takes iso, vztmpl, backup, import, not images'],
    ['scsi0', { format: 'vhd' }, 'op.refused', 'there is no format "vhd"'],
    ['scsi1', {}, 'op.refused', 'local-lvm:vm-999-disk-1 is not a volume of web1 itself'],
  ] as const)('%s with %o', async (device, spec, code, message) => {
    const guest = web1({ unused3: 'local-lvm:vm-VMID-disk-3', scsi1: 'local-lvm:vm-999-disk-1,size=1G' });
    expect(await refusal(move(guest, device, spec))).toMatchObject({ code, message });
    expect(server.world.tasks.some(({ about }) => about === String(guest.vmid))).toBe(false);
  });

  it('from what a snapshot needs, unless that stays', async () => {
    const guest = web1();
    guest.snapshots.push({ name: 'before', parent: undefined, at: 0, config: { ...guest.config } });
    const error = await refusal(move(guest, 'scsi0'));
    expect(error).toMatchObject({ code: 'op.refused', fix: 'keep the volume that it has' });
    expect(error.message).toContain('web1 in its snapshot before');
    await move(guest, 'scsi0', { keep: true });
    expect(guest.config['unused0']).toBe(oldOf(guest));
  });

  it('of a container that runs; of one that is off it is', async () => {
    const ct = server.world.addGuest('lxc', 'pve1', { hostname: 'ct1', rootfs: `${OLD},size=4G` });
    server.tellNow();
    ct.status = 'running';
    const to = { storage: 'local-zfs' };
    expect(await refusal(move(ct, 'rootfs', to))).toMatchObject({ code: 'op.conflict', fix: 'stop ct1 first' });
    ct.status = 'stopped';
    await move(ct, 'rootfs', to);
    expect(ct.config['rootfs']).toMatch(/^local-zfs:subvol-\d+-disk-0,size=4G$/);
  });
});
