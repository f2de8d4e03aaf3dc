import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refusal } from '../../../test/contract/refusal.ts';
import { type Watching, watchConnection } from '../../../test/contract/watching.ts';
import { type Clock, systemClock } from '../../clock.ts';
import { endpointName, type VmId, vmId } from '../../ids.ts';
import type { Connection, Feed, Settings, Vm } from '../contract.ts';
import { connect } from './connection.ts';
import { type FakeCloud, startFakeCloud } from './testkit/fake-cloud.ts';
import { ACCOUNTS, type Account, PROJECT } from './testkit/keystone.ts';
import type { WorldServer } from './testkit/world.ts';

const TIMES_FASTER = 20;
/** A minute of the cloud takes three seconds. */
let skippedMs = 0;
const quickClock: Clock = {
  now: () => Math.round(systemClock.now() * TIMES_FASTER) + skippedMs,
  ticks: () => systemClock.ticks() * TIMES_FASTER + skippedMs,
  after: (ms, call) => systemClock.after(ms / TIMES_FASTER, call),
};
/** No poll comes while a test goes on. */
const RARELY_MS = 3_600_000;
const LAB = endpointName('lab');
const { signal } = new AbortController();

let cloud: FakeCloud;
let connection: Connection;
const watches: Watching[] = [];

beforeEach(async () => {
  skippedMs = 0;
  cloud = await startFakeCloud(quickClock);
});
afterEach(async () => {
  for (const watching of watches.splice(0)) await watching.stop();
  await connection.close();
  await cloud.close();
  expect(cloud.complaints).toEqual([]);
});

const idOf = ({ id }: WorldServer): VmId => vmId(LAB, id);
const on = { vmState: 'active', powerState: 1 } as const;

async function open(account: Account = ACCOUNTS.admin, more: Settings = {}): Promise<Connection> {
  const { username, password } = account;
  const values = { 'auth-url': `${cloud.origin}/identity`, username, password, project: PROJECT.name, ...more };
  connection = await connect(
    { name: LAB, platform: 'openstack', values },
    { signal, clock: quickClock, wire: () => {}, ask: {} },
  );
  return connection;
}
async function watch(account?: Account, more?: Settings, everyMs = 5_000): Promise<Watching> {
  const watching = watchConnection(await open(account, more), everyMs);
  watches.push(watching);
  await watching.until('all of the first list', () => watching.feeds.find(({ kind }) => kind === 'complete'));
  return watching;
}
function inventoryOf({ feeds: [first] }: Watching) {
  if (first?.kind !== 'inventory') throw new Error('no inventory');
  return first.inventory;
}
function rowOf(watching: Watching, server: WorldServer): Vm {
  const vm = watching.vms.get(idOf(server));
  if (!vm) throw new Error(`${server.name} has no row`);
  return vm;
}
const feedsOf = <Kind extends Feed['kind']>(watching: Watching, kind: Kind) =>
  watching.feeds.filter((feed): feed is Extract<Feed, { kind: Kind }> => feed.kind === kind);
const asked = (pattern: RegExp): readonly string[] => cloud.requests.filter((request) => pattern.test(request));

describe('a project', () => {
  it('F-495 is a pool in its region, with the hypervisors of the cloud for administrators', async () => {
    const server = cloud.world.add({ ...on, tags: ['web'], metadata: { plan: 'shop', profile: 'small' } });
    const adrift = cloud.world.add({ name: 'adrift', vmState: 'shelved_offloaded', host: null });
    const watching = await watch();
    const { pools, nodes } = inventoryOf(watching);
    expect(pools).toEqual([{ id: `lab/project/${PROJECT.id}`, name: 'demo in RegionOne', parent: undefined }]);
    expect(nodes).toMatchObject([
      { id: 'lab/host/compute-1', name: 'compute-1', pool: pools[0]?.id, state: 'up', address: '192.0.2.1', cpus: 16 },
      { id: 'lab/host/compute-2', version: 'QEMU 7.2.22' },
    ]);
    expect(rowOf(watching, server)).toMatchObject({
      node: 'lab/host/compute-1',
      pool: undefined,
      state: 'running',
      cpus: 2,
      memory: 512 * 1024 ** 2,
      ips: ['203.0.113.10', '10.0.0.10'],
      plan: 'shop',
      profile: 'small',
      image: 'debian-13',
      tags: ['web'],
    });
    expect(rowOf(watching, adrift)).toMatchObject({ node: undefined, pool: pools[0]?.id, state: 'stopped' });
  });

  it('F-495 has the availability zones as nodes for everybody else', async () => {
    const server = cloud.world.add(on);
    const watching = await watch(ACCOUNTS.member);
    expect(inventoryOf(watching).nodes).toMatchObject([{ id: 'lab/zone/nova', name: 'nova', state: 'up' }]);
    expect(rowOf(watching, server).node).toBe('lab/zone/nova');
    const { lines } =
      (await connection.node?.info?.(inventoryOf(watching).nodes[0]?.id ?? ('' as never), signal)) ?? {};
    expect(lines).toContainEqual(['Quota of demo', 'Servers', '1 of 40']);
    expect(lines).toContainEqual(['Quota of demo', 'Memory', '512M, no limit']);
  });

  it.each([
    ['an administrator', ACCOUNTS.admin],
    ['everybody else', ACCOUNTS.member],
  ])('says which cloud it is of, so that other logins there show the same servers: %s', async (_who, account) => {
    const { cloud: name } = inventoryOf(await watch(account));
    expect(name).toBe(`${new URL(cloud.origin).host}/identity/v3 RegionOne`);
  });

  it('is listed to its last page', async () => {
    cloud.nova.pageSize = 3;
    for (let i = 0; i < 10; i++) cloud.world.add({ name: `web${i}` });
    expect((await watch()).vms.size).toBe(10);
    expect(asked(/servers\/detail/)).toHaveLength(4);
  });

  it('shows the servers of others only when all projects are asked for, which is a right', async () => {
    const foreign = cloud.world.add({ project: 'ffffffffffffffffffffffffffffffff' });
    expect((await watch()).vms.size).toBe(0);
    await connection.close();
    const watching = await watch(ACCOUNTS.admin, { 'all-projects': true });
    expect(inventoryOf(watching).pools[0]?.name).toBe('all projects in RegionOne');
    expect(rowOf(watching, foreign).node).toBe('lab/host/compute-1');
    await connection.close();
    await open(ACCOUNTS.member, { 'all-projects': true });
    const ended = await watchConnection(connection, 5_000).ended;
    expect(ended).toMatchObject({ code: 'auth.forbidden', message: expect.stringContaining('get_all_tenants') });
  });

  it('costs one request a tick beside the figures, however many servers there are', async () => {
    for (let i = 0; i < 90; i++) cloud.world.add({ name: `web${i}` });
    const watching = await watch();
    const before = cloud.requests.length;
    const ticks = () => cloud.requests.slice(before).filter((request) => request.includes('changes-since')).length;
    await watching.until('three ticks', () => (ticks() >= 3 ? true : undefined));
    const kinds = cloud.requests.slice(before).map((request) => request.replace(/=.*/, ''));
    expect(new Set(kinds)).toEqual(new Set(['GET /compute/v2.1/servers/detail?limit']));
  });

  it('knows what others have changed, made and deleted, by asking for changes only', async () => {
    const { world } = cloud;
    const [kept, doomed] = [world.add(), world.add({ name: 'doomed' })];
    const watching = await watch();
    Object.assign(kept, on);
    world.touch(kept);
    world.destroy(doomed);
    const fresh = world.add({ name: 'fresh', ...on });
    await watching.untilState(idOf(kept), 'running');
    await watching.until('the new one', () => watching.vms.get(idOf(fresh)));
    await watching.until('the deleted one to go', () => (watching.vms.has(idOf(doomed)) ? undefined : true));
    expect(asked(/servers\/detail\?limit=250$/)).toHaveLength(1);
  });

  it('drops what has vanished without a word, within minutes', async () => {
    const [kept, purged] = [cloud.world.add(on), cloud.world.add({ ...on, name: 'purged' })];
    const watching = await watch();
    cloud.world.purge(purged);
    await watching.until('a tick', () => feedsOf(watching, 'alive')[1]);
    expect(watching.vms.has(idOf(purged))).toBe(true);
    skippedMs += 300_000;
    await watching.until('it to go', () => (watching.vms.has(idOf(purged)) ? undefined : true));
    expect(watching.vms.has(idOf(kept))).toBe(true);
  });

  it('sees what others change, also when one server is stamped by a clock that is a year ahead', async () => {
    const year = 365 * 86_400_000;
    const server = cloud.world.add(on);
    cloud.world.add({ ...on, name: 'ahead', updatedAt: quickClock.now() + year });
    const watching = await watch();
    Object.assign(server, { vmState: 'stopped', powerState: 4 });
    cloud.world.touch(server);
    await watching.untilState(idOf(server), 'stopped');
    expect(asked(/servers\/detail\?limit=250$/)).toHaveLength(1);
  });

  it('marks a server whose resize waits for a word', async () => {
    const server = cloud.world.add({ ...on, vmState: 'resized' });
    const watching = await watch();
    expect(rowOf(watching, server)).toMatchObject({
      state: 'running',
      rawState: 'VERIFY_RESIZE',
      trouble: { message: expect.stringContaining('waits to be confirmed or reverted') },
    });
    server.vmState = 'active';
    cloud.world.touch(server);
    await watching.until('the mark to go', () => (rowOf(watching, server).trouble ? undefined : true));
  });

  it('believes the later answer, also when the machine that stamped it has a clock that is behind', async () => {
    const server = cloud.world.add({ ...on, taskState: 'powering-off', updatedAt: quickClock.now() + 30_000 });
    const watching = await watch();
    expect(rowOf(watching, server).state).toBe('stopping');
    Object.assign(server, { vmState: 'stopped', taskState: null, powerState: 4 });
    cloud.world.touch(server);
    await watching.untilState(idOf(server), 'stopped');
  });

  it('keeps what it knew of servers whose cell does not answer', async () => {
    const server = cloud.world.add({ ...on, name: 'far' });
    const watching = await watch();
    server.cellDown = true;
    cloud.world.touch(server);
    await watching.untilState(idOf(server), 'unknown');
    expect(rowOf(watching, server)).toMatchObject({ name: 'far', cpus: 2, trouble: { message: /does not answer/ } });
  });

  it('says what is wrong with a server in error', async () => {
    const fault = { code: 500, created: '2026-01-02T03:04:05Z', message: 'No valid host was found. ' };
    const server = cloud.world.add({ vmState: 'error', powerState: 0, host: null, fault });
    const watching = await watch();
    const since = Date.UTC(2026, 0, 2, 3, 4, 5);
    expect(rowOf(watching, server)).toMatchObject({
      state: 'error',
      trouble: { message: 'No valid host was found.', since },
    });
    // The list goes on to leave it out, and that is no news.
    const told = feedsOf(watching, 'changes').length;
    await watching.until('a tick', () => feedsOf(watching, 'alive')[1]);
    expect(feedsOf(watching, 'changes')).toHaveLength(told);
  });
});

describe('figures', () => {
  it('F-113 come for what is looked at first, and for the others in turn', async () => {
    const servers = Array.from({ length: 60 }, (_, index) => cloud.world.add({ ...on, name: `web${index}` }));
    const seen = servers.slice(40, 44).map(idOf);
    await open();
    const blocks: Feed[] = [];
    const controller = new AbortController();
    const ended = connection.watch({
      sink: (feed) => void (feed.kind === 'samples' && blocks.push(structuredClone(feed))),
      signal: controller.signal,
      interest: () => seen,
      everyMs: () => 5_000,
    });
    await expect.poll(() => blocks.length, { timeout: 10_000 }).toBeGreaterThan(6);
    controller.abort();
    await ended;
    const ids = blocks.flatMap((feed) => (feed.kind === 'samples' ? [feed.block.ids] : []));
    expect(ids.filter((some) => some.join() === seen.join()).length).toBeGreaterThanOrEqual(3);
    // Eight a second, in ticks of five.
    expect(new Set(ids.slice(0, 2).flat()).size).toBeLessThanOrEqual(40);
    expect(new Set(ids.flat()).size).toBe(60);
    const last = blocks.findLast((feed) => feed.kind === 'samples' && feed.block.ids.join() === seen.join());
    if (last?.kind !== 'samples') throw new Error('no figures of what is looked at');
    expect(last.block.cpu[0]).toBeGreaterThan(0.1);
    expect(last.block.cpu[0]).toBeLessThan(0.3);
    expect(last.block.memory[0]).toBeNaN();
  });

  it('are not asked for again when they may not be read, which is said once', async () => {
    for (let i = 0; i < 5; i++) cloud.world.add({ ...on, name: `web${i}` });
    const watching = await watch(ACCOUNTS.member);
    await watching.until('the word', () => watching.events[0]);
    const count = watching.feeds.length;
    await watching.until('two more ticks', () => (watching.feeds.length > count + 1 ? true : undefined));
    expect(watching.events.map(({ text }) => text)).toEqual([
      'No metrics of servers: this login lacks the right os_compute_api:os-server-diagnostics',
    ]);
    expect(asked(/diagnostics/).length).toBeLessThanOrEqual(5);
    expect(watching.blocks()).toEqual([]);
  });
});

describe('what is begun', () => {
  it('is told as a task until it is done', async () => {
    const server = cloud.world.add();
    const watching = await watch();
    const { task } = await connection.vm.start(idOf(server), signal);
    expect(task).toMatch(/^req-/);
    await watching.untilState(idOf(server), 'running');
    const done = await watching.until('its end', () => feedsOf(watching, 'tasks').flatMap(({ tasks }) => tasks)[1]);
    expect(feedsOf(watching, 'tasks')[0]?.tasks).toMatchObject([{ task, state: 'running', text: 'Start' }]);
    expect(done).toMatchObject({ task, subject: idOf(server), state: 'done' });
  });

  it('and fails later is a failed task, an event, and trouble on the row until the next one', async () => {
    const server = cloud.world.add();
    const watching = await watch();
    cloud.world.failNext = 'Insufficient compute resources';
    await connection.vm.start(idOf(server), signal);
    const [event] = await watching.until('the event', () => (watching.events.length > 0 ? watching.events : undefined));
    const text = 'Start failed: Insufficient compute resources';
    expect(event).toMatchObject({ subject: idOf(server), text });
    expect(feedsOf(watching, 'tasks').at(-1)?.tasks).toMatchObject([{ state: 'failed', text }]);
    await watching.until('the trouble', () => rowOf(watching, server).trouble);
    expect(await watching.untilState(idOf(server), 'stopped')).toMatchObject({ trouble: { message: text } });
    await connection.vm.start(idOf(server), signal);
    await watching.untilState(idOf(server), 'running');
    expect(rowOf(watching, server).trouble).toBeUndefined();
  });

  it('shows at once, not at the next poll', async () => {
    const server = cloud.world.add();
    cloud.world.tookMs = 20_000;
    const watching = await watch(ACCOUNTS.admin, {}, RARELY_MS);
    await connection.vm.start(idOf(server), signal);
    expect(await watching.untilState(idOf(server), 'starting')).toMatchObject({ rawState: 'SHUTOFF (powering-on)' });
  });
});

describe('a server', () => {
  it('that was changed or deleted shows it at once too', async () => {
    const server = cloud.world.add();
    const watching = await watch(ACCOUNTS.admin, {}, RARELY_MS);
    await connection.vm.configure?.(idOf(server), 'config', { name: 'web2' }, { name: 'web1' }, signal);
    await watching.until('its new name', () => (rowOf(watching, server).name === 'web2' ? true : undefined));
    await connection.vm.delete?.(idOf(server), { keepDisks: false, snapshots: false }, signal);
    await watching.until('it to go', () => (watching.vms.has(idOf(server)) ? undefined : true));
  });

  it('that is locked says so, and what to do', async () => {
    const server = cloud.world.add({ ...on, locked: true, lockedReason: 'the auditors are here' });
    const watching = await watch(ACCOUNTS.member);
    const why = 'it is locked (the auditors are here): unlock it first';
    expect(rowOf(watching, server).disabled).toMatchObject({ 'vm.stop': why, 'vm.delete': why, 'vm.configure': why });
    expect(rowOf(watching, server).disabled?.['console.serial']).toBeUndefined();
    const error = await refusal(connection.vm.stop(idOf(server), 'graceful', signal));
    expect(error).toMatchObject({ code: 'op.conflict', fix: expect.stringContaining('unlock') });
  });

  it.each([
    ['paused', 'start', 'unpause'],
    ['suspended', 'start', 'resume'],
    ['suspended', 'resume', 'resume'],
    ['shelved_offloaded', 'start', 'unshelve'],
    ['stopped', 'start', 'start'],
  ] as const)('that is %s is brought to life: %s', async (vmState, verb, action) => {
    const server = cloud.world.add({ vmState });
    const watching = await watch();
    await connection.vm[verb]?.(idOf(server), signal);
    await watching.untilState(idOf(server), 'running');
    expect([...server.actions.values()].map((done) => done.action)).toEqual([action]);
  });

  it('is suspended to disk', async () => {
    const server = cloud.world.add(on);
    const watching = await watch();
    await connection.vm.suspend?.(idOf(server), signal);
    await watching.untilState(idOf(server), 'suspended');
    const error = await refusal(connection.vm.stop(idOf(server), 'force', signal));
    expect(error).toMatchObject({ code: 'op.conflict', message: 'web1 is suspended' });
    const paused = cloud.world.add({ vmState: 'paused' });
    const second = await refusal(connection.vm.suspend?.(idOf(paused), signal) ?? Promise.resolve());
    expect(second).toMatchObject({ code: 'op.conflict', fix: 'resume it first' });
  });

  it('in error is restarted by force only', async () => {
    const server = cloud.world.add({ vmState: 'error' });
    const watching = await watch();
    expect((await refusal(connection.vm.restart?.(idOf(server), 'graceful', signal) ?? Promise.resolve())).code).toBe(
      'op.conflict',
    );
    expect((await refusal(connection.vm.start(idOf(server), signal))).fix).toContain('restart it by force');
    await connection.vm.restart?.(idOf(server), 'force', signal);
    await watching.untilState(idOf(server), 'running');
  });

  it.each(['start', 'restart'] as const)('that has crashed is brought back by force: %s', async (verb) => {
    const server = cloud.world.add({ ...on, powerState: 6 });
    const watching = await watch();
    expect(rowOf(watching, server).state).toBe('crashed');
    if (verb === 'start') await connection.vm.start(idOf(server), signal);
    else await connection.vm.restart?.(idOf(server), 'force', signal);
    await watching.untilState(idOf(server), 'running');
  });

  it('says of a forced stop that its power is not cut at once', async () => {
    const server = cloud.world.add(on);
    await open();
    const { warnings } = await connection.vm.stop(idOf(server), 'force', signal);
    expect(warnings).toEqual([{ feature: 'vm.stop', detail: expect.stringContaining('after 60 s') }]);
  });

  it('is not touched by who may only look, and the missing right is named', async () => {
    const server = cloud.world.add();
    await open(ACCOUNTS.reader);
    const error = await refusal(connection.vm.start(idOf(server), signal));
    expect(error).toMatchObject({
      code: 'auth.forbidden',
      message: 'web1: this login lacks the right os_compute_api:servers:start',
    });
    expect(server.actions.size).toBe(0);
  });

  it('F-244 tells its disks, its networks, and the images that were made of it', async () => {
    const volumes = [{ id: 'aaaa', device: '/dev/vdb', deleteOnTermination: true }];
    const server = cloud.world.add({ ...on, volumes, description: 'shop front', metadata: { owner: 'anna' } });
    cloud.world.volumes.set('aaaa', 20);
    cloud.world.images.set('bbbb', { name: 'web1-monday', of: server.id });
    await open();
    const info = await connection.vm.info(idOf(server), signal);
    expect(info).toMatchObject({
      row: { image: 'debian-13' },
      description: 'shop front',
      nics: [{ device: 'eth0', mac: 'fa:16:3e:00:00:0a', net: 'private', ips: ['203.0.113.10', '10.0.0.10'] }],
      disks: [
        { device: 'root', size: 8 * 1024 ** 3, storage: 'local' },
        { device: '/dev/vdb', path: 'data-20 aaaa', size: 20 * 1024 ** 3, storage: 'volume' },
      ],
      snapshots: [{ name: 'web1-monday', current: false, parent: undefined }],
    });
    expect(info.more).toContainEqual(['Flavor', 'm1.small']);
    expect(info.more).toContainEqual(['owner', 'anna']);
  });
});

describe('deleting a server', () => {
  it('F-058 says what goes, what stays, and why its disks go', async () => {
    const volumes = [
      { id: 'aaaa', device: '/dev/vdb', deleteOnTermination: true },
      { id: 'bbbb', device: '/dev/vdc', deleteOnTermination: false },
    ];
    const server = cloud.world.add({ volumes });
    cloud.world.images.set('cccc', { name: 'monday', of: server.id });
    await open();
    expect(await connection.vm.planDelete?.(idOf(server), signal)).toEqual({
      goes: [`${server.id}/root`, 'aaaa'],
      stays: ['bbbb (a volume of its own)', '203.0.113.10 (a floating IP)', 'monday (an image that was made of it)'],
      snapshots: [],
      keepDisksRefused: expect.stringContaining('together with it'),
    });
  });

  it('F-057 keeps the volumes of one that boots from a volume', async () => {
    const volumes = [{ id: 'aaaa', device: '/dev/vda', deleteOnTermination: true }];
    const server = cloud.world.add({ imageId: '', volumes });
    cloud.world.volumes.set('aaaa', 20);
    const watching = await watch();
    expect(await connection.vm.planDelete?.(idOf(server), signal)).toMatchObject({ goes: ['data-20 aaaa'] });
    await connection.vm.delete?.(idOf(server), { keepDisks: true, snapshots: false }, signal);
    await watching.until('it to go', () => (watching.vms.has(idOf(server)) ? undefined : true));
    expect(cloud.world.volumes.has('aaaa')).toBe(true);
  });

  it('F-058 counts the image that a server was shelved into among what goes', async () => {
    const server = cloud.world.add({ vmState: 'shelved_offloaded', host: null });
    cloud.world.images.set('cccc', { name: 'web1-shelved', of: server.id });
    cloud.world.images.set('dddd', { name: 'monday', of: server.id });
    await open();
    const { goes, stays } = (await connection.vm.planDelete?.(idOf(server), signal)) ?? {};
    expect(goes).toContainEqual(expect.stringContaining('web1-shelved'));
    expect(stays?.join()).not.toContain('web1-shelved');
    expect(stays).toContainEqual(expect.stringContaining('monday'));
  });

  it('counts the saved memory of a suspended one among what goes', async () => {
    const server = cloud.world.add({ vmState: 'suspended' });
    await open();
    expect(await connection.vm.planDelete?.(idOf(server), signal)).toMatchObject({ savedMemory: true });
  });

  it.each(['powering-off', 'rebooting', 'migrating'])('waits for one that is %s', async (taskState) => {
    const server = cloud.world.add({ ...on, taskState });
    await open();
    const removal = connection.vm.delete?.(idOf(server), { keepDisks: false, snapshots: false }, signal);
    expect(await refusal(removal ?? Promise.resolve())).toMatchObject({ code: 'op.conflict' });
    expect(asked(/^DELETE/)).toEqual([]);
  });

  it('deletes nothing when its disks are to be kept and can not be', async () => {
    cloud.nova.most = '2.84';
    const volumes = [{ id: 'aaaa', device: '/dev/vda', deleteOnTermination: true }];
    const server = cloud.world.add({ imageId: '', volumes });
    await open();
    const removal = connection.vm.delete?.(idOf(server), { keepDisks: true, snapshots: false }, signal);
    expect(await refusal(removal ?? Promise.resolve())).toMatchObject({
      code: 'op.unsupported',
      message: /before 2\.85/,
    });
    expect(asked(/^(?:PUT|DELETE)/)).toEqual([]);
  });
});
