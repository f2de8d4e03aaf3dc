/**
 * ConVirt's way from an empty configuration, by keys alone at 80x24: a pool, two hosts, a template, a VM of it that is changed, moved,
 * put to sleep, woken and removed. virsh says what is true.
 */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { until } from '../until.ts';
import { closeTerminals, type FreshTerminal, openFresh } from './fresh-terminal.ts';
import { type Host, host1, host2, removeGuests, site, virsh } from './hosts.ts';
import { volumesIn, whereIs } from './migrating.ts';

const [VM, POOL, TEMPLATE] = ['story', 'Lab', 'linux-cloud'];
const [ENTER, DOWN, RIGHT, BUTTONS, CLEAR, DETACH] = ['\r', '\x1b[B', '\x1b[C', '\x1b[6~', '\x15', '\x1d'];
const CONTINUE = BUTTONS + ENTER;
/** An emulated guest boots, and is copied: generous, since only a test that would hang waits for it. */
const DEADLINE_MS = 100_000;

let screen: FreshTerminal;
let folder = '';

/** Types, and waits until the screen shows what comes of it. */
async function press(keys: string, shown: string | RegExp): Promise<void> {
  screen.type(keys);
  await screen.until(shown, DEADLINE_MS);
}
/** Says yes to a question, and waits until the screen shows what comes of it. */
async function agree(question: string, shown: string | RegExp): Promise<void> {
  await screen.answer(question, 'y', DEADLINE_MS);
  await press('', shown);
}
/** Runs an action by its name. */
async function command(words: string, id: string, shown: string): Promise<void> {
  await press(':', 'Commands');
  await press(words, new RegExp(`^│ ${words} *│\\n(│ *│\\n)*│ ${id} `, 'm'));
  await press(ENTER, shown);
}
const detailsOf = (shown: string) => /^─ (.+?) ─/m.exec(shown)?.[1];
/** Goes down from row to row. */
async function goDownTo(name: string): Promise<void> {
  for (let at = detailsOf(screen.screen()); at !== name; at = detailsOf(screen.screen())) {
    screen.type('j');
    const from = at;
    await screen.until((shown) => ![undefined, from].includes(detailsOf(shown)), DEADLINE_MS);
  }
}
/** A prompt in the last line, above the bar that says what scrolled off. */
const PROMPT = /(login:|root@.*#)\s*(\d+ lines? scrolled off)?$/;
/** Opens the serial console of the VM, and waits until it asks for something. */
async function openConsole(host: Host): Promise<void> {
  await press('c', `[${VM} on ${host.name}]`);
  await press(ENTER, PROMPT);
}
/** Types at the serial console of the VM, where root logs in first; `shown` must not stand in what is typed. */
async function inGuest(host: Host, typed: string, shown: string): Promise<void> {
  await openConsole(host);
  if (PROMPT.exec(screen.screen())?.[1] === 'login:')
    await press(`root${ENTER}`, /root@.*#\s*(\d+ lines? scrolled off)?$/);
  await press(typed + ENTER, shown);
  await press(DETACH, `─ ${VM} ─`);
}
/** The messages of its kernel up to the login. One that was faster than the keys is seen at its next boot. */
async function watchBoot(host: Host): Promise<void> {
  const booted = /^\[ +\d+\.\d+\] [\s\S]*login:\s*(\d+ lines? scrolled off)?$/m;
  await openConsole(host);
  if (!booted.test(screen.screen())) {
    screen.type(`root${ENTER}`);
    await press(`reboot -f${ENTER}`, booted);
  }
  await press(DETACH, `─ ${VM} ─`);
}
const saved = (host: Host) => virsh(host, 'dumpxml', VM, '--inactive');
const memoryIn = (xml: string) => /<currentMemory unit='KiB'>(\d+)/.exec(xml)?.[1];

async function addHost({ name, address }: Host): Promise<void> {
  await command('add endpoint', 'endpoint.add', '❯ KVM (libvirt)');
  await press(ENTER, `Add endpoint to pool ${POOL}: KVM`);
  await press(`${name}${DOWN.repeat(3)}${address}${DOWN}root${DOWN}${site.files.key}`, /^│ Key +\S/m);
  await press(DOWN.repeat(2) + ENTER, '▾ 10 more');
  await press(`${DOWN.repeat(2)}${join(folder, 'known_hosts')}`, /^│ Known hosts +\S.*known_hosts/m);
  await press(CONTINUE, `Trust ${address}?`);
  await agree(`Trust ${address}?`, '✓ it can run guests');
  await press(RIGHT, 'enter Save');
  await press(ENTER, `${name} was added to pool ${POOL}`);
  await screen.untilRow(name, '■', DEADLINE_MS);
}

async function tidy(): Promise<void> {
  for (const host of [host1, host2]) {
    await removeGuests(host, VM);
    await virsh(host, 'vol-delete', '--pool', 'default', `${VM}_0.qcow2`).catch(() => undefined);
  }
}

closeTerminals();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drover-story-'));
  // What the user writes in the editor: the lab's image is empty, its guests start from a kernel beside it.
  const lines = [
    'cloudinit: false',
    'virtualization: qemu',
    `kernel: ${site.files.guest}/vmlinuz`,
    `initrd: ${site.files.guest}/initrd.gz`,
    'cmdline: console=ttyS0 loglevel=6 rdinit=/init lab.hostname=$VM_NAME',
  ];
  const editor = join(folder, 'editor');
  await writeFile(
    editor,
    `#!/bin/sh\nsed -i 's/CPUS: 2/CPUS: 1/; s/MEMORY: 2048/MEMORY: 512/' "$1"\ncat >> "$1" << 'EOF'\n  ${lines.join('\n  ')}\nEOF\n`,
  );
  await chmod(editor, 0o755);
  await tidy();
});
afterAll(async () => {
  await tidy();
  await rm(folder, { recursive: true, force: true });
});

it('by keys from an empty configuration: a pool, two hosts, and a VM of a template from its first boot to its end', async () => {
  screen = await openFresh({ config: join(folder, 'config.yaml'), env: { EDITOR: join(folder, 'editor') } });
  await press('', 'Press a to add an endpoint');
  await makePool();
  await editTemplate();
  await provision();
  await changeSettings();
  await migrate();
  await hibernate();
  await remove();
}, 1_200_000);

async function makePool(): Promise<void> {
  await command('add pool', 'pool.add', 'Its name:');
  await press(POOL + ENTER, `pool ${POOL} was added`);
  await press('g', `─ ${POOL} ─`);
  for (const host of [host1, host2]) {
    await addHost(host);
  }
  await press('', `─ ${POOL} ─`);
  await press('e', `Variables of ${POOL}`);
  await press(['IMAGE', 'busybox.qcow2', 'MEMORY', '128'].join(DOWN), /its value +128 /);
  await press(CONTINUE, `pool ${POOL} has 2 variables now`);
}

async function editTemplate(): Promise<void> {
  await command('built-in templates', 'library.built-in', '4 templates were written');
  await press('', '─ Template Library ─');
  await goDownTo(TEMPLATE);
  await press('e', 'A new version keeps 1.0');
  await press(ENTER, `Common/${TEMPLATE} is saved`);
  await press('', new RegExp(`${TEMPLATE} +1\\.1 any`));
}

async function provision(): Promise<void> {
  await press('a', `❯ pool ${POOL}`);
  await press(DOWN, '❯ host1');
  await press(ENTER, /\$MEMORY +128 /);
  await press(VM + CONTINUE, 'Create VM on host1?');
  // the pool's, not the template's
  await press('', /Memory +128MiB/);
  await press(`${DOWN.repeat(7)}by keys`, /Description +by keys/);
  await press(CONTINUE, `host1 has the VM ${VM}, which is running`);
  expect(await whereIs(VM)).toEqual(['host1: running']);
  const xml = await saved(host1);
  expect(xml).toContain(`<kvirt:profile>Common/${TEMPLATE}@1.1</kvirt:profile>`);
  expect(xml).toContain('<description>by keys</description>');
  expect([memoryIn(xml), /<vcpu[^>]*>(\d+)</.exec(xml)?.[1]]).toEqual([String(128 * 1024), '1']);
  await screen.goTo(VM);
  await watchBoot(host1);
}

async function changeSettings(): Promise<void> {
  await press('e', /Memory +128MiB +running 128MiB/);
  await press(`${DOWN.repeat(2)}${CLEAR}160MiB`, '128MiB → 160MiB, after restart');
  await press(CONTINUE, `Change ${VM} on host1?`);
  await agree(`Change ${VM} on host1?`, `${VM} has Memory 160MiB saved`);
  expect([memoryIn(await saved(host1)), memoryIn(await virsh(host1, 'dumpxml', VM))]).toEqual([
    String(160 * 1024),
    String(128 * 1024),
  ]);
  await press('e', /Memory +160MiB +running 128MiB/);
  await press(RIGHT, /Memory +128MiB +saved 160MiB/);
  await press(`${DOWN.repeat(2)}${CLEAR}96MiB`, '128MiB → 96MiB, now');
  await press(CONTINUE, `Change ${VM} on host1?`);
  await agree(`Change ${VM} on host1?`, `${VM} has Memory 96MiB now`);
  const balloon = async () => memoryIn(await virsh(host1, 'dumpxml', VM)) === String(96 * 1024);
  await until('the guest has given its memory back', DEADLINE_MS, async () => (await balloon()) || undefined);
}

async function migrate(): Promise<void> {
  await inGuest(host1, 'mark=$((40 + 2)); echo marked-$mark', 'marked-42');
  await press('m', `Migrate ${VM} on host1?`);
  await press(CONTINUE, `${VM} on host1 can't go to host2. Choose again?`);
  await press('', 'copy the disks, or share their');
  await press('y', /Copy disks +< no >/);
  await press(DOWN.repeat(2) + RIGHT, /Copy disks +< yes >/);
  await press(DOWN.repeat(2) + RIGHT, /Delete copied +< yes >/);
  await press(CONTINUE, `Migrate ${VM} on host1 to host2?`);
  await agree(`Migrate ${VM} on host1 to host2?`, /story is on host2, .* moved, it stood still for \d+ ms/);
  expect(await whereIs(VM)).toEqual(['host2: running']);
  expect(await volumesIn(host1, 'default')).not.toContain(`${VM}_0.qcow2`);
  await screen.until((shown) => detailsOf(shown) === VM && /^ Node +host2/m.test(shown), DEADLINE_MS);
}

async function hibernate(): Promise<void> {
  const question = `Suspend ${VM} on host2 to disk?`;
  await press('P', question);
  await agree(question, `${VM} is suspended`);
  expect(await virsh(host2, 'list', '--all', '--managed-save')).toMatch(/story +saved/);
  await press('s', `${VM} is running`);
  expect(await whereIs(VM)).toEqual(['host2: running']);
  await inGuest(host2, 'echo still-$((mark + 1))', 'still-43');
}

async function remove(): Promise<void> {
  await press('S', `Shut down ${VM} on host2?`);
  await agree(`Shut down ${VM} on host2?`, `${VM} is stopped`);
  await press('X', `Is lost: /var/lib/libvirt/images/${VM}_0.qcow2`);
  await press(VM + CONTINUE, `${VM} is deleted`);
  expect(await whereIs(VM)).toEqual([]);
  expect(await volumesIn(host2, 'default')).not.toContain(`${VM}_0.qcow2`);
}
