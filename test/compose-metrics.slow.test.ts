/** The whole program over a platform that keeps no history: what it measures is there in the next run. */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { compose } from '../src/compose.ts';
import { endpointName } from '../src/ids.ts';
import type { History, HistoryRange, Platform } from '../src/platforms/contract.ts';
import { platforms } from '../src/platforms/registry.ts';
import { openFile } from '../src/state/metrics/open-file.ts';
import { createTestClock } from './clock.ts';

const demo = endpointName('demo');
let home = '';
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'drover-compose-'));
});
afterEach(() => rm(home, { recursive: true, force: true, maxRetries: 5 }));

const withoutHistory = (platform: Platform): Platform => ({
  ...platform,
  async connect(...args) {
    const connection = await platform.connect(...args);
    const { history: _history, ...vm } = connection.vm;
    return { ...connection, vm };
  },
});

async function run(clock = createTestClock(), more: object = {}, load = withoutHistory) {
  const config = join(home, 'config.yaml');
  const endpoints = { demo: { platform: 'fake', vms: 20, 'events-every': 0 } };
  await writeFile(config, JSON.stringify({ endpoints, ...more }), { mode: 0o600 });
  const warnings: string[] = [];
  const app = compose({
    config,
    readOnly: false,
    dryRun: false,
    env: { HOME: home, XDG_STATE_HOME: home, PATH: process.env['PATH'] },
    clock,
    interest: () => [],
    remember: false,
    platforms: platforms.map((entry) => ({ ...entry, load: async () => load(await entry.load()) })),
    warn: (message) => void warnings.push(message),
  });
  await app.load();
  app.follow();
  app.open();
  const soon = (holds: () => void) =>
    vi.waitFor(
      async () => {
        await clock.pass(50);
        holds();
      },
      { timeout: 30_000, interval: 1 },
    );
  await soon(() => expect(app.store.fleet.endpoints.get(demo)?.phase).toBe('up'));
  const vm = [...app.store.fleet.vms.values()].find(({ state }) => state === 'running');
  if (!vm) throw new Error('no VM runs');
  const history = (range: HistoryRange): Promise<History> | undefined =>
    app.sessions.connection(demo)?.vm.history?.(vm.id, range, AbortSignal.timeout(60_000));
  return { app, clock, warnings, history };
}

const KEPT = () => join(home, 'drover', 'metrics.db');

it('F-120 F-121 has what an earlier run has measured, in a file of its user alone', async () => {
  const first = await run();
  await first.clock.pass(180_000);
  await first.app.close();
  expect((await stat(KEPT())).mode & 0o777).toBe(0o600);
  const second = await run(createTestClock(first.clock.now()));
  const hour = await second.history('hour');
  expect(hour?.rows.length).toBeGreaterThanOrEqual(3);
  expect(hour?.rows.every(({ cpu }) => cpu >= 0 && cpu <= 1)).toBe(true);
  expect((await second.history('year'))?.rows).toHaveLength(1);
  await second.app.close();
  expect([first.warnings, second.warnings]).toEqual([[], []]);
});

it('F-120 keeps nothing where the configuration says so, and of VMs nothing where their platform does', async () => {
  const off = await run(createTestClock(), { history: 'off' });
  await off.clock.pass(180_000);
  const told = 'no history is kept: the configuration says history: off';
  await expect(off.history('hour')).rejects.toThrow(told);
  await expect(off.app.nodeHistory([], 'hour', AbortSignal.timeout(60_000))).rejects.toThrow(told);
  await off.app.close();
  await expect(stat(KEPT())).rejects.toThrow('ENOENT');
  const own = await run(createTestClock(), {}, (platform) => platform);
  await own.clock.pass(180_000);
  await own.app.close();
  const sqlite = await openFile(KEPT());
  expect(sqlite.prepare('SELECT DISTINCT machine FROM series').all()).toEqual([{ machine: 'node' }]);
  sqlite.close();
});
