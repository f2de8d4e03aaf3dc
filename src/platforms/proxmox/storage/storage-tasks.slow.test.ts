/** Lists and deletions against the pretended cluster: nodes that are away, tasks; every request checked by the schema. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../../test/contract/refusal.ts';
import { type Watching, watchConnection } from '../../../../test/contract/watching.ts';
import { endpointName, imageId, volumeId } from '../../../ids.ts';
import type { Connection, ImageOps, VolumeOps } from '../../contract.ts';
import { shortWaits as clock } from '../../testkit-clock.ts';
import { connect } from '../connection.ts';
import { ACCOUNTS } from '../testkit/access.ts';
import { type FakeProxmox, startFakeProxmox } from '../testkit/server.ts';

const PVE = endpointName('pve');
const { signal } = new AbortController();

let server: FakeProxmox;
let connection: Connection;
let volume: VolumeOps;
let image: ImageOps;
let watching: Watching | undefined;

beforeEach(async () => {
  server = await startFakeProxmox(clock);
  const values = { host: server.origin, user: ACCOUNTS.token.id, secret: ACCOUNTS.token.secret };
  connection = await connect({ name: PVE, platform: 'proxmox', values }, { signal, clock, wire: () => {}, ask: {} });
  volume = connection.volume ?? {};
  image = connection.image ?? {};
});
afterEach(async () => {
  await watching?.stop();
  watching = undefined;
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});

const troubles = (rows: readonly { readonly name: string; readonly trouble?: { readonly message: string } }[] = []) =>
  rows.flatMap(({ name, trouble }) => (trouble ? [[name, trouble.message]] : []));

describe('a node that is down', () => {
  const goesDown = () => server.world.nodes.set('pve2', { online: false });
  const listAll = async () => ({
    volumes: await volume.list?.(PVE, signal),
    images: await image.list?.(PVE, signal),
    networks: await connection.network?.list?.(PVE, signal),
  });

  it('is told in every list, whose other rows are there', async () => {
    server.world.addGuest('qemu', 'pve1', { name: 'web1', scsi0: 'local-lvm:vm-VMID-disk-0,size=8G' });
    goesDown();
    const { volumes, images, networks } = await listAll();
    const why = 'not read: its node pve2 is offline';
    expect(troubles(volumes)).toEqual(
      ['local-lvm', 'local-zfs', 'local', 'thick'].map((name) => [`(volumes of pve2/${name})`, why]),
    );
    expect(volumes?.map(({ name }) => name)).toContain('vm-100-disk-0');
    expect(troubles(images)).toEqual([['(images of pve2/local)', why]]);
    expect(images?.map(({ name }) => name)).toEqual(expect.arrayContaining(['debian-13.iso', 'rescue.iso']));
    expect(troubles(networks)).toEqual([['(networks of pve2)', 'not read: it is offline']]);
    expect(networks?.map(({ name }) => name)).toEqual(expect.arrayContaining(['vmbr0', 'web', 'nat1', 'soon']));
    expect(troubles(await connection.storage?.list?.(PVE, signal))).toHaveLength(4);
  });

  it('is told as well while the cluster does not know of it yet', async () => {
    server.lagMs = 600_000;
    await volume.list?.(PVE, signal);
    goesDown();
    const { volumes, images } = await listAll();
    const why = 'not read: local on pve2: its node does not answer: No route to host';
    expect(troubles(volumes)).toContainEqual(['(volumes of pve2/local)', why]);
    expect(troubles(images)).toEqual([['(images of pve2/local)', why]]);
  });
});

it.each([
  ['qemu', { name: 'web1', scsi0: 'local-lvm:vm-VMID-disk-0,size=8G' }],
  ['lxc', { hostname: 'web1', rootfs: 'local-lvm:vm-VMID-disk-0,size=8G' }],
] as const)('a disk goes when its guest (%s) has let go of it, in its snapshots too', async (kind, config) => {
  const { world } = server;
  const guest = world.addGuest(kind, 'pve1', config);
  guest.snapshots.push({ name: 'before', parent: undefined, at: 0 });
  const volid = 'local-lvm:vm-100-disk-0';
  const id = volumeId(PVE, `pve1/${volid}`);
  const used = { code: 'op.refused', message: `${volid} is used by web1, web1 in its snapshot before` };
  expect(await refusal(volume.delete?.(id, signal) ?? Promise.resolve())).toMatchObject(used);
  for (const key of ['scsi0', 'rootfs']) delete guest.config[key];
  guest.config['unused0'] = volid;
  expect(await volume.planDelete?.(id, signal)).toEqual({ goes: [volid], stays: [] });
  expect((await volume.delete?.(id, signal))?.task).toContain(':imgdel:100@local-lvm:');
  expect(world.volumes.has(volid)).toBe(false);
});

describe('the task of an image', () => {
  const spec = { name: 'new.iso', url: 'https://example.org/new.iso', storage: 'nas' };

  it('that fails is the answer, and nothing is there', async () => {
    server.world.failNext('download', "download failed: server returned '404 Not Found'");
    const error = await refusal(image.create?.(PVE, spec, signal) ?? Promise.resolve());
    expect(error).toMatchObject({ code: 'op.failed', message: expect.stringContaining('404 Not Found') });
    expect((await image.list?.(PVE, signal))?.map(({ name }) => name)).not.toContain('new.iso');
  });

  it('is told by the watch as well, which marks no guest for it', async () => {
    server.world.addGuest('qemu', 'pve1', { name: 'web1' });
    watching = watchConnection(connection);
    await watching.until('the list', () => watching?.feeds.find(({ kind }) => kind === 'complete'));
    server.world.failNext('imgdel', 'unlink failed');
    const id = imageId(PVE, 'nas:iso/rescue.iso');
    await refusal(image.delete?.(id, signal) ?? Promise.resolve());
    const told = await watching.until('its task', () =>
      watching?.feeds
        .flatMap((feed) => (feed.kind === 'tasks' ? feed.tasks : []))
        .find(({ state }) => state === 'failed'),
    );
    expect(told).toMatchObject({
      subject: undefined,
      text: expect.stringContaining('Deletion of a volume (nas) failed: unlink failed'),
    });
    expect([...watching.vms.values()].map(({ trouble }) => trouble)).toEqual([undefined]);
  });
});
