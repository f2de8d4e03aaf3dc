import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createTestClock } from '../../test/clock.ts';
import { createSchedules } from '../state/schedules/schedules.ts';
import { followSchedules, startScheduleRun } from './follow-schedules.ts';

it('F-220 begins what is due as long as drover is open, and nothing where the list can not be read', async () => {
  const clock = createTestClock();
  const found: (boolean | Error)[] = [false, new Error('it is damaged'), true, false, true];
  const isDue = async () => {
    const next = found.shift();
    if (next instanceof Error) throw next;
    return next ?? false;
  };
  let started = 0;
  const stop = followSchedules({ schedules: { ...createSchedules('/nowhere', clock), isDue }, clock }, () => started++);
  await clock.pass(60_000);
  expect(started).toBe(1);
  await clock.pass(30_000);
  stop();
  await clock.pass(60_000);
  expect(started).toBe(1);
});

it('F-220 runs schedules with the configuration that drover was opened with', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drover-schedules-'));
  const program = join(folder, 'drover.mjs');
  await writeFile(
    program,
    "process.exit(process.argv.slice(2).join(' ') === 'schedule run --config=/c.yaml' ? 1 : 0);",
  );
  const own = process.argv[1] ?? '';
  const { promise: told, resolve } = Promise.withResolvers<string>();
  process.argv[1] = program;
  startScheduleRun('/c.yaml', resolve);
  process.argv[1] = own;
  expect(await told).toBe('a schedule failed or was missed: see the tasks');
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});
