import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { endpointName, vmId } from '../../ids.ts';
import type { Connection, Feed, Inventory, Vm } from '../contract.ts';
import { connect } from './connection.ts';
import { KEYS, REGION, ROLE } from './testkit/access.ts';
import { type FakeAws, startFakeAws } from './testkit/server.ts';

const NAME = endpointName('cloud');
/** The time between ticks is the test's to give. */
const HOUR_MS = 3_600_000;

/** States of instances end by this clock: while `heldAt` is set, they last. */
let heldAt: number | undefined;
const clockOfServer: Clock = { ...systemClock, ticks: () => heldAt ?? systemClock.ticks() };

let server: FakeAws;
let connection: Connection;
let ending: AbortController;
let ended: Promise<void>;
let feeds: Feed[];
let look: () => void;

beforeEach(async () => {
  heldAt = undefined;
  server = await startFakeAws(clockOfServer);
  feeds = [];
  look = () => {};
  ending = new AbortController();
});
afterEach(async () => {
  ending.abort();
  await ended;
  await connection.close();
  await server.close();
  expect(server.complaints).toEqual([]);
});

async function watch(clock: Clock = systemClock): Promise<Inventory> {
  const values = {
    region: REGION,
    'access-key-id': KEYS.accessKeyId,
    'secret-access-key': KEYS.secretAccessKey,
    'role-arn': ROLE,
    'endpoint-url': server.origin,
  };
  connection = await connect(
    { name: NAME, platform: 'aws', values },
    { signal: ending.signal, clock, wire: () => {}, ask: {} },
  );
  ended = connection.watch({
    signal: ending.signal,
    interest: () => [],
    everyMs: () => HOUR_MS,
    sink(feed) {
      feeds.push(feed);
      look();
    },
  });
  await until(() => feeds.some(({ kind }) => kind === 'complete'));
  const [first] = feeds;
  if (first?.kind !== 'inventory') throw new Error('the first feed is no inventory');
  return first.inventory;
}

const until = (seen: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    look = () => {
      if (seen()) resolve();
    };
    look();
  });

const upserts = (id: string): readonly Vm[] =>
  feeds.flatMap((feed) =>
    feed.kind === 'changes'
      ? feed.changes.flatMap((change) =>
          change.kind === 'vm-upsert' && change.vm.id === vmId(NAME, id) ? change.vm : [],
        )
      : [],
  );

const signal = new AbortController().signal;

it('F-192 lists all instances of a reservation and all pages, without those that were terminated', async () => {
  for (let made = 0; made < 5; made++) server.world.add({ reservation: 'r-together' });
  for (let made = 0; made < 250; made++) server.world.add();
  server.world.add({ state: 'terminated' });
  expect((await watch()).vms).toHaveLength(255);
});

it('F-488 hangs instances under their zones and these under their region, also while they are stopped', async () => {
  const { id } = server.world.add({ zone: 'eu-test-1b' });
  const { pools, nodes, vms } = await watch();
  expect(pools.map(({ name }) => name)).toEqual([REGION]);
  expect(nodes.map(({ name, state }) => [name, state])).toEqual([
    ['eu-test-1a', 'up'],
    ['eu-test-1b', 'up'],
  ]);
  expect(vms.find((vm) => vm.uuid === id)).toMatchObject({ node: 'cloud/eu-test-1b', pool: 'cloud/eu-test-1' });
});

it('shows a zone that the login may not list', async () => {
  server.world.add({ zone: 'eu-test-1-lax-1a' });
  const { nodes } = await watch();
  expect(nodes.at(-1)).toMatchObject({ name: 'eu-test-1-lax-1a', state: 'unknown' });
  expect(nodes.at(-1)).not.toHaveProperty('trouble');
});

it('says on the row why an instance stopped that no user has stopped', async () => {
  const instance = server.world.add({ state: 'running' });
  await watch();
  const message = 'Server.SpotInstanceTermination: Spot instance termination';
  instance.state = 'stopped';
  instance.reason = { code: 'Server.SpotInstanceTermination', message };
  await connection.vm.start(vmId(NAME, instance.id), signal).catch(() => undefined);
  instance.state = 'stopped';
  instance.next = undefined;
  instance.reason = { code: 'Server.SpotInstanceTermination', message };
  await until(() => upserts(instance.id).some(({ trouble }) => trouble?.message === message));
});

it('says since when an instance runs, and nothing of one that does not', async () => {
  const [on, off] = [server.world.add({ state: 'running' }), server.world.add()];
  const { vms } = await watch();
  expect(vms.find(({ uuid }) => uuid === on.id)?.bootedAt).toBe(Date.UTC(2026, 2, 1, 10));
  expect(vms.find(({ uuid }) => uuid === off.id)).not.toHaveProperty('bootedAt');
  await connection.vm.stop(vmId(NAME, on.id), 'graceful', signal);
  await until(() => ['stopping', 'stopped'].includes(upserts(on.id).at(-1)?.state ?? ''));
  expect(upserts(on.id).at(-1)).not.toHaveProperty('bootedAt');
});

it('shows the time of the new start of an instance that was stopped and started between two looks', async () => {
  const instance = server.world.add({ state: 'running' });
  await watch();
  instance.launchedAt = Date.UTC(2026, 2, 1, 11);
  await connection.vm.restart?.(vmId(NAME, instance.id), 'graceful', signal);
  await until(() => upserts(instance.id).some(({ bootedAt }) => bootedAt === Date.UTC(2026, 2, 1, 11)));
});

it('takes an instance off the list that is terminated, and not before', async () => {
  const instance = server.world.add();
  await watch();
  const id = vmId(NAME, instance.id);
  heldAt = systemClock.ticks();
  await connection.vm.delete?.(id, { keepDisks: false, snapshots: false }, signal);
  await until(() => upserts(instance.id).some(({ rawState }) => rawState === 'shutting-down'));
  heldAt = undefined;
  await until(() =>
    feeds.some(
      (feed) => feed.kind === 'changes' && feed.changes.some((one) => one.kind === 'vm-remove' && one.id === id),
    ),
  );
});

it('terminates nothing as long as a volume that is to be kept would go with it', async () => {
  const instance = server.world.add();
  const [root] = instance.volumes;
  if (!root) throw new Error('no volume');
  await watch();
  // Another program marks it again.
  Object.defineProperty(root, 'deleteOnTermination', { get: () => true, set() {} });
  const removal = connection.vm.delete?.(vmId(NAME, instance.id), { keepDisks: true, snapshots: false }, signal);
  await expect(removal).rejects.toMatchObject({ code: 'op.conflict', message: expect.stringContaining(root.id) });
  expect(instance.state).toBe('stopped');
});

it('counts what a hibernated instance had in memory among what goes', async () => {
  const instance = server.world.add({ hibernates: true });
  instance.reason = { code: 'Client.UserInitiatedHibernate', message: 'hibernated' };
  await watch();
  expect(await connection.vm.planDelete?.(vmId(NAME, instance.id), signal)).toMatchObject({ savedMemory: true });
});

it('does not terminate an instance whose guest is shutting down', async () => {
  const instance = server.world.add({ state: 'stopping' });
  await watch();
  const removal = connection.vm.delete?.(vmId(NAME, instance.id), { keepDisks: false, snapshots: false }, signal);
  await expect(removal).rejects.toMatchObject({ code: 'op.conflict' });
});

it('tells what kcli has written, and other tags as they are', async () => {
  server.world.add({
    tags: { Name: 'web', plan: 'shop', profile: 'small', image: 'debian13', env: 'prod', empty: '' },
  });
  expect((await watch()).vms[0]).toMatchObject({
    name: 'web',
    plan: 'shop',
    profile: 'small',
    image: 'debian13',
    tags: ['env=prod', 'empty'],
  });
});
