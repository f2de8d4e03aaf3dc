import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { endpointName } from '../../src/ids.ts';
import { createInventoryCache } from '../../src/state/fleet/inventory-cache.ts';
import { aNode, aVm } from './objects.ts';
import { openServices } from './open-services.ts';

const demo = { name: endpointName('demo'), platform: 'fake', address: 'simulated' };
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'drover-cache-'));
});
afterEach(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }));

it('gives back what was kept, of any size, and only to the same configuration', async () => {
  const vms = Array.from({ length: 1_000 }, (_, i) => aVm(`vm${i}`, { endpoint: 'demo' }));
  const inventory = { pools: [], nodes: [aNode('n1', 'demo')], vms, cloud: 'keystone:5000/v3' };
  const cache = createInventoryCache(directory, '/one/config.yaml');
  await cache.write(demo, { at: 7, inventory });
  expect(await cache.read(demo)).toEqual({ at: 7, inventory: JSON.parse(JSON.stringify(inventory)) });
  expect(await createInventoryCache(directory, '/two/config.yaml').read(demo)).toBeUndefined();
  expect(await cache.read({ ...demo, address: 'another host' })).toBeUndefined();
  const [file] = await readdir(directory);
  expect((await stat(join(directory, file ?? ''))).mode & 0o777).toBe(0o600);
});

it('takes a file that is damaged for none', async () => {
  const cache = createInventoryCache(directory, '/one/config.yaml');
  await cache.write(demo, { at: 7, inventory: { pools: [], nodes: [], vms: [] } });
  const [file] = await readdir(directory);
  await writeFile(join(directory, file ?? ''), '{"version":1,');
  expect(await cache.read(demo)).toBeUndefined();
});

it('is one of another version, or of no version at all, for none', async () => {
  const cache = createInventoryCache(directory, '/one/config.yaml');
  await cache.write(demo, { at: 7, inventory: { pools: [], nodes: [], vms: [] } });
  const [file = ''] = await readdir(directory);
  for (const text of ['', '{}\n', '{"version":2,"at":7,"pools":[],"nodes":[]}\n', '7\n']) {
    await writeFile(join(directory, file), text);
    expect(await cache.read(demo)).toBeUndefined();
  }
  expect(file).toMatch(/^demo-[0-9a-f]{16}\.jsonl$/);
});

it('is not tried again in a run in which it could not be written', async () => {
  const folder = join(directory, 'cache');
  await writeFile(folder, 'a file where a directory should be');
  const cache = createInventoryCache(folder, '/one/config.yaml');
  const cached = { at: 7, inventory: { pools: [], nodes: [], vms: [] } };
  await cache.write(demo, cached);
  await rm(folder);
  await cache.write(demo, cached);
  expect(await readdir(directory)).toEqual([]);
  await createInventoryCache(folder, '/one/config.yaml').write(demo, cached);
  expect(await readdir(folder)).toHaveLength(1);
});

it('shows at the next start what was there, marked stale, until the endpoint answers', async () => {
  const cache = createInventoryCache(directory, '/one/config.yaml');
  const vms = [aVm('from-last-time', { endpoint: 'demo' })];
  await cache.write(demo, { at: 123, inventory: { pools: [], nodes: [aNode('n1', 'demo')], vms } });
  const open = await openServices({ latency: 5_000 }, undefined, cache);
  await expect
    .poll(async () => {
      await open.clock.pass(50);
      return [...open.store.fleet.vms.values()].map(({ name }) => name);
    })
    .toEqual(['from-last-time']);
  expect(open.status()).toMatchObject({ phase: 'connecting', staleSince: 123 });
  await open.clock.pass(15_000);
  expect(open.status()?.staleSince).toBeUndefined();
  expect(open.store.fleet.vms.size).toBe(60);
});
