import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { VmId } from '../../../src/ids.ts';
import { mib } from '../../../src/units.ts';
import { openTerminal, type Terminal } from '../../contract/terminal.ts';
import { until } from '../until.ts';
import {
  guestState,
  host2,
  imageFile,
  makeGuests,
  removeGuests,
  untilGuestIs,
  untilLoginPrompt,
  virsh,
} from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient, shut, type Watched, watch } from './kvm-watching.ts';

const host = host2;
const endpoint = sshEndpoint(host);
const NAMES = Array.from({ length: 10 }, (_, i) => `act${i}`);
const opened: Watched[] = [];

let tmp = '';

beforeAll(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'drover-act-'));
  await removeGuests(host, ...NAMES);
  await makeGuests(host, ...NAMES);
});
afterEach(async () => {
  for (const watched of opened.splice(0)) await shut(watched);
});
afterAll(async () => {
  await removeGuests(host, ...NAMES);
  await rm(tmp, { recursive: true });
});

async function open(): Promise<Watched> {
  const watched = await watch(endpoint);
  opened.push(watched);
  return watched;
}
async function consoleOf({ connection }: Watched, id: VmId): Promise<Terminal> {
  const attachment = await connection.console?.serial?.(id, { force: true }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  return openTerminal(attachment.stream);
}
const idOf = (name: string): Promise<VmId> => idOfGuest(host, endpoint, name);

it('F-255 starts ten guests at once, as virsh sees as well, and cuts their power', async () => {
  const watched = await open();
  const ids = await Promise.all(NAMES.map(idOf));
  await Promise.all(ids.map((id) => watched.connection.vm.start(id, patient())));
  for (const id of ids) await watched.untilState(id, 'running', 30_000);
  for (const name of NAMES) expect(await guestState(host, name)).toBe('running');
  await Promise.all(ids.map((id) => watched.connection.vm.stop(id, 'force', patient())));
  for (const id of ids) await watched.untilState(id, 'stopped', 30_000);
  for (const name of NAMES) expect(await guestState(host, name)).toBe('shut off');
});

it('F-072 F-214 F-292 gives a running guest more memory, which the guest takes', async () => {
  const watched = await open();
  const id = await idOf('act0');
  await watched.connection.vm.start(id, patient());
  await untilLoginPrompt(host, 'act0');
  const actual = async (size: number) => (await virsh(host, 'dommemstat', 'act0')).includes(`actual ${size / 1024}`);
  const { configure, settings } = watched.connection.vm;
  // A guest starts with all of its memory and gives some back while it boots; the daemon hears of it once a second.
  await until('the guest to have given back its memory', 20_000, async () => {
    const now = await settings?.(id, 'running', patient());
    return now?.['memory'] === mib(128) && now['max-memory'] === mib(256);
  });
  const accepted = await configure?.(id, 'running', { memory: mib(192) }, { memory: mib(128) }, patient());
  expect(accepted?.warnings).toHaveLength(1);
  await watched.until('the row to show it', () => (watched.vms.get(id)?.memory === mib(192) ? true : undefined), 5_000);
  await until('the guest has taken it', 20_000, () => actual(mib(192)));
  expect(await settings?.(id, 'config', patient())).toMatchObject({ memory: mib(192) });
});

it('gives a guest that is off more memory than it could have, in one step', async () => {
  const { connection } = await open();
  const { configure } = connection.vm;
  const id = await idOf('act3');
  const accepted = await configure?.(id, 'config', { memory: mib(512) }, { memory: mib(128) }, patient());
  expect(accepted?.warnings).toEqual([
    { feature: 'max-memory', detail: 'max-memory is raised to 512M as well, since memory was set above it' },
  ]);
  const info = await virsh(host, 'dominfo', 'act3');
  expect(info).toMatch(/Max memory: +524288 KiB/);
  expect(info).toMatch(/Used memory: +524288 KiB/);
});

it('says what to do about memory that is more than a running guest may have, before anything is sent', async () => {
  const { connection } = await open();
  const id = await idOf('act0');
  const refused = connection.vm.configure?.(id, 'running', { memory: mib(512) }, {}, patient());
  await expect(refused).rejects.toMatchObject({
    code: 'op.refused',
    message: 'act0: memory 512M is more than its max-memory, 256M',
    fix: 'raise max-memory in the saved settings; the next start takes it',
  });
});

it('shows a guest without a saved definition as gone once it was forced off', async () => {
  const xml = (await virsh(host, 'dumpxml', 'act8')).replace(/<(uuid|mac)[\s\S]*?(<\/uuid>|\/>)/g, '');
  await writeFile(join(tmp, 'transient.xml'), xml.replace('>act8<', '>act-transient<').replaceAll('act8.', 'act9.'));
  await virsh(host, 'create', join(tmp, 'transient.xml'));
  const watched = await open();
  const id = await idOf('act-transient');
  await watched.untilState(id, 'running');
  await watched.connection.vm.stop(id, 'force', patient());
  await watched.until('the row to go', () => (watched.vms.has(id) ? undefined : true), 5_000);
});

it('asks no paused guest to shut down, and says what to do', async () => {
  const { connection } = await open();
  await virsh(host, 'start', 'act8', '--paused');
  const asked = connection.vm.stop(await idOf('act8'), 'graceful', patient());
  await expect(asked).rejects.toMatchObject({ code: 'op.conflict', fix: 'resume it first, or force it' });
  await virsh(host, 'destroy', 'act8');
});

it('F-252 logs in at the serial console, and detaches without stopping the guest', async () => {
  const connection = await connectTo(endpoint);
  const id = await idOf('act0');
  const attachment = await connection.console?.serial?.(id, { force: false }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  const terminal = openTerminal(attachment.stream);
  await terminal.see(/act0 login:/, '\r');
  terminal.type('root\r');
  await terminal.see(/root@act0:.*# /, '\r');
  terminal.type('echo $((6*7))-from-the-guest\r');
  await terminal.see(/42-from-the-guest/);
  attachment.stream.destroy();
  await terminal.ended;
  expect(await guestState(host, 'act0')).toBe('running');
  await connection.close();
});

it('F-052 F-455 saves a guest to disk, and wakes it up where it was', async () => {
  const watched = await open();
  const id = await idOf('act0');
  const { suspend, resume } = watched.connection.vm;
  const before = await consoleOf(watched, id);
  await before.see(/root@act0:.*# /, '\r');
  before.type('kept=still-here; echo said-$((40+2))\r');
  await before.see(/said-42/);
  await suspend?.(id, patient());
  await watched.untilState(id, 'suspended', 30_000);
  expect(await virsh(host, 'dominfo', 'act0')).toMatch(/Managed save: +yes/);

  const second = await open();
  expect((await second.untilState(id, 'suspended')).rawState).toBe('shut off (saved)');
  expect((await second.connection.vm.info(id, patient())).state).toBe('suspended');
  await resume?.(id, patient());
  await second.untilState(id, 'running', 30_000);
  const after = await consoleOf(second, id);
  after.type('echo $kept-$((40+3))\r');
  await after.see(/still-here-43/);
});

it('F-050 asks the guest to power off', async () => {
  const watched = await open();
  const id = await idOf('act0');
  await watched.connection.vm.stop(id, 'graceful', patient());
  await watched.untilState(id, 'stopped', 30_000);
  expect(await guestState(host, 'act0')).toBe('shut off');
});

it('F-058 F-241 deletes a guest with its disk, and leaves a disk that another guest uses', async () => {
  const watched = await open();
  const [shared, alone] = [await idOf('act1'), await idOf('act2')];
  const disk = '/var/lib/libvirt/images/act1.qcow2';
  await virsh(host, 'attach-disk', 'act3', disk, 'vdz', '--config', '--subdriver', 'qcow2');

  const { planDelete: losses, delete: remove } = watched.connection.vm;
  expect(await losses?.(shared, patient())).toEqual({
    goes: [],
    stays: [`${disk} (also used by act3)`],
    snapshots: [],
  });
  const kept = await remove?.(shared, { keepDisks: false, snapshots: false }, patient());
  expect(kept?.warnings).toEqual([{ feature: 'disks', detail: `stays: ${disk} (also used by act3)` }]);
  expect(existsSync(imageFile(host, 'act1.qcow2'))).toBe(true);

  expect(await losses?.(alone, patient())).toMatchObject({ goes: ['/var/lib/libvirt/images/act2.qcow2'] });
  expect(existsSync(imageFile(host, 'act2.qcow2'))).toBe(true);
  expect(await remove?.(alone, { keepDisks: false, snapshots: false }, patient())).toEqual({ warnings: [] });
  expect(existsSync(imageFile(host, 'act2.qcow2'))).toBe(false);
  await watched.until('the rows to go', () => (watched.vms.has(shared) || watched.vms.has(alone) ? undefined : true));
});

it('never deletes the image that other disks are layered on', async () => {
  const connection = await connectTo(endpoint);
  const base = '/var/lib/libvirt/images/busybox.qcow2';
  await virsh(host, 'attach-disk', 'act4', base, 'vdz', '--config', '--subdriver', 'qcow2');
  const lost = await connection.vm.planDelete?.(await idOf('act4'), patient());
  expect(lost?.goes).toEqual(['/var/lib/libvirt/images/act4.qcow2']);
  expect(lost?.stays).toEqual([expect.stringMatching(/busybox\.qcow2 \(.*used by .*\)/)]);
  await connection.close();
});

it('F-058 keeps a disk that another pool has layers on, or that a guest names by its pool', async () => {
  const connection = await connectTo(endpoint);
  const id = await idOf('act6');
  const disk = '/var/lib/libvirt/images/act6.qcow2';
  const staysFor = async () => {
    const lost = await connection.vm.planDelete?.(id, patient());
    const stays = lost?.stays.filter((line) => line.startsWith(`${disk} `));
    expect(lost?.goes.includes(disk)).toBe(stays?.length === 0);
    return stays;
  };
  expect(await staysFor()).toEqual([]);
  await virsh(host, 'pool-create-as', 'fast', 'dir', '--target', '/var/lib/libvirt/fast', '--build');
  try {
    const layer = ['--backing-vol', disk, '--backing-vol-format', 'qcow2'];
    await virsh(host, 'vol-create-as', 'fast', 'layer.qcow2', '1M', '--format', 'qcow2', ...layer);
    expect(await staysFor()).toEqual([`${disk} (layer.qcow2 in pool fast is layered on it)`]);
    await virsh(host, 'vol-delete', '--pool', 'fast', 'layer.qcow2');
    expect(await staysFor()).toEqual([]);

    const byPool = "<disk type='volume'><source pool='default' volume='act6.qcow2'/><target dev='vdy'/></disk>";
    await writeFile(join(tmp, 'disk.xml'), byPool);
    await virsh(host, 'attach-device', 'act7', join(tmp, 'disk.xml'), '--config');
    expect(await staysFor()).toEqual([`${disk} (also used by act7)`]);
    expect(await connection.vm.planDelete?.(await idOf('act7'), patient())).toMatchObject({
      goes: ['/var/lib/libvirt/images/act7.qcow2'],
      stays: [`${disk} (also used by act6)`],
    });
    await virsh(host, 'detach-disk', 'act7', 'vdy', '--config');
  } finally {
    await virsh(host, 'pool-destroy', 'fast');
    await connection.close();
  }
});

it('refuses to delete a guest with snapshots unless they may go as well', async () => {
  const connection = await connectTo(endpoint);
  const id = await idOf('act5');
  await virsh(host, 'snapshot-create-as', 'act5', 'before');
  const { planDelete: losses, delete: remove } = connection.vm;
  expect(await losses?.(id, patient())).toMatchObject({ snapshots: ['before'] });
  await expect(remove?.(id, { keepDisks: false, snapshots: false }, patient())).rejects.toMatchObject({
    code: 'op.conflict',
    message: 'act5 has snapshots: before',
  });
  expect(await guestState(host, 'act5')).toBe('shut off');
  await remove?.(id, { keepDisks: false, snapshots: true }, patient());
  await expect(virsh(host, 'domstate', 'act5')).rejects.toThrow();
  expect(existsSync(imageFile(host, 'act5.qcow2'))).toBe(false);
  await connection.close();
});

it('shows what another client does on the host within two seconds', async () => {
  const watched = await open();
  const id = await idOf('act6');
  await virsh(host, 'start', 'act6', '--paused');
  await untilGuestIs(host, 'act6', 'paused');
  await watched.untilState(id, 'paused', 2_000);
  await virsh(host, 'destroy', 'act6');
  await watched.untilState(id, 'stopped', 2_000);
  await virsh(host, 'domrename', 'act6', 'act6-renamed');
  await watched.until('the new name', () => (watched.vms.get(id)?.name === 'act6-renamed' ? true : undefined), 2_000);
  await virsh(host, 'domrename', 'act6-renamed', 'act6');
});
