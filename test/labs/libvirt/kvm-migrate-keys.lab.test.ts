/** VMs moved by keys at 80x24 and by command line; virsh says where they are. */
import { afterEach, beforeAll, expect, it } from 'vitest';
import { outputOf } from '../command.ts';
import { until } from '../until.ts';
import { closeTerminals, openFresh, untilConnected } from './fresh-terminal.ts';
import { host1, host2, site, untilLoginPrompt, virsh } from './hosts.ts';
import { HOSTS, whereIs } from './migrating.ts';
import { makeMovable, removeMovable, shareStorage } from './movable-guests.ts';

const NAMES = ['roamer', 'rover'] as const;
const [VM] = NAMES;
const [ENTER, BUTTONS] = ['\r', '\x1b[6~'];
const DEADLINE_MS = 60_000;
/** For what a guest without KVM does, beside whatever else this machine does. */
const SLOW_MS = 300_000;

closeTerminals();
const tidy = async () => {
  for (const name of NAMES) await removeMovable(HOSTS, name);
};
beforeAll(async () => {
  await shareStorage(HOSTS);
  await tidy();
});
afterEach(tidy);

const drover = (...args: readonly string[]) =>
  // What is refused ends with another exit code, and says why all the same.
  outputOf(['./bin/drover', '--config', site.files.config, ...args], DEADLINE_MS).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );

it('F-054 F-147 by keys: the target is chosen, the checks are shown, and the row is on the other host', async () => {
  await makeMovable(host1, VM, { shared: true, running: true, cache: 'none' });
  const screen = await openFresh({});
  await untilConnected(screen);
  await screen.goTo(VM);
  screen.type('m');
  await screen.until(/Migrate roamer on host1\?/, DEADLINE_MS);
  screen.type(BUTTONS + ENTER);
  await screen.until(/Migrate roamer on host1 to host2\?/, DEADLINE_MS);
  await screen.until(/ok +cpu +host2 can give it/, DEADLINE_MS);
  await screen.answer('Migrate roamer on host1 to host2?');
  await screen.until(/roamer is on host2, .* moved, it stood still for \d+ ms/, DEADLINE_MS);
  expect(await whereIs(VM)).toEqual(['host2: running']);
});

it('F-054 by keys: the row, an open console and a display that is watched go along with the VM, which goes on where it was', async () => {
  await makeMovable(host1, VM, { shared: true, running: true, cache: 'none' });
  await untilLoginPrompt(host1, VM, SLOW_MS);
  const screen = await openFresh({});
  await untilConnected(screen);
  await screen.goTo(VM);
  screen.type('c');
  await screen.until((shown) => shown.startsWith(`[${VM} on host1]`), SLOW_MS);
  screen.type(ENTER);
  await screen.until(`${VM} login:`, SLOW_MS);
  screen.type('root\r');
  await screen.until(`root@${VM}:`, SLOW_MS);
  // the arithmetic is the guest's: an echo of what was typed would not show it
  screen.type('cd /proc; mark=$((40 + 2)); echo before-$mark\r');
  await screen.until('before-42', SLOW_MS);
  screen.type('\x1d');
  await screen.until('which stays open', SLOW_MS);
  screen.type('m');
  await screen.until(/Migrate roamer on host1\?/, SLOW_MS);
  screen.type(BUTTONS + ENTER);
  await screen.until(/Migrate roamer on host1 to host2\?/, SLOW_MS);
  await screen.until(/ok +cpu +host2 can give it/, SLOW_MS);
  await screen.answer('Migrate roamer on host1 to host2?', 'y', SLOW_MS);
  await screen.until((shown) => shown.includes(`─ ${VM} ─`) && /host2/.test(shown), SLOW_MS);
  await until('it runs on host2', SLOW_MS, async () => (await whereIs(VM)).join() === 'host2: running');
  // what was there before is still on its screen, and the same shell goes on
  screen.type('0');
  await screen.until((shown) => shown.startsWith(`[${VM} on host2]`) && shown.includes('before-42'), SLOW_MS);
  screen.type('echo after-$((mark + 1)) in $(pwd)\r');
  await screen.until('after-43 in /proc', SLOW_MS);
  screen.type('\x1d');
  await screen.until('which stays open', SLOW_MS);

  // slow enough that its display is watched when it goes back
  await virsh(host2, 'migrate-setspeed', VM, '4');
  screen.type('m');
  await screen.until(/Migrate roamer on host2\?/, SLOW_MS);
  screen.type(BUTTONS + ENTER);
  const asked = await screen.until(/Migrate roamer on host2 to host[13]\?/, SLOW_MS);
  await screen.until(/ok +cpu +host[13] can give it/, SLOW_MS);
  await screen.answer(/Migrate roamer on host2 to host[13]\?/.exec(asked)?.[0] ?? '', 'y', SLOW_MS);
  screen.type('V');
  await screen.until((shown) => shown.includes(`${VM} login:`) && !shown.includes(`─ ${VM} ─`), SLOW_MS);
  expect(await whereIs(VM)).toContain('host2: running');
  await screen.until('the link is back', SLOW_MS);
  expect((await whereIs(VM)).join()).toMatch(/^host[13]: running$/);
  await screen.until((shown) => !shown.includes('the link is back'), SLOW_MS);
  screen.type('root\r');
  await screen.until(`root@${VM}:`, SLOW_MS);
  screen.type('echo there-$((40 + 2))\r');
  await screen.until('there-42', SLOW_MS);
  screen.type('\x1d');
  await screen.until(`─ ${VM} ─`, SLOW_MS);
}, 1_800_000);

it('by command line: a node is emptied by the policy and filled again, and what stands against it is said', async () => {
  for (const name of NAMES) await makeMovable(host1, name, { shared: true, running: false, cache: 'none' });
  const refused = await drover('node', 'evacuate', 'host1', '--to', 'host2', '--dry-run');
  expect(refused.stdout).toMatch(/^web1 +host2 +disks +error +host2 does not have/m);
  const gone = await drover('vm', 'migrate', ...NAMES, '--policy');
  expect(gone.stderr).toMatch(/roamer is on host[23]\n/);
  for (const name of NAMES) expect((await whereIs(name))[0]).toMatch(/^host[23]: shut off$/);
  await drover('vm', 'migrate', ...NAMES, '--to', 'host1');
  for (const name of NAMES) expect(await whereIs(name)).toEqual(['host1: shut off']);
});
