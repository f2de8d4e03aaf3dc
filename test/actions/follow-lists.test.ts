import { expect, it } from 'vitest';
import { followLists } from '../../src/actions/follow-lists.ts';
import { endpointName } from '../../src/ids.ts';
import { openServices } from '../state/open-services.ts';

const demo = endpointName('demo');

it('reads networks and storages of what is connected, and again a minute later, and nothing else', async () => {
  const { services, clock, server } = await openServices();
  const { listings } = services.store.fleet;
  const stop = followLists(services);
  await clock.pass(7_000);
  expect(listings.of('network', demo)?.items).toHaveLength(5);
  expect(listings.of('storage', demo)?.items.map(({ name }) => name)).toContain('vms');
  expect(listings.of('volume', demo)).toBeUndefined();
  const first = listings.of('network', demo)?.at ?? 0;
  await clock.pass(50_000);
  expect(listings.of('network', demo)?.at).toBe(first);
  await clock.pass(15_000);
  expect(listings.of('network', demo)?.at).toBeGreaterThan(first);
  server.collections.network.remove(server.collections.network.all()[0]?.id as never);
  stop();
  await clock.pass(120_000);
  expect(listings.of('network', demo)?.items).toHaveLength(5);
});

it('leaves a list as it was while it can not be read', async () => {
  const { services, clock, server } = await openServices();
  const stop = followLists(services);
  await clock.pass(7_000);
  const { listings } = services.store.fleet;
  const first = listings.of('network', demo);
  server.faults.fail('network.list', 1);
  await clock.pass(60_000);
  expect(listings.of('network', demo)).toBe(first);
  expect(listings.of('storage', demo)?.at).toBeGreaterThan(first?.at ?? 0);
  await clock.pass(70_000);
  expect(listings.of('network', demo)?.at).toBeGreaterThan(first?.at ?? 0);
  stop();
});
