import { statSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { until } from '../until.ts';
import { makeFreshGuests } from './fresh-guests.ts';
import { closeTerminals, type FreshTerminal, openFresh, untilConnected } from './fresh-terminal.ts';
import {
  cutLink,
  guestState,
  type Host,
  host1,
  host2,
  host3,
  killDaemon,
  pauseDaemon,
  removeGuests,
  restoreHost,
  restoreLink,
  resumeDaemon,
  startDaemon,
  untilGuestIs,
  virsh,
} from './hosts.ts';

/** For a machine that is busy with three hosts and their guests; the benchmarks measure the exact times. */
const BUSY_MS = 3_000;
/** The platform's interval, and as much on top. */
const STALE_WITHIN_MS = 2_000 + 2_000 + BUSY_MS;
/** After the fault is gone: the longest wait between two tries, and a login. */
const BACK_WITHIN_MS = 30_000;

const WALKER = 'walker';
const SLEEPER = 'sleeper';

closeTerminals();
beforeAll(async () => {
  await makeFreshGuests(host1, WALKER);
  await makeFreshGuests(host2, SLEEPER);
});
afterAll(async () => {
  await removeGuests(host1, WALKER);
  await removeGuests(host2, SLEEPER);
});
let drover: FreshTerminal;
beforeEach(async () => {
  drover = await openFresh({ columns: 120, rows: 40 });
  await untilConnected(drover);
});
afterEach(async () => {
  await restoreHost(host2);
  // libvirtd 9.0 may crash when it goes on and finds that a client has left meanwhile
  await virsh(host2, 'uri').catch(() => restoreHost(host2));
  await virsh(host1, 'destroy', WALKER).catch(() => undefined);
  await virsh(host2, 'destroy', SLEEPER).catch(() => undefined);
});

/** Both ends of the tree, there and back: the row under the cursor is named by the pane below. */
async function expectKeysToAnswer(): Promise<void> {
  for (const [key, title] of [
    ['G', '─ playground ─'],
    ['g', '─ Production ─'],
  ] as const) {
    const pressedAt = performance.now();
    drover.type(key);
    await drover.until(title);
    expect(performance.now() - pressedAt).toBeLessThan(BUSY_MS);
  }
}

/** What happens on the other hosts is seen, and their metrics are updated. */
async function expectOthersToLive(): Promise<void> {
  await virsh(host1, 'start', WALKER);
  // Until its balloon has shrunk it has more memory than what is saved, which is a change to come.
  const booting = await drover.untilRow(WALKER, /running\*? .*\d+%/, 5_000);
  const percent = /\d+%/.exec(booting)?.[0] ?? '';
  await drover.until(() => !drover.row(WALKER)?.includes(percent), 10_000);
  await virsh(host1, 'suspend', WALKER);
  await drover.untilRow(WALKER, 'paused', 3_000);
  expect(drover.row(host1.name)).not.toContain('stale');
  expect(drover.row(host3.name)).not.toContain('stale');
}

interface Fault {
  readonly name: string;
  readonly happens: (host: Host) => Promise<void>;
  readonly ends: (host: Host) => Promise<void>;
}

const FAULTS: readonly Fault[] = [
  { name: 'its libvirtd hangs', happens: pauseDaemon, ends: resumeDaemon },
  { name: 'its libvirtd dies', happens: killDaemon, ends: startDaemon },
  { name: 'its link is cut', happens: cutLink, ends: restoreLink },
];

it.each(FAULTS)('F-041 F-119 marks the rows of a host as stale when $name, and nothing else stops', async (fault) => {
  await fault.happens(host2);
  const brokenAt = performance.now();
  const line = await drover.untilRow(host2.name, /stale since \d\d:\d\d:\d\d/, STALE_WITHIN_MS + 5_000);
  expect(performance.now() - brokenAt).toBeLessThan(STALE_WITHIN_MS);
  const [, hours, minutes, seconds] = /since (\d\d):(\d\d):(\d\d)/.exec(line) ?? [];
  const since = new Date().setHours(Number(hours), Number(minutes), Number(seconds));
  expect(Math.abs(Date.now() - since)).toBeLessThan(STALE_WITHIN_MS + 3_000);
  expect(drover.screen()).toContain('2/3 endpoints');
  // what is shown of its guests is from before, and is marked so
  expect(drover.row('web2')).toMatch(/^ ~ /);

  await expectKeysToAnswer();
  await expectOthersToLive();
  await expectKeysToAnswer();

  await fault.ends(host2);
  await drover.untilRow(host2.name, /■ \d\/\d/, BACK_WITHIN_MS);
  await drover.until('3/3 endpoints');
  await drover.untilRow('web2', /^ {3}.*stopped/);
  // and what happens there is seen again
  await virsh(host2, 'start', SLEEPER, '--paused');
  await drover.untilRow(SLEEPER, 'paused', 5_000);
});

it('quits at once while a host hangs', async () => {
  await pauseDaemon(host2);
  await drover.untilRow(host2.name, 'stale');
  const pressedAt = performance.now();
  drover.type('q');
  expect(await drover.exit).toEqual({ code: 0, signal: 0 });
  expect(performance.now() - pressedAt).toBeLessThan(BUSY_MS);
});

it('says of a start whose link died that it is not known, and then that the guest runs', async () => {
  await drover.goTo(SLEEPER);
  // the daemon writes there when it has the request; its answer comes after QEMU is up
  const logged = () => statSync(`${host2.dir}/log/libvirt/qemu/${SLEEPER}.log`, { throwIfNoEntry: false })?.size ?? 0;
  const before = logged();
  drover.type('st');
  await until(`${SLEEPER} is being started`, 10_000, () => logged() > before);
  await cutLink(host2);
  await drover.until('no clear answer came; looking what became of it', 30_000);
  await restoreLink(host2);
  await drover.until(`${SLEEPER} is running (the link was lost on the way)`, 40_000);
  expect(await guestState(host2, SLEEPER)).toBe('running');
});

it('sends nothing later that the link did not carry at once', async () => {
  await drover.goTo(SLEEPER);
  await cutLink(host2);
  drover.type('st');
  await drover.until(new RegExp(`failed +${SLEEPER}: `), 30_000);
  await restoreLink(host2);
  await drover.until('3/3 endpoints', BACK_WITHIN_MS);
  // what the kernel still had to repeat would have come by now
  drover.type('1');
  await drover.untilRow(SLEEPER, /^ {3}.*stopped/);
  await expect(untilGuestIs(host2, SLEEPER, 'running', 3_000)).rejects.toThrow('in vain');
});
