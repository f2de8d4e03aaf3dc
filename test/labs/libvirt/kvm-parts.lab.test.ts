/** Disks, media and NICs of guests that run and that are off, as virsh and the guest itself see them. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { DiskId, VmId } from '../../../src/ids.ts';
import type { Connection, DiskOps, DiskSpec, NicOps } from '../../../src/platforms/contract.ts';
import { type Bytes, mib } from '../../../src/units.ts';
import { openTerminal, type Terminal } from '../../contract/terminal.ts';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { host2, makeNetwork, removeGuests, removeNetwork, untilGuestIs, untilLoginPrompt, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';
import { inHost } from './namespaces.ts';

const host = host2;
const endpoint = sshEndpoint(host);
const [ON, OFF] = ['parts-on', 'parts-off'];
const NET = 'parts-net';
const IMAGES = '/var/lib/libvirt/images';
const NEW: DiskSpec = { volume: '', size: mib(64), storage: '', format: '', bus: '', shareable: false };

let connection: Connection | undefined;
let terminal: Terminal | undefined;
const disks = () => connection?.disk as Required<DiskOps>;
const nics = () => connection?.nic as Required<NicOps>;
const idOf = (name: string): Promise<VmId> => idOfGuest(host, endpoint, name);
const add = async (guest: string, spec: Partial<DiskSpec> = {}) =>
  (await disks().create(await idOf(guest), { ...NEW, ...spec }, patient())).id;
const listed = async (guest: string) => disks().list(await idOf(guest), patient());

/** Lines of domblklist or domiflist: as it runs, or as the next start takes it. */
const table = async (command: string, guest: string, where: 'live' | 'saved'): Promise<readonly string[]> =>
  (await virsh(host, command, guest, ...(where === 'saved' ? ['--inactive'] : []))).split('\n').flatMap((line) => {
    const words = line.trim().split(/\s+/);
    return words.length > 1 ? [words.slice(command === 'domiflist' ? 2 : 0).join(' ')] : [];
  });
/** In what runs, and in what is saved. */
const blocks = async (guest: string) =>
  Promise.all([table('domblklist', guest, 'live'), table('domblklist', guest, 'saved')]);
const interfaces = async (guest: string) =>
  Promise.all([table('domiflist', guest, 'live'), table('domiflist', guest, 'saved')]);
const has = (path: string) =>
  inHost(host, 'test', '-e', path).then(
    () => true,
    () => false,
  );
const volumes = async () => (await virsh(host, 'vol-list', 'default')).split('\n').map((line) => line.trim());

let asked = 0;
/** What a command prints inside the guest, once it is as it should be. */
async function inGuest(command: string, pattern: string): Promise<void> {
  const mark = `m${++asked}`;
  // the arithmetic is the guest's: an echo of what was typed would not show it
  terminal?.type(
    `i=0; while [ $i -lt 30 ]; do r=$(${command}); case "$r" in ${pattern}) echo ${mark}-$((40+2)); break;; esac; i=$((i+1)); sleep .3; done\r`,
  );
  await terminal?.see(new RegExp(`${mark}-42`));
}

async function boot(): Promise<void> {
  await virsh(host, 'start', ON);
  await untilLoginPrompt(host, ON);
  const attachment = await connection?.console?.serial?.(await idOf(ON), { force: true }, patient());
  if (attachment?.kind !== 'stream') throw new Error('not a stream');
  terminal = openTerminal(attachment.stream);
  await terminal.see(new RegExp(`${ON} login:`), '\r');
  terminal.type('root\r');
  await terminal.see(new RegExp(`root@${ON}:.*# `), '\r');
}

/** What a test has added goes, also what only the next start would have. */
async function tidyDisks(): Promise<void> {
  for (const guest of [ON, OFF]) {
    const targets = async () =>
      (await blocks(guest)).flat().flatMap((line) => /^vd[b-z]|^sd[b-z]/.exec(line)?.[0] ?? []);
    for (const target of await targets()) {
      await virsh(host, 'detach-disk', guest, target, '--config').catch(() => undefined);
      await virsh(host, 'detach-disk', guest, target, '--live').catch(() => undefined);
    }
    await until(`${guest} has its own disk alone`, 20_000, async () => (await targets()).length === 0);
  }
  await tidyVolumes();
}

async function tidyVolumes(): Promise<void> {
  await virsh(host, 'pool-refresh', 'default');
  for (const line of await volumes()) {
    const [name = ''] = line.split(/\s+/);
    if (/^parts-o(n|ff)_/.test(name)) await virsh(host, 'vol-delete', '--pool', 'default', name);
  }
}

beforeAll(async () => {
  connection = await connectTo(endpoint);
  await makeFreshGuests(host, ON, OFF);
  await tidyVolumes();
  await removeNetwork(host, NET);
  await makeNetwork(host, NET);
  await boot();
});
afterEach(tidyDisks);
afterAll(async () => {
  await connection?.close();
  await removeGuests(host, ON, OFF);
  await tidyVolumes();
  await removeNetwork(host, NET);
});

describe('a disk of a guest that runs', () => {
  it('F-260 F-261 F-373 is seen by the guest, is saved, grows, and is deleted with its volume', async () => {
    const id = await add(ON);
    const path = `${IMAGES}/${ON}_1.qcow2`;
    const [live, saved] = await blocks(ON);
    expect(live).toContain(`vdb ${path}`);
    expect(saved).toContain(`vdb ${path}`);
    expect(JSON.parse(await inHost(host, 'qemu-img', 'info', '-U', '--output=json', path))).toMatchObject({
      format: 'qcow2',
      'virtual-size': mib(64),
    });
    await inGuest('cat /sys/block/vdb/size', String(mib(64) / 512));

    await disks().resize(id, mib(128), patient());
    await inGuest('cat /sys/block/vdb/size', String(mib(128) / 512));
    expect(await virsh(host, 'domblkinfo', ON, 'vdb')).toMatch(new RegExp(`Capacity:\\s+${mib(128)}`));
    await expect(disks().resize(id, mib(64), patient())).rejects.toMatchObject({ code: 'op.refused' });

    expect(await disks().planDelete(id, patient())).toEqual({ goes: [path], stays: [] });
    await disks().delete(id, patient());
    expect((await blocks(ON)).flat().join()).not.toContain('vdb');
    expect(await has(path)).toBe(false);
    await inGuest('ls /sys/block | grep -c vdb', '0');
  });

  it.each([false, true])('F-260 F-372 is made of an image in one step, linked to it: %s', async (linked) => {
    const image = `${ON}_image`;
    await virsh(host, 'vol-create-as', 'default', image, '32M', '--format', 'qcow2');
    await inHost(host, 'qemu-io', '-c', 'write -P 7 0 4096', `${IMAGES}/${image}`);
    const id = await add(ON, { image, linked });
    const path = `${IMAGES}/${ON}_1.qcow2`;
    expect((await blocks(ON)).map((all) => all.filter((line) => line === `vdb ${path}`))).toHaveLength(2);
    const info = JSON.parse(await inHost(host, 'qemu-img', 'info', '-U', '--output=json', path));
    expect(info['virtual-size']).toBe(mib(64));
    expect(info['backing-filename']).toBe(linked ? `${IMAGES}/${image}` : undefined);
    await inGuest("dd if=/dev/vdb bs=4096 count=1 2>/dev/null | tr -d '\\007' | wc -c", '0');
    await disks().delete(id, patient());
    expect([await has(path), await has(`${IMAGES}/${image}`)]).toEqual([false, true]);
  });

  it('F-265 F-411 is detached with its volume left, and attached again by name, to one guest at a time', async () => {
    const id = await add(ON);
    const path = `${IMAGES}/${ON}_1.qcow2`;
    await expect(add(OFF, { volume: path })).rejects.toMatchObject({
      code: 'op.conflict',
      message: `${path} can't be attached: used by ${ON}`,
    });
    await disks().detach(id, patient());
    expect((await blocks(ON)).flat().join()).not.toContain('vdb');
    expect(await has(path)).toBe(true);
    const other = await add(OFF, { volume: `${ON}_1.qcow2` });
    expect((await blocks(OFF))[1]).toContain(`vdb ${path}`);
    expect(await virsh(host, 'dumpxml', OFF, '--inactive')).toMatch(/type='qcow2'\/>\s*<source file='[^']*parts-on_1/);
    await expect(add(ON, { volume: path })).rejects.toMatchObject({ code: 'op.conflict' });
    await disks().delete(other, patient());
    expect(await has(path)).toBe(false);
  });

  it('is on the bus that is wanted', async () => {
    const id = await add(ON, { bus: 'scsi', format: 'raw' });
    expect(id).toMatch(/#sdb$/);
    // its kernel has no driver for disks on SCSI, but finds what is there: type 0
    await inGuest('cat /sys/bus/scsi/devices/*:*/type', '*0*');
    await disks().delete(id, patient());
    const sata = add(ON, { bus: 'sata' });
    await expect(sata).rejects.toMatchObject({ code: 'op.unsupported', fix: expect.stringContaining('stop it') });
    expect((await volumes()).join()).not.toContain(`${ON}_`);
  });

  it('stays, also in what is saved, while the guest does not let go of it', async () => {
    const id = await add(ON);
    await inGuest('cat /sys/block/vdb/size', String(mib(64) / 512));
    await virsh(host, 'suspend', ON);
    await expect(disks().delete(id, patient())).rejects.toMatchObject({ code: 'op.timeout' });
    expect((await blocks(ON)).map((lines) => lines.join().includes('vdb'))).toEqual([true, true]);
    expect(await has(`${IMAGES}/${ON}_1.qcow2`)).toBe(true);
    await virsh(host, 'resume', ON);
  });

  it('is not made where there is no port left, and no volume of it is left', async () => {
    let failure: unknown;
    for (let i = 0; i < 10 && failure === undefined; i++)
      await add(ON).catch((error: unknown) => {
        failure = error;
      });
    expect(failure).toMatchObject({
      code: 'op.conflict',
      message: expect.stringMatching(/^parts-on has no free PCI port for another device while it runs/),
    });
    const here = (await listed(ON)).map(({ path }) => path);
    for (const line of await volumes()) {
      const [, path = ''] = line.split(/\s+/);
      if (path.includes(`${ON}_`)) expect(here).toContain(path);
    }
  });
});

describe('a disk of a guest that is off', () => {
  it('is there at the next start', async () => {
    const id = await add(OFF, { size: mib(8) as Bytes });
    await disks().resize(id, mib(16), patient());
    await virsh(host, 'start', OFF, '--paused');
    expect((await blocks(OFF))[0]).toContain(`vdb ${IMAGES}/${OFF}_1.qcow2`);
    expect(await virsh(host, 'domblkinfo', OFF, 'vdb')).toMatch(new RegExp(`Capacity:\\s+${mib(16)}`));
    await virsh(host, 'destroy', OFF);
    await untilGuestIs(host, OFF, 'shut off');
    await disks().delete(id, patient());
  });

  it('stays while a snapshot of the guest needs it', async () => {
    const id: DiskId = await add(OFF);
    await virsh(host, 'snapshot-create-as', OFF, 'monday');
    const refused = `${IMAGES}/${OFF}_1.qcow2 must stay: needed by the snapshot monday of ${OFF}`;
    expect(await disks().planDelete(id, patient())).toMatchObject({ refused });
    await expect(disks().delete(id, patient())).rejects.toMatchObject({ code: 'op.refused', message: refused });
    // a qcow2 of version 3 grows with its snapshots
    await disks().resize(id, mib(96), patient());
    await virsh(host, 'snapshot-delete', OFF, 'monday');
    expect(await disks().planDelete(id, patient())).toMatchObject({ goes: [`${IMAGES}/${OFF}_1.qcow2`] });
  });

  it('goes without the image that it is layered on, which is not attached itself', async () => {
    const root = (await listed(OFF)).find(({ device }) => device === 'vda');
    // others are layered on busybox.qcow2 as well, so that it is no affair of this guest
    expect(await disks().planDelete(root?.id as DiskId, patient())).toEqual({
      goes: [`${IMAGES}/${OFF}.qcow2`],
      stays: [],
    });
    const busybox = `${IMAGES}/busybox.qcow2`;
    await expect(add(OFF, { volume: busybox })).rejects.toMatchObject({
      code: 'op.conflict',
      message: expect.stringMatching(/^.*busybox\.qcow2 can't be attached: (used by|.* is layered on it)/),
    });
  });
});

describe('a drive', () => {
  it('F-369 takes a medium and is emptied, at once and for the next start', async () => {
    const drive = (await listed(ON)).find(({ type }) => type === 'cdrom')?.id as DiskId;
    await disks().insert(drive, 'tools.iso', patient());
    for (const lines of await blocks(ON)) expect(lines).toContain(`sda ${IMAGES}/tools.iso`);
    expect(await virsh(host, 'dumpxml', ON, '--inactive')).toContain('<readonly/>');
    await inGuest('cat /sys/block/sr0/size; dd if=/dev/sr0 bs=512 count=1 2>/dev/null | wc -c', '*512');
    await expect(disks().insert(drive, 'no-such.iso', patient())).rejects.toMatchObject({ code: 'volume.not-found' });
    await disks().insert(drive, '', patient());
    for (const lines of await blocks(ON)) expect(lines).toContain('sda -');
    const configure = async (iso: string) =>
      connection?.vm.configure?.(await idOf(ON), 'running', { iso }, {}, patient());
    await configure('default/tools.iso');
    for (const lines of await blocks(ON)) expect(lines).toContain(`sda ${IMAGES}/tools.iso`);
    expect(await connection?.vm.settings?.(await idOf(ON), 'running', patient())).toMatchObject({ iso: 'tools.iso' });
    await configure('');
    for (const lines of await blocks(ON)) expect(lines).toContain('sda -');
  });

  it('keeps its medium, also in what is saved, while the guest holds it', async () => {
    const drive = (await listed(ON)).find(({ type }) => type === 'cdrom')?.id as DiskId;
    await disks().insert(drive, 'tools.iso', patient());
    terminal?.type('sleep 1000 </dev/sr0 &\r');
    await inGuest('ls -l /proc/*/fd 2>/dev/null | grep -c sr0', '1');
    await expect(disks().insert(drive, '', patient())).rejects.toMatchObject({
      fix: 'the guest may hold it: unmount it there first',
    });
    for (const lines of await blocks(ON)) expect(lines).toContain(`sda ${IMAGES}/tools.iso`);
    terminal?.type('kill %1\r');
    await inGuest('ls -l /proc/*/fd 2>/dev/null | grep -c sr0', '0');
    await disks().insert(drive, '', patient());
  });
});

describe('a NIC of a guest that runs', () => {
  it('F-276 F-277 F-278 is seen by the guest, moves to another network, and is removed', async () => {
    const vm = await idOf(ON);
    const before = await interfaces(ON);
    const { id } = await nics().create(vm, { network: 'default', model: '', mac: '' }, patient());
    const made = (await nics().list(vm, patient())).find((nic) => nic.id === id);
    const { mac = '' } = made ?? {};
    expect(made).toMatchObject({ name: 'eth1', net: 'default', type: 'virtio', identity: mac });
    for (const lines of await interfaces(ON)) expect(lines).toContain(`default virtio ${mac}`);
    await inGuest('cat /sys/class/net/*/address', `*${mac}*`);
    await expect(nics().create(vm, { network: NET, model: '', mac }, patient())).rejects.toMatchObject({
      code: 'op.conflict',
    });

    await nics().connect(id, NET, patient());
    for (const lines of await interfaces(ON)) expect(lines).toContain(`${NET} virtio ${mac}`);
    await nics().connect(id, 'virbr0', patient());
    for (const lines of await interfaces(ON)) expect(lines).toContain(`virbr0 virtio ${mac}`);

    await nics().delete(id, patient());
    expect(await interfaces(ON)).toEqual(before);
    await inGuest('cat /sys/class/net/*/address | grep -c ^52:54', '1');
    await expect(nics().delete(id, patient())).rejects.toMatchObject({ code: 'nic.not-found' });
  });

  it('is plugged into no network that is not there, or off', async () => {
    const vm = await idOf(ON);
    const create = (network: string) => nics().create(vm, { network, model: '', mac: '' }, patient());
    await expect(create('no-such-net')).rejects.toMatchObject({ code: 'network.not-found' });
    await expect(create('eth0')).rejects.toMatchObject({ code: 'network.not-found' });
    await virsh(host, 'net-destroy', NET);
    await expect(create(NET)).rejects.toMatchObject({ code: 'op.conflict' });
    await virsh(host, 'net-start', NET);
    await expect(nics().create(vm, { network: NET, model: 'none', mac: '' }, patient())).rejects.toMatchObject({
      message: expect.stringMatching(/^parts-on: /),
    });
  });
});

it('a guest without a saved definition has what it is given until it stops', async () => {
  const xml = await virsh(host, 'dumpxml', OFF, '--inactive');
  // as an argument, so that the shell reads none of it
  await inHost(
    host,
    'sh',
    '-c',
    `printf %s "$0" >/tmp/parts.xml; virsh -q undefine ${OFF} && virsh -q create --paused /tmp/parts.xml`,
    xml,
  );
  const id = await add(OFF);
  const [live] = await blocks(OFF);
  expect(live).toContain(`vdb ${IMAGES}/${OFF}_1.qcow2`);
  await virsh(host, 'destroy', OFF);
  expect(await virsh(host, 'list', '--all', '--name')).not.toContain(OFF);
  await inHost(host, 'sh', '-c', 'virsh -q define /tmp/parts.xml; rm /tmp/parts.xml');
  expect((await listed(OFF)).map((disk) => disk.id)).not.toContain(id);
  await virsh(host, 'vol-delete', '--pool', 'default', `${OFF}_1.qcow2`);
});
