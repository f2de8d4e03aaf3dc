/** How many requests lists, details and changes take: as many for a thousand servers as for ten, but for pages. */
import { afterEach, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../clock.ts';
import { endpointName, nodeId, vmId } from '../../ids.ts';
import { gib } from '../../units.ts';
import { connect } from './connection.ts';
import { type FakeCloud, startFakeCloud } from './testkit/fake-cloud.ts';
import { ACCOUNTS, PROJECT } from './testkit/keystone.ts';

const CLOUD = endpointName('lab');
const { signal } = new AbortController();
/** Short waits take next to no time; deadlines take all of theirs. */
const clock: Clock = { ...systemClock, after: (ms, call) => systemClock.after(ms < 3_000 ? ms / 100 : ms, call) };
/** How often one server is looked at depends on how long the cloud takes. */
const IS_LOOK = /^GET \/compute\/v2\.1(\/[0-9a-f]+)?\/servers\/[0-9a-f-]{36}$/;

let cloud: FakeCloud | undefined;
afterEach(() => cloud?.close());

async function counts(servers: number): Promise<Readonly<Record<string, number>>> {
  const fake = await startFakeCloud(clock);
  cloud = fake;
  const ids = Array.from({ length: servers }, (_, at) => fake.world.add({ name: `web${at}` }).id);
  const { username, password } = ACCOUNTS.admin;
  const values = { 'auth-url': `${fake.origin}/identity`, username, password, project: PROJECT.name };
  const context = { signal, clock, wire: () => {}, ask: {} };
  const connection = await connect({ name: CLOUD, platform: 'openstack', values }, context);
  const { vm, storage, volume, volumesnapshot, network, subnet, router, securitygroup, keypair, address } = connection;
  const found: Record<string, number> = {};
  const count = async <T>(what: string, run: Promise<T> | undefined): Promise<T | undefined> => {
    const before = fake.requests.length;
    const answer = await run;
    found[what] = fake.requests.slice(before).filter((request) => !IS_LOOK.test(request)).length;
    return answer;
  };
  const web0 = vmId(CLOUD, ids[0] ?? '');

  const over = new AbortController();
  const whole = Promise.withResolvers<number>();
  const watched = connection.watch({
    sink: ({ kind }) => kind === 'inventory' && whole.resolve(fake.requests.length),
    signal: over.signal,
    interest: () => [],
    everyMs: () => 60_000,
  });
  const begun = fake.requests.length;
  found['first whole list'] = (await whole.promise) - begun;
  over.abort();
  await watched;

  await count('images', connection.image?.list?.(CLOUD, signal));
  await count('flavors', connection.flavor?.list?.(CLOUD, signal));
  await count('storages', storage?.list?.(CLOUD, signal));
  await count('volumes', volume?.list?.(CLOUD, signal));
  await count('volume snapshots', volumesnapshot?.list?.(CLOUD, signal));
  await count('networks', network?.list?.(CLOUD, signal));
  await count('subnets', subnet?.list?.(CLOUD, signal));
  await count('routers', router?.list?.(CLOUD, signal));
  await count('security groups', securitygroup?.list?.(CLOUD, signal));
  await count('key pairs', keypair?.list?.(CLOUD, signal));
  await count('addresses', address?.list?.(CLOUD, signal));
  await count('details', vm.info(web0, signal));
  await count('settings', vm.settings?.(web0, 'config', signal));
  await count('history', vm.history?.(web0, 'day', signal));
  await count('what is left', vm.limits?.(CLOUD, signal));
  await count('plan of a deletion', vm.planDelete?.(web0, signal));
  const spec = { live: true, copyDisks: true, storage: '', removeCopied: true, despite: [] };
  const target = { node: nodeId(CLOUD, 'host/compute-2') };
  await count('plan of a move', vm.planMigrate?.(web0, [target], spec, signal));
  const disk = { name: 'spare', storage: 'fast', size: gib(1), format: 'raw' };
  const made = await count('new volume', volume?.create?.(CLOUD, disk, signal));
  const id = made?.id;
  const offered = id === undefined ? undefined : await count('offer', volume?.offer?.(id, signal));
  if (offered?.offer) await count('volume taken over', volume?.accept?.(CLOUD, offered.offer, signal));
  await connection.close();
  expect(fake.complaints).toEqual([]);
  await fake.close();
  cloud = undefined;
  return found;
}

it('F-495 does not grow with the number of servers, but for pages of 250 of the list of all', async () => {
  const { 'first whole list': first, ...few } = await counts(10);
  expect(few).toMatchObject({
    ...{ images: 1, flavors: 1, storages: 2, volumes: 1, 'volume snapshots': 2, networks: 2, subnets: 2, routers: 5 },
    ...{ 'security groups': 1, 'key pairs': 1, addresses: 2, history: 5, 'what is left': 3, 'plan of a move': 1 },
  });
  const { 'first whole list': all, ...many } = await counts(1_000);
  expect(many).toEqual(few);
  // Names of images come behind it.
  expect([first, all]).toEqual([1 + 1, 4 + 1]);
});
