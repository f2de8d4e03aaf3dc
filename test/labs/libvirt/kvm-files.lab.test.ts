/** Which files go with a guest: real images, links, mounts and snapshots, over ssh and where only the daemon is reached. */
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { endpointName, type VmId } from '../../../src/ids.ts';
import type { Accepted, Connection, DeleteOptions, DeletePlan, Endpoint } from '../../../src/platforms/contract.ts';
import { host3, imageFile, makeGuests, removeGuests, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const IMAGES = '/var/lib/libvirt/images';
const ELSEWHERE = '/var/lib/libvirt/elsewhere';
const [DOOMED, OTHER] = ['doomed', 'other'];
const DISK = `${IMAGES}/${DOOMED}.qcow2`;
const byLogin = sshEndpoint(host);
const byDaemon: Endpoint = {
  name: endpointName(host.name),
  platform: 'kvm',
  values: { transport: 'tcp', host: host.address, insecure: true },
};

let tmp = '';
const opened: Connection[] = [];
beforeAll(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'drover-files-'));
  await inHost(host, 'mkdir', '-p', ELSEWHERE, `${ELSEWHERE}/mount`);
});
beforeEach(async () => {
  await removeGuests(host, DOOMED, OTHER);
  await makeGuests(host, DOOMED, OTHER);
  // Two images that were made in the same instant could not be distinguished without a login.
  await inHost(host, 'touch', DISK);
});
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
  await removeGuests(host, DOOMED, OTHER);
  await inHost(
    host,
    'sh',
    '-c',
    `umount ${ELSEWHERE}/mount; rm -f ${ELSEWHERE}/*.* ${IMAGES}/fresh* ${IMAGES}/${DOOMED}.*; true`,
  );
  await virsh(host, 'pool-undefine', 'away').catch(() => undefined);
});
afterAll(() => rm(tmp, { recursive: true }));

async function open(endpoint: Endpoint): Promise<Connection['vm']> {
  const connection = await connectTo(endpoint);
  opened.push(connection);
  return connection.vm;
}
const id = (): Promise<VmId> => idOfGuest(host, byLogin, DOOMED);

async function lossesBy(endpoint: Endpoint): Promise<DeletePlan | undefined> {
  return (await open(endpoint)).planDelete?.(await id(), patient());
}
async function deleteBy(endpoint: Endpoint, options: Partial<DeleteOptions> = {}): Promise<Accepted | undefined> {
  const vm = await open(endpoint);
  return vm.delete?.(await id(), { keepDisks: false, snapshots: false, ...options }, patient());
}

/** One more disk for the other guest, as its saved configuration has it. */
async function give(source: string, format = 'qcow2'): Promise<void> {
  const xml = `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${source}'/><target dev='vdy' bus='virtio'/></disk>`;
  await writeFile(join(tmp, 'disk.xml'), xml);
  await virsh(host, 'attach-device', OTHER, join(tmp, 'disk.xml'), '--config');
}
const takeBack = (): Promise<string> => virsh(host, 'detach-disk', OTHER, 'vdy', '--config');
const create = (path: string, ...more: readonly string[]): Promise<string> =>
  inHost(host, 'qemu-img', 'create', '-q', '-f', 'qcow2', ...more, path, '1M');

it.each([
  ['a symbolic link', `ln -s ${DISK} ${ELSEWHERE}/alias.qcow2`, `${ELSEWHERE}/alias.qcow2`],
  ['a hard link', `ln ${DISK} ${ELSEWHERE}/alias.qcow2`, `${ELSEWHERE}/alias.qcow2`],
  ['a bind mount', `mount --bind ${IMAGES} ${ELSEWHERE}/mount`, `${ELSEWHERE}/mount/${DOOMED}.qcow2`],
])('F-058 keeps a disk that another guest uses through %s', async (_what, make, alias) => {
  await inHost(host, 'sh', '-c', make);
  await give(alias);
  const reason = `${DISK} (also used by ${OTHER}, as ${alias})`;
  expect(await lossesBy(byLogin)).toMatchObject({ goes: [], stays: expect.arrayContaining([reason]) });
  const doubt = [
    { path: DISK, why: `${alias}, used by ${OTHER}, is in no active storage pool and may be the same file` },
  ];
  expect(await lossesBy(byDaemon)).toMatchObject({ goes: [], unknown: doubt });
  // Named or not: it is known to be needed.
  const done = await deleteBy(byLogin, { deleteUnknown: [DISK] });
  expect(done?.warnings).toContainEqual({ feature: 'disks', detail: `stays: ${reason}` });
  expect(existsSync(imageFile(host, `${DOOMED}.qcow2`))).toBe(true);
});

it('F-058 keeps a disk that a snapshot of another guest needs, though it is not attached any more', async () => {
  await give(DISK);
  await virsh(host, 'snapshot-create-as', OTHER, 'monday');
  await takeBack();
  const reason = `${DISK} (also needed by the snapshot monday of ${OTHER})`;
  for (const endpoint of [byLogin, byDaemon]) {
    expect(await lossesBy(endpoint)).toMatchObject({ goes: [], stays: expect.arrayContaining([reason]) });
  }
  await deleteBy(byLogin);
  expect(existsSync(imageFile(host, `${DOOMED}.qcow2`))).toBe(true);
  await virsh(host, 'snapshot-delete', OTHER, 'monday', '--metadata');
});

it('is not held up by an inactive pool', async () => {
  await virsh(host, 'pool-define-as', 'away', 'dir', '--target', '/var/lib/libvirt/away');
  for (const endpoint of [byLogin, byDaemon]) expect((await lossesBy(endpoint))?.goes).toEqual([DISK]);
  expect(await deleteBy(byDaemon)).not.toHaveProperty('kept');
  expect(existsSync(imageFile(host, `${DOOMED}.qcow2`))).toBe(false);
});

it('decides by a login what another guest has outside of all pools; where only the daemon is reached the disk stays until it is named', async () => {
  await create(`${ELSEWHERE}/apart.qcow2`);
  await give(`${ELSEWHERE}/apart.qcow2`);
  expect((await lossesBy(byLogin))?.goes).toEqual([DISK]);
  const kept = [{ path: DISK, why: expect.stringContaining(`${ELSEWHERE}/apart.qcow2, used by ${OTHER}`) }];
  expect(await lossesBy(byDaemon)).toMatchObject({ goes: [], unknown: kept });
  expect(await deleteBy(byDaemon)).toMatchObject({ kept });
  expect(existsSync(imageFile(host, `${DOOMED}.qcow2`))).toBe(true);

  await removeGuests(host, DOOMED);
  await makeGuests(host, DOOMED);
  expect(await deleteBy(byDaemon, { deleteUnknown: [DISK] })).not.toHaveProperty('kept');
  expect(existsSync(imageFile(host, `${DOOMED}.qcow2`))).toBe(false);
});

it('reads by a login what an image outside of all pools is layered on', async () => {
  await create(`${ELSEWHERE}/middle.qcow2`, '-b', DISK, '-F', 'qcow2');
  await create(`${ELSEWHERE}/top.qcow2`, '-b', `${ELSEWHERE}/middle.qcow2`, '-F', 'qcow2');
  await give(`${ELSEWHERE}/top.qcow2`);
  const reason = `${DISK} (${ELSEWHERE}/top.qcow2 is layered on it, used by ${OTHER})`;
  expect(await lossesBy(byLogin)).toMatchObject({ goes: [], stays: expect.arrayContaining([reason]) });
  expect(await lossesBy(byDaemon)).toMatchObject({ goes: [], unknown: [{ path: DISK }] });
});

it('sees files that libvirt has not listed since the last refresh', async () => {
  const layer = `${IMAGES}/fresh-layer.qcow2`;
  await create(layer, '-b', DISK, '-F', 'qcow2');
  const reason = `${DISK} (fresh-layer.qcow2 in pool default is layered on it)`;
  expect((await lossesBy(byDaemon))?.stays).toContain(reason);
  await inHost(host, 'rm', layer);
  expect((await lossesBy(byDaemon))?.goes).toEqual([DISK]);

  const fresh = `${IMAGES}/fresh.qcow2`;
  await create(fresh);
  await virsh(host, 'attach-disk', DOOMED, fresh, 'vdx', '--config', '--subdriver', 'qcow2');
  expect(await deleteBy(byDaemon)).not.toHaveProperty('kept');
  expect(existsSync(imageFile(host, 'fresh.qcow2'))).toBe(false);
});

it('deletes a disk that is in no pool where there is a login, and leaves it where there is none', async () => {
  const apart = `${ELSEWHERE}/own.qcow2`;
  const attach = async () => {
    await create(apart);
    await virsh(host, 'attach-disk', DOOMED, apart, 'vdx', '--config', '--subdriver', 'qcow2');
  };
  const isThere = () =>
    inHost(host, 'test', '-e', apart).then(
      () => true,
      () => false,
    );
  await attach();
  expect(await deleteBy(byDaemon)).toMatchObject({ kept: [{ path: apart, why: 'it is in no active storage pool' }] });
  expect(await isThere()).toBe(true);
  await inHost(host, 'rm', apart);
  await removeGuests(host, DOOMED);
  await makeGuests(host, DOOMED);
  await attach();
  expect((await lossesBy(byLogin))?.goes).toEqual([DISK, apart]);
  expect(await deleteBy(byLogin)).not.toHaveProperty('kept');
  expect(await isThere()).toBe(false);
});

it('lists and deletes what an external snapshot has made of a disk, and spares the template below', async () => {
  await virsh(host, 'snapshot-create-as', DOOMED, 'outside', '--disk-only', '--diskspec', 'sda,snapshot=no');
  const top = `${IMAGES}/${DOOMED}.outside`;
  for (const endpoint of [byLogin, byDaemon]) {
    expect(await lossesBy(endpoint)).toEqual({
      goes: [top, DISK],
      stays: [],
      snapshots: ['outside'],
    });
  }
  await expect(deleteBy(byLogin)).rejects.toMatchObject({ code: 'op.conflict' });
  expect(await deleteBy(byLogin, { snapshots: true })).not.toHaveProperty('kept');
  expect(
    [`${DOOMED}.outside`, `${DOOMED}.qcow2`, 'busybox.qcow2'].map((file) => existsSync(imageFile(host, file))),
  ).toEqual([false, false, true]);
});

it('lists checkpoints as lost, and deletes a guest that has some', async () => {
  await virsh(host, 'start', DOOMED, '--paused');
  await virsh(host, 'checkpoint-create-as', DOOMED, 'monday');
  await virsh(host, 'destroy', DOOMED);
  expect((await lossesBy(byLogin))?.snapshots).toEqual(['monday (checkpoint)']);
  await expect(deleteBy(byLogin)).rejects.toMatchObject({ message: `${DOOMED} has checkpoints: monday` });
  expect(await deleteBy(byLogin, { snapshots: true })).not.toHaveProperty('kept');
  await expect(virsh(host, 'domstate', DOOMED)).rejects.toThrow();
});
