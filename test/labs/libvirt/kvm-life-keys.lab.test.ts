/** The life of a VM from its image to its end, by keys at 80x24; virsh, qemu-img and the guest itself say what is true. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mib } from '../../../src/units.ts';
import { tellStory } from '../story.ts';
import { closeTerminals, type FreshTerminal, openFresh, untilConnected } from './fresh-terminal.ts';
import { guestState, host3, site, virsh } from './hosts.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const [VM, CLONE, RENAMED, EXPORT] = ['keyed', 'twin', 'lone', 'keyed-image.qcow2'];
const IMAGES = '/var/lib/libvirt/images';
const SAVED = `${IMAGES}/keyed.save`;
const [ENTER, ESC, UP, DOWN, RIGHT, BUTTONS] = ['\r', '\x1b', '\x1b[A', '\x1b[B', '\x1b[C', '\x1b[6~'];
const CONTINUE = BUTTONS + ENTER;
/** An emulated guest boots, and its memory takes time to a file: generous, since only a test that would hang waits for it. */
const DEADLINE_MS = 60_000;

let screen: FreshTerminal;
let folder = '';

/** Types, and waits until the screen shows what comes of it. */
async function press(keys: string, shown: string | RegExp): Promise<void> {
  screen.type(keys);
  await screen.until(shown, DEADLINE_MS);
}
/** Says yes to what is asked, and waits until the screen shows what comes of it. */
async function agree(shown: string): Promise<void> {
  await screen.answer('y yes   n no');
  await press('', shown);
}
/** A fresh program with the cursor on this VM. */
async function goTo(vm: string): Promise<void> {
  screen = await openFresh({ env: { EDITOR: join(folder, 'add-kernel') } });
  await untilConnected(screen);
  await screen.goTo(vm);
}
/** Runs an action by its name, since not all have a key. */
async function command(name: string, shown: string): Promise<void> {
  await press(':', 'Commands');
  await press(name, new RegExp(`^│ ${name} `, 'm'));
  await press(ENTER, shown);
}
/** Types at the serial console, where root logs in first; `shown` must not stand in what is typed. */
async function inGuest(typed: string, shown: string): Promise<void> {
  // What is typed before it is open is refused.
  await press('c', `[${VM} on ${host.name}]`);
  await press(ENTER, /(login:|root@.*#) *$/);
  if (screen.screen().endsWith('login:')) await press(`root${ENTER}`, /root@.*# *$/);
  await press(typed + ENTER, shown);
  await press('\x1d', `detached from ${VM} on ${host.name}`);
}
const domains = async () => (await virsh(host, 'list', '--all', '--name')).split('\n').filter(Boolean);
const files = async () => (await inHost(host, 'ls', IMAGES)).split('\n').filter((name) => /keyed|twin|lone/.test(name));
const qemuImg = (...args: readonly string[]) => inHost(host, 'qemu-img', ...args);

async function tidy(): Promise<void> {
  for (const vm of [VM, CLONE, RENAMED]) {
    await virsh(host, 'destroy', vm).catch(() => undefined);
    await virsh(host, 'undefine', vm, '--managed-save', '--snapshots-metadata').catch(() => undefined);
  }
  await inHost(host, 'sh', '-c', `rm -f ${IMAGES}/keyed* ${IMAGES}/twin*`);
  await virsh(host, 'pool-refresh', 'default');
}

tellStory();
closeTerminals();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-keys-'));
  // What the user does in the editor: the lab's image is empty, its guests start from a kernel beside it.
  const kernel = `<kernel>${site.files.guest}/vmlinuz</kernel><initrd>${site.files.guest}/initrd.gz</initrd>`;
  const cmdline = `<cmdline>console=ttyS0 quiet rdinit=/init lab.hostname=${VM}</cmdline>`;
  const editor = join(folder, 'add-kernel');
  await writeFile(editor, `#!/bin/sh\nsed -i 's#</os>#${kernel}${cmdline}</os>#' "$1"\n`);
  await chmod(editor, 0o755);
  await tidy();
});
afterAll(async () => {
  await tidy();
  await rm(folder, { recursive: true, force: true });
});

it('a VM is made with a form, of an image and a network that are chosen from lists', async () => {
  await goTo('playground');
  await press('a', 'Add what?');
  await press(DOWN + ENTER, `Create VM on ${host.name}?`);
  await press(VM + DOWN + ENTER, '❯ busybox.qcow2');
  await press(ENTER, /Image +busybox\.qcow2/);
  await press(`${DOWN}128MiB`, /Memory +128MiB/);
  // An emulator with a thread for each of two vCPUs was seen to die at a start (QEMU 7.2).
  await press(`${DOWN}1`, /vCPUs +1\b/);
  await press(DOWN.repeat(4) + ENTER, 'no disks: a adds one');
  await press('a', 'New disk');
  await press(`128MiB${CONTINUE}`, /128MiB +virtio/);
  await press(ESC, /Disks +1 disk/);
  await press(DOWN + ENTER, 'no NICs: a adds one');
  await press('a', 'New NIC');
  await press(ENTER, '❯ default');
  await press(ENTER + CONTINUE, /default +virtio/);
  await press(ESC, /NICs +1 NIC/);
  await press(`${BUTTONS}${UP}${ENTER}`, /User data/);
  await press(DOWN.repeat(18) + RIGHT.repeat(2), /Virtualization +< qemu >/);
  await press(UP.repeat(19) + RIGHT, /Start +< no >/);
  await press(CONTINUE, `${host.name} has the VM ${VM}`);
  expect(await guestState(host, VM)).toBe('shut off');
  expect(await virsh(host, 'dominfo', VM)).toMatch(/Max memory: +131072 KiB/);
  expect(await qemuImg('info', `${IMAGES}/${VM}_0.qcow2`)).toContain(`backing file: ${IMAGES}/busybox.qcow2`);
});

it('its definition is changed in an editor, it is started, and its console answers', async () => {
  await goTo(VM);
  await command('vm.define', `Edit definition of ${VM} on ${host.name}?`);
  await press(ENTER, 'changed');
  await press(CONTINUE, /\+ +<kernel>/);
  await agree(`${VM} has its new definition`);
  expect(await virsh(host, 'dumpxml', '--inactive', VM)).toContain('vmlinuz</kernel>');
  await press('s', `${VM} is running`);
  expect(await guestState(host, VM)).toBe('running');
  await inGuest('echo sum-$((40 + 2)) on $(hostname)', `sum-42 on ${VM}`);
});

it('a disk and a NIC are added, and the guest sees them', async () => {
  await goTo(VM);
  await press('d', `Disks of ${VM}`);
  await press('a', `Add disk to ${VM} on ${host.name}?`);
  await press(`64MiB${CONTINUE}`, `${VM} has the new disk`);
  await press(ESC, `─ ${VM} ─`);
  await press('u', `NICs of ${VM}`);
  await press('a', `Add NIC to ${VM} on ${host.name}?`);
  await press(ENTER, '❯ default');
  await press(ENTER + CONTINUE, `${VM} has a new NIC in default`);
  expect((await virsh(host, 'domblklist', VM)).match(/keyed_\d/g)).toEqual(['keyed_0', 'keyed_1']);
  expect((await virsh(host, 'domiflist', VM)).match(/default/g)).toHaveLength(2);
  await press(ESC, `─ ${VM} ─`);
  const wait = 'until [ -e /sys/block/vdb -a -e /sys/class/net/eth1 ]; do :; done';
  await inGuest(`${wait}; echo $(cat /sys/block/vdb/size) sectors`, `${mib(64) / 512} sectors`);
});

it('a snapshot is taken, the guest is broken, and reverted to what it was', async () => {
  await goTo(VM);
  await inGuest('echo good > /root/state; echo good > /dev/vda; sync; echo $((40 + 2)) done', '42 done');
  await press('4', `Snapshots of ${VM}`);
  await press('a', `Take snapshot of ${VM} on ${host.name}?`);
  await press(`before${CONTINUE}`, `${VM} has the snapshot before`);
  expect(await virsh(host, 'snapshot-list', VM, '--name')).toContain('before');
  await press(ESC, `─ ${VM} ─`);
  await inGuest(
    'echo bad > /root/state; echo bad > /dev/vda; rm /bin/ls; sync; /bin/ls || echo it is $((40 + 3))',
    'it is 43',
  );
  await press('4', `Snapshots of ${VM}`);
  await press('r', `Revert to before of ${VM} on ${host.name}?`);
  await press(`before${CONTINUE}`, 'is current again');
  await press(ESC, `─ ${VM} ─`);
  await inGuest('/bin/ls /root; echo $(cat /root/state) and $(head -n 1 /dev/vda)', 'good and good');
});

it('its memory goes to a file and comes back, with what it was doing', async () => {
  await goTo(VM);
  await inGuest('sleep 9999 & echo $! > /root/pid; echo $((40 + 4)) done', '44 done');
  await command('vm.save', `Save memory of ${VM} on ${host.name} to a file?`);
  await press(`/no/such/folder/keyed.save${CONTINUE}`, `Path /no/such/folder`);
  await agree('the host has no folder /no/such/folder');
  expect(await guestState(host, VM)).toBe('running');
  await command('vm.save', `Save memory of ${VM} on ${host.name} to a file?`);
  await press(SAVED + CONTINUE, `Path ${SAVED}`);
  await agree(`${VM} is saved to ${SAVED}`);
  expect(await guestState(host, VM)).toBe('shut off');
  await command('vm.restore', `Restore from file on ${host.name}?`);
  await press(SAVED + CONTINUE, `${host.name} has restored ${SAVED}`);
  expect(await guestState(host, VM)).toBe('running');
  await inGuest('echo it is in $(cat /proc/$(cat /root/pid)/comm)', 'it is in sleep');
});

it('it is shut down, cloned and exported', async () => {
  await goTo(VM);
  await press('S', `Shut down ${VM} on ${host.name}?`);
  await agree(`${VM} is stopped`);
  await press('C', `Clone ${VM} on ${host.name}?`);
  await press(CLONE + CONTINUE, `${VM} is cloned as ${CLONE}`);
  expect((await virsh(host, 'domblklist', CLONE)).match(/twin_\d/g)).toEqual(['twin_0', 'twin_1']);
  await command('vm.export', `Export ${VM} on ${host.name} as an image?`);
  await press(EXPORT + CONTINUE, `${VM} is exported as ${EXPORT}`);
  await qemuImg('dd', '-O', 'raw', 'bs=512', 'count=1', `if=${IMAGES}/${EXPORT}`, `of=${IMAGES}/keyed-start`);
  expect(await inHost(host, 'head', '-n', '1', `${IMAGES}/keyed-start`)).toBe('good\n');
});

it('the settings of the clone are looked at, and it is renamed', async () => {
  await goTo(CLONE);
  await press('e', /Memory +128MiB/);
  await press(RENAMED, `${CLONE} → ${RENAMED}, now`);
  await press(CONTINUE, `Change ${CLONE} on ${host.name}?`);
  await agree(`${CLONE} is called ${RENAMED} now`);
  expect(await domains()).toContain(RENAMED);
  expect(await domains()).not.toContain(CLONE);
});

it('both are deleted with their disks once their names were typed', async () => {
  for (const [vm, snapshots] of [
    [RENAMED, ''],
    [VM, UP + RIGHT + DOWN],
  ] as const) {
    await goTo(vm);
    await press('X', 'Is lost: ');
    await press(snapshots + vm + CONTINUE, `${vm} is deleted`);
    expect(await domains()).not.toContain(vm);
  }
  expect(await files()).toEqual([EXPORT, 'keyed-start', 'keyed.save']);
});
