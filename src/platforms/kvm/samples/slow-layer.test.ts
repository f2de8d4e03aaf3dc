import { afterEach, expect, it } from 'vitest';
import { createTestClock } from '../../../../test/clock.ts';
import { procedures } from '../rpc/protocol.ts';
import { SILENCE } from '../testkit/played-daemon.ts';
import { type PlayedHost, playHost } from '../testkit/played-host.ts';
import { libvirtNo } from '../testkit/scripted-client.ts';
import { type WatchedHost, watchPlayed } from '../testkit/watched-host.ts';

const open: WatchedHost[] = [];
afterEach(async () => {
  for (const watched of open.splice(0)) await watched.end();
});
async function watch(host: PlayedHost, everyMs?: number): Promise<WatchedHost> {
  const watched = await watchPlayed(host, createTestClock(), everyMs);
  open.push(watched);
  return watched;
}

const BALLOON = 4;
/** The calls that ask monitors: how many guests each. */
const slowCalls = (host: PlayedHost) =>
  host
    .came(procedures.domainStats)
    .filter(({ groups }) => (groups & BALLOON) !== 0)
    .map(({ domains }) => domains.length);
const HANGS = 'not responding: its QEMU does not answer';

it('tells the memory that a guest uses, and what its disks do per second', async () => {
  const host = playHost();
  const guest = host.add(1, {
    monitor: { 'balloon.available': 2_000, 'balloon.usable': 500, 'block.0.rd.bytes': 0, 'block.0.wr.bytes': 0 },
  });
  const { rows, pass, wire } = await watch(host);
  await pass(1_000);
  expect(rows(1).at(-1)).toMatchObject({ memory: 1_500 * 1024, diskRead: Number.NaN });
  guest.monitor = {
    'balloon.available': 2_000,
    'balloon.usable': 600,
    'block.0.rd.bytes': 50_000,
    'block.0.wr.bytes': 5_000,
    'block.1.rd.bytes': 50_000,
  };
  await pass(3_999);
  expect(slowCalls(host)).toEqual([1]);
  await pass(2_000);
  expect(slowCalls(host)).toEqual([1, 1]);
  expect(rows(1).at(-1)).toMatchObject({ memory: 1_400 * 1024, diskRead: 20_000, diskWrite: 1_000 });
  // VIR_DOMAIN_STATS_STATE, _BALLOON and _BLOCK, without waiting for a monitor that is busy.
  expect(host.came(procedures.domainStats).filter(({ groups }) => groups > 17)).toMatchObject([
    { groups: 1 + 4 + 32, flags: 2 ** 29 },
    { groups: 1 + 4 + 32, flags: 2 ** 29 },
  ]);
  // The list, and then the fast ticks: VIR_DOMAIN_STATS_STATE, and _INTERFACE of what runs.
  expect(host.came(procedures.domainStats).slice(0, 3)).toEqual([
    { domains: [], groups: 1, flags: 1 },
    { domains: [], groups: 1, flags: 2 },
    { domains: [], groups: 1 + 16, flags: 1 },
  ]);
  expect(host.came(procedures.listDomains)).toEqual([{ needResults: true, flags: 256 }]);
  expect(new Set(wire.map(({ channel }) => channel))).toEqual(new Set(['poll', 'slow']));
});

it('F-113 F-198 shows in the row how many disks and cards a guest has and what the disks can hold, without media', async () => {
  const host = playHost();
  const disks = {
    ...{ 'block.0.path': '/d/web1.qcow2', 'block.0.capacity': 20 * 2 ** 30 },
    ...{ 'block.1.path': '/d/debian.iso', 'block.1.capacity': 5 * 2 ** 30 },
    ...{ 'block.2.path': '/d/data.qcow2', 'block.2.capacity': 2 ** 30 },
  };
  host.add(1, { monitor: { 'balloon.rss': 1, ...disks }, net: { 'net.count': 3 } });
  const { vm, pass } = await watch(host);
  await pass(6_000);
  expect(vm(1)).toMatchObject({ storage: 21 * 2 ** 30, diskCount: 2, nicCount: 3 });
});

it('asks nothing while nothing runs, and every second interval when that is longer', async () => {
  const host = playHost();
  const { pass } = await watch(host, 4_000);
  expect(slowCalls(host)).toEqual([]);
  host.add(1);
  await pass(16_000);
  expect(slowCalls(host)).toEqual([1, 1]);
});

it('asks 32 guests at a time', async () => {
  const host = playHost();
  for (let number = 1; number <= 40; number++) host.add(number, { monitor: { 'balloon.rss': 1 } });
  const { pass } = await watch(host);
  await pass(5_500);
  expect(slowCalls(host).sort()).toEqual([32, 8]);
});

it('says which guest hangs, since it alone tells nothing on a second connection, until it tells again', async () => {
  const host = playHost();
  const [hanging] = [host.add(1, { monitor: undefined }), host.add(2, { monitor: { 'balloon.rss': 1 } })];
  let answered = () => {};
  const isAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  let calls = 0;
  host.monitors.waitFor = () => (calls++ === 0 ? isAnswered : undefined);
  const { vm, pass } = await watch(host);
  await pass(3_500);
  expect(vm(1)).not.toHaveProperty('trouble');
  expect(host.links).toHaveLength(2);
  await pass(1_000);
  expect(host.links).toHaveLength(3);
  expect(vm(1)?.trouble?.message).toBe(HANGS);
  expect(vm(2)).not.toHaveProperty('trouble');
  hanging.monitor = { 'balloon.rss': 1 };
  answered();
  await pass(6_000);
  expect(vm(1)).not.toHaveProperty('trouble');
  // The connection that was held up is not needed any more.
  expect(host.links.filter(({ destroyed }) => !destroyed)).toHaveLength(2);
});

it('says nothing of a guest that tells nothing while no call hangs: its driver has no monitors', async () => {
  const host = playHost();
  host.add(1, { monitor: undefined });
  const { vm, pass } = await watch(host);
  await pass(6_000);
  expect(vm(1)).not.toHaveProperty('trouble');
});

it('takes a connection again whose call was answered at last, when it has no other', async () => {
  const host = playHost();
  host.add(1, { monitor: { 'balloon.rss': 1 } });
  let answered = () => {};
  const isAnswered = new Promise<void>((resolve) => {
    answered = resolve;
  });
  let calls = 0;
  host.monitors.waitFor = () => (calls++ < 2 ? isAnswered : undefined);
  const { pass } = await watch(host);
  await pass(8_500);
  expect(host.links).toHaveLength(3);
  answered();
  await pass(6_000);
  expect(slowCalls(host)).toEqual([1, 1, 1]);
  expect(host.links).toHaveLength(3);
  expect(host.links.filter(({ destroyed }) => !destroyed)).toHaveLength(2);
});

it('rests once four connections hang, and goes on when one is answered', async () => {
  const host = playHost();
  host.add(1, { monitor: { 'balloon.rss': 1 } });
  const waiting: (() => void)[] = [];
  host.monitors.waitFor = () => new Promise((resolve) => void waiting.push(resolve));
  const { pass, of } = await watch(host);
  await pass(60_000);
  expect(waiting).toHaveLength(4);
  expect(host.links).toHaveLength(5);
  const samples = of('node-samples').length;
  expect(samples).toBeGreaterThan(50);
  host.monitors.waitFor = () => undefined;
  waiting[0]?.();
  await pass(6_000);
  expect(slowCalls(host).length).toBeGreaterThan(4);
  expect(host.links).toHaveLength(5);
});

it('lives on when the daemon refuses, and when it takes no further connection', async () => {
  const host = playHost();
  host.add(1, { monitor: { 'balloon.available': 3, 'balloon.usable': 1 } });
  host.monitors.waitFor = () => {
    throw libvirtNo(42, 'gone meanwhile');
  };
  const { rows, pass } = await watch(host);
  await pass(5_500);
  expect(rows(1).length).toBeGreaterThan(4);
  host.monitors.waitFor = () => undefined;
  await pass(5_000);
  expect(rows(1).at(-1)?.memory).toBe(2 * 1024);
  const closed = playHost();
  closed.add(2);
  closed.answer(procedures.open, () => {
    if (closed.links.length > 1) throw libvirtNo(38, 'too many clients');
  });
  const alone = await watch(closed);
  await alone.pass(11_000);
  expect(alone.rows(2).length).toBeGreaterThan(9);
  expect(slowCalls(closed)).toEqual([]);
});

it('opens another connection when the link of its own was lost', async () => {
  const host = playHost();
  host.add(1, { monitor: { 'balloon.rss': 1 } });
  const { pass } = await watch(host);
  host.links[1]?.destroy();
  await pass(5_500);
  expect(host.links).toHaveLength(3);
  expect(slowCalls(host)).toEqual([1, 1]);
});

it('ends with the watch also while it waits for a monitor', async () => {
  const host = playHost();
  host.add(1);
  host.monitors.waitFor = () => SILENCE;
  const watched = await watch(host);
  await watched.end();
  await expect(watched.watching).resolves.toBeUndefined();
});
