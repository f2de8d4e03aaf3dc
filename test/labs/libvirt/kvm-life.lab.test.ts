/** The life of a VM from its image to its end, by commands of the built program; virsh and the guest itself say what is true. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mib } from '../../../src/units.ts';
import { DROVER } from '../../cli/run-drover.ts';
import { tellStory } from '../story.ts';
import { until } from '../until.ts';
import { BOOT_MS, BOOT_TEST_MS, inside, untilAgentAnswers } from './debian-guest.ts';
import { DEBIAN_IMAGE, provideDebian } from './debian-image.ts';
import { guestState, host3, site, virsh } from './hosts.ts';
import { inHost } from './namespaces.ts';

const host = host3;
const [VM, CLONE, EXPORT] = ['life1', 'life2', 'life-image.qcow2'];
const SAVED = '/var/lib/libvirt/images/life1.save';
const SOON_MS = 30_000;

let home = '';

/** What the program says on stderr, which is for people. Rejects with it when it fails. */
async function drover(...args: readonly string[]): Promise<string> {
  const env = { HOME: home, PATH: process.env['PATH'], LC_ALL: 'C.UTF-8', DROVER_CONFIG: site.files.config };
  const { stderr } = await promisify(execFile)(DROVER, [...args, '-C', host.name], { env, timeout: 600_000 });
  return stderr;
}
const sh = (command: string): Promise<string> => inside(host, VM, command);
const seen = (command: string, wanted: string) =>
  until(`${command} prints ${wanted} in ${VM}`, SOON_MS, async () => (await sh(command)) === wanted);
const volumes = async (): Promise<readonly string[]> =>
  (await inHost(host, 'ls', '/var/lib/libvirt/images')).split('\n').filter((name) => name.startsWith('life'));

async function tidy(): Promise<void> {
  for (const vm of [VM, CLONE]) {
    await virsh(host, 'destroy', vm).catch(() => undefined);
    await virsh(host, 'undefine', vm, '--managed-save', '--snapshots-metadata').catch(() => undefined);
  }
  await inHost(host, 'sh', '-c', 'rm -f /var/lib/libvirt/images/life*');
  await virsh(host, 'pool-refresh', 'default');
}

tellStory();
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-life-'));
  await provideDebian(site, host);
  await tidy();
}, 720_000);
afterAll(async () => {
  await tidy();
  await rm(home, { recursive: true, force: true });
});

it(
  'a VM is made of an image, and runs',
  async () => {
    const made = ['--memory', '640MiB', '--virtualization', 'qemu', '--graphics', 'none', '--plan', 'life'];
    const said = await drover('vm', 'create', VM, '--image', DEBIAN_IMAGE, ...made, '--nic', 'network=default');
    expect(said).toContain(`${host.name} has the VM ${VM}, which is running`);
    expect(await guestState(host, VM)).toBe('running');
    expect(await drover('vm', 'wait', VM, '--for', 'ip', '--timeout', '9m')).toContain(`${VM} has the address`);
    await untilAgentAnswers(host, VM, BOOT_MS);
    expect(await sh('hostname')).toBe(VM);
  },
  BOOT_TEST_MS,
);

it('a disk and a NIC are added, and the guest sees them', async () => {
  expect(await drover('disk', 'create', VM, '--size', '64MiB')).toBe(`${VM} has the new disk\n`);
  await seen('cat /sys/block/vdb/size', `${mib(64) / 512}`);
  const cards = 'ls -d /sys/class/net/e* | wc -l';
  const before = Number(await sh(cards));
  expect(await drover('nic', 'create', VM, 'default')).toContain(`${VM} has`);
  await seen(cards, String(before + 1));
  expect((await virsh(host, 'domblklist', VM)).match(/life1_\d/g)).toEqual(['life1_0', 'life1_1']);
});

it(
  'a snapshot is taken, the guest is broken, and reverted',
  async () => {
    await sh('echo good > /root/state; sync');
    expect(await drover('snapshot', 'create', VM, 'before')).toBe(`${VM} has the snapshot before\n`);
    expect(await virsh(host, 'snapshot-list', VM, '--name')).toContain('before');
    await sh('echo broken > /root/state; rm -f /bin/true; sync');
    expect(await drover('snapshot', 'revert', VM, 'before', '--yes')).toContain('before');
    await untilAgentAnswers(host, VM, BOOT_MS);
    expect(await sh('cat /root/state; test -x /bin/true && echo whole')).toBe('good\nwhole');
  },
  BOOT_TEST_MS,
);

it(
  'its memory goes to a file and comes back, with what it was doing',
  async () => {
    await sh('setsid sleep 9999 > /dev/null 2>&1 < /dev/null & echo $! > /run/sleeper');
    const sleeper = await sh('cat /run/sleeper');
    expect(await drover('vm', 'save', VM, '--path', SAVED)).toBe(`${VM} is saved to ${SAVED}\n`);
    expect(await guestState(host, VM)).toBe('shut off');
    expect(await drover('vm', 'restore', SAVED)).toContain(`has restored ${SAVED}`);
    expect(await guestState(host, VM)).toBe('running');
    await untilAgentAnswers(host, VM, BOOT_MS);
    expect(await sh(`cat /proc/${sleeper}/comm`)).toBe('sleep');
  },
  BOOT_TEST_MS,
);

it(
  'it is shut down, cloned and exported, and a VM that is made of that starts',
  async () => {
    expect(await drover('vm', 'stop', VM, '--wait', '600')).toBe(`${VM} is stopped\n`);
    await drover('snapshot', 'delete', VM, 'before', '--yes');
    expect(await drover('vm', 'clone', VM, CLONE)).toContain(`is cloned as ${CLONE}`);
    const uuid = async (vm: string) => (await virsh(host, 'domuuid', vm)).trim();
    expect(await uuid(CLONE)).not.toBe(await uuid(VM));
    expect(await drover('vm', 'export', VM, EXPORT)).toContain(`${VM} is exported as ${EXPORT}`);
    await drover('vm', 'start', CLONE);
    await untilAgentAnswers(host, CLONE, BOOT_MS);
    expect(await inside(host, CLONE, 'cat /root/state')).toBe('good');
  },
  BOOT_TEST_MS,
);

it('all of it is deleted, and nothing is left', async () => {
  await drover('vm', 'kill', CLONE);
  // The clone has the same medium for cloud-init in its drive: it stays with the last one.
  for (const vm of [CLONE, VM]) expect(await drover('vm', 'delete', vm, '--yes')).toContain(`${vm} is deleted`);
  await drover('volume', 'delete', EXPORT, '--yes');
  expect(await virsh(host, 'list', '--all', '--name')).not.toMatch(/life/);
  expect(await volumes()).toEqual(['life1.save']);
});
