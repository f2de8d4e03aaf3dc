import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createInventoryCache } from '../../src/state/fleet/inventory-cache.ts';
import { type OpenFleet, openFleet } from '../screens/driver.tsx';
import { openServices } from '../state/open-services.ts';

const HOUR = 3_600_000;

let fleet: OpenFleet | undefined;
afterEach(async () => {
  await fleet?.close();
  fleet = undefined;
});

describe('a clock that is set back by an hour', () => {
  it('makes nothing stale that is heard of, and nothing fresh that is not', async () => {
    const { clock, server, status } = await openServices();
    clock.setBack(HOUR);
    await clock.pass(10_000);
    expect(status()).toMatchObject({ phase: 'up' });
    expect(status()?.staleSince).toBeUndefined();
    server.faults.freeze();
    clock.setBack(HOUR);
    await clock.pass(5_000);
    expect(status()?.staleSince).toBeDefined();
    server.faults.thaw();
    await clock.pass(5_000);
    expect(status()?.staleSince).toBeUndefined();
  });

  it('delays no further attempt: a link that dropped is back as soon as it can be', async () => {
    const { clock, server, status } = await openServices();
    server.faults.cutLink();
    await clock.pass(2_000);
    clock.setBack(HOUR);
    server.faults.restoreLink();
    await clock.pass(5_000);
    expect(status()?.phase).toBe('up');
  });

  it('leaves the history of a VM in the order in which it was measured', async () => {
    const { clock, store, vm } = await openServices();
    await clock.pass(30_000);
    const { id } = vm(({ state }) => state === 'running');
    clock.setBack(HOUR);
    await clock.pass(30_000);
    const history = new Float32Array(12);
    store.fleet.samples.cpuHistory(id, history);
    expect([...history].filter(Number.isNaN)).toEqual([]);
  });

  it('shows no task that took less than nothing, and tasks end as they would', async () => {
    fleet = await openFleet();
    await fleet.press('jjj', 's');
    fleet.clock.setBack(HOUR);
    await fleet.see('billing-web1 is running');
    await fleet.press('7');
    await fleet.see(/done +Start billing-web1/);
    await fleet.see(/Start billing-web1 +1\/1 +\d/);
  });

  it('takes no cached rows for news: what was kept in the future is still shown as stale', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'drover-cache-'));
    try {
      const cache = createInventoryCache(directory, '/config.yaml');
      const first = await openServices({}, undefined, cache);
      await first.clock.pass(10_000);
      const kept = { at: first.clock.now() + HOUR, inventory: first.store.inventoryOf(first.endpoint.name) };
      await cache.write(first.spec, kept);
      const { clock, sessions, status, server, endpoint } = await openServices({}, undefined, cache);
      server.faults.cutLink();
      await sessions.remove(endpoint.name);
      await clock.pass(100);
      sessions.open(first.spec);
      // The cache is a real file: it takes real time to be read.
      await vi.waitFor(async () => {
        await clock.pass(100);
        expect(status()?.staleSince).toBeDefined();
      }, 50_000);
      expect(status()?.phase).not.toBe('up');
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
