/** Disks and NICs in the settings of a guest, by keys at 120x40: what runs beside what is saved; virsh and the guest say what is true. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTerminal } from '../../contract/terminal.ts';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, type FreshTerminal, openFresh, untilConnected } from './fresh-terminal.ts';
import { host2, makeNetwork, removeGuests, removeNetwork, untilLoginPrompt, virsh } from './hosts.ts';
import { idOfGuest, sshEndpoint } from './kvm-testkit.ts';
import { connectTo, patient } from './kvm-watching.ts';

const host = host2;
const VM = 'fitted';
const NET = 'fitted-net';
const [ENTER, ESC, DOWN, RIGHT, BUTTONS, CLEAR] = ['\r', '\x1b', '\x1b[B', '\x1b[C', '\x1b[6~', '\x15'];
/** Of `Disks` in the form of a VM that runs. */
const TO_DISKS = DOWN.repeat(9);
const DEADLINE_MS = 60_000;

let screen: FreshTerminal;
async function press(keys: string, shown: Parameters<FreshTerminal['until']>[0]): Promise<void> {
  screen.type(keys);
  await screen.until(shown, DEADLINE_MS);
}
/** The last line of a frame, with which all of it is on the screen. */
const keyBarHas = (text: string, keys: string) => text.trimEnd().split('\n').at(-1)?.includes(keys) === true;
/** Out of the rows, to the form that says what was changed in them. */
async function back(shown: RegExp): Promise<void> {
  await press('', (text) => keyBarHas(text, 'take away'));
  await press(ESC, (text) => keyBarHas(text, 'pgdn buttons') && shown.test(text));
}
/** Saves, and says yes to what is asked then. */
async function save(question: readonly string[], shown: RegExp): Promise<void> {
  await press(BUTTONS + ENTER, (text) => text.includes(`Change ${VM} on ${host.name}?`) && keyBarHas(text, 'y yes'));
  for (const line of question) expect(screen.screen()).toContain(line);
  await screen.answer(`Change ${VM} on ${host.name}?`);
  await press('', shown);
}
async function openSettings(): Promise<void> {
  screen = await openFresh({ columns: 120, rows: 40 });
  await untilConnected(screen);
  await screen.goTo(VM);
  await press('e', new RegExp(`Settings of ${VM}`));
  await press('', /Memory +\d+MiB +running/);
}
const table = async (command: string, ...flags: readonly string[]) =>
  (await virsh(host, command, VM, ...flags))
    .trim()
    .split('\n')
    .map((line) => line.trim());

/** What the guest itself sees, at its serial console. */
async function insideShows(command: string, pattern: RegExp): Promise<void> {
  const endpoint = sshEndpoint(host);
  const connection = await connectTo(endpoint);
  try {
    const attachment = await connection.console?.serial?.(
      await idOfGuest(host, endpoint, VM),
      { force: true },
      patient(),
    );
    if (attachment?.kind !== 'stream') throw new Error('not a stream');
    const terminal = openTerminal(attachment.stream);
    await terminal.see(new RegExp(`${VM} login:|root@${VM}`), '\r');
    terminal.type('root\r');
    await terminal.see(new RegExp(`root@${VM}:.*# `), '\r');
    terminal.type(`${command}\r`);
    await terminal.see(pattern);
    attachment.stream.destroy();
  } finally {
    await connection.close();
  }
}

closeTerminals();
beforeAll(async () => {
  await removeNetwork(host, NET);
  await makeNetwork(host, NET);
  await makeFreshGuests(host, VM);
  await virsh(host, 'start', VM);
  await untilLoginPrompt(host, VM);
});
afterAll(async () => {
  await removeGuests(host, VM);
  await removeNetwork(host, NET);
  for (const name of [`${VM}_1.qcow2`])
    await virsh(host, 'vol-delete', '--pool', 'default', name).catch(() => undefined);
});

it('F-078 F-092 a disk and a NIC are added in the settings of a VM that runs, after a question that names them', async () => {
  const before = [await table('domblklist'), await table('domiflist')].map(({ length }) => length);
  await openSettings();
  await press(RIGHT, /Memory +\d+MiB +saved/);
  await press(`${TO_DISKS}${ENTER}`, /Device +Type +Size/);
  await press('a', 'New disk');
  await press(`${DOWN.repeat(2)}${CLEAR}64MiB${BUTTONS}${ENTER}`, /new +disk +64MiB/);
  await back(/\d disks → \d disks, now/);
  await press(`${DOWN}${ENTER}`, /MAC +Network/);
  await press('a', 'New NIC');
  await press(`${DOWN}${ENTER}`, NET);
  await press(`fitted${ENTER}`, new RegExp(`Network +${NET}`));
  await press(`${BUTTONS}${ENTER}`, new RegExp(`new +${NET}`));
  await back(/\d NICs? → \d NICs, now/);
  await save(
    ['Disks: a new disk: Size 64MiB, now', `NICs: a new NIC: Network ${NET}, now`],
    new RegExp(`${VM} has \\d disks, \\d NICs now`),
  );
  for (const flags of [[], ['--inactive']]) {
    const [disks, nics] = [await table('domblklist', ...flags), await table('domiflist', ...flags)];
    expect([disks.length, nics.length]).toEqual(before.map((count) => count + 1));
    expect(disks.join('\n')).toMatch(new RegExp(`vdb +.*/${VM}_1\\.qcow2`));
    expect(nics.join('\n')).toContain(NET);
  }
  await insideShows('cat /proc/partitions', /65536 vdb/);
});

it('F-071 F-072 a disk is taken out of what is saved alone, and the form shows what runs beside it', async () => {
  await openSettings();
  await press(`${TO_DISKS}${ENTER}`, /Device +Type +Size/);
  await press(`${DOWN}x`, 'Taken away: vdb. Nothing of it is deleted.');
  await back(/\d disks → \d disks?, after restart/);
  await save(['Disks: vdb is taken off, after restart'], new RegExp(`${VM} has \\d disks? saved`));
  expect((await table('domblklist')).join('\n')).toContain('vdb');
  expect((await table('domblklist', '--inactive')).join('\n')).not.toContain('vdb');
  await press('e', /Disks +\d disks? ▸ +running \d disks/);
  await press(`${TO_DISKS}${ENTER}`, 'running as well: vdb.');
});

it('F-088 what another program has changed meanwhile is not written over, nor is a disk cut off', async () => {
  await openSettings();
  await press(`${TO_DISKS}${DOWN}${ENTER}`, /MAC +Network/);
  await press('x', 'Taken away:');
  await back(/\d NICs? → /);
  await virsh(host, 'detach-interface', VM, 'network', '--mac', await macIn(NET), '--config');
  await press(BUTTONS + ENTER, 'was changed by another program meanwhile');
  await press(ESC, (shown) => !shown.includes('Settings of'));
  await press('e', /Memory +\d+MiB +running/);
  await press(RIGHT, /Memory +\d+MiB +saved/);
  await press(`${TO_DISKS}${ENTER}`, /Device +Type +Size/);
  await press(ENTER, /Size +\d/);
  await press(`${DOWN.repeat(2)}${CLEAR}1MiB${BUTTONS}${ENTER}`, /disk +1MiB/);
  await back(/Disks +\d disks/);
  await press(BUTTONS + ENTER, 'would be cut off: it has');
  await until('nothing was changed', DEADLINE_MS, async () => (await table('domblklist')).length > 0);
});

async function macIn(network: string): Promise<string> {
  const line = (await table('domiflist', '--inactive')).find((one) => one.includes(network)) ?? '';
  return /([0-9a-f]{2}:){5}[0-9a-f]{2}/.exec(line)?.[0] ?? '';
}
