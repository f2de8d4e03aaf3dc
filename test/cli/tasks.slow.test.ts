import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Desk, DROVER, openDesk, simulated } from './run-drover.ts';

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk(simulated({ demo: { vms: 12, latency: 0, fails: 'vm.pause' } }));
});
afterEach(() => desk.clear());

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly state: string;
}

it('F-220 F-481 lists what earlier commands did, and shows what became of each object', async () => {
  expect((await desk.run('task', 'list')).stdout.trimEnd()).toBe('STARTED  STATE  DONE  TASK  ID');
  const refused = await desk.run('vm', 'pause', 'billing-db1');
  await desk.run('vm', 'start', 'billing-web1');
  await desk.run('vm', 'stop', 'billing-web1', '--dry-run');
  const tasks = (await desk.run('task', 'list', '-o', 'json')).json<Listed[]>();
  expect(tasks.map(({ name, state }) => [name, state])).toEqual([
    ['Start billing-web1', 'done'],
    ['Pause billing-db1', 'failed'],
  ]);
  expect((await desk.run('task', 'list', '--filter', 'state:failed', '-o', 'name')).stdout.trim()).toBe(tasks[1]?.id);
  const shown = (await desk.run('task', 'info', tasks[1]?.id ?? '')).stdout.split('\n');
  expect(shown.slice(0, 2)).toEqual(['name: Pause billing-db1', 'state: failed']);
  const why = refused.stderr.split('\n')[0] ?? '';
  expect(shown.find((line) => line.startsWith('billing-db1: failed: '))).toContain(why);
});

it('F-220 tells of a task whose drover was killed as interrupted', async () => {
  await desk.write(simulated({ demo: { vms: 12, 'hanging-node': 1 } }));
  const env = { HOME: desk.home, DROVER_CONFIG: desk.config, XDG_STATE_HOME: join(desk.home, 'state') };
  const drover = spawn(DROVER, ['vm', 'stop', 'billing-db1'], { env, stdio: 'ignore' });
  const written = () => readFile(join(desk.home, 'state/drover/tasks.jsonl'), 'utf8').catch(() => '');
  while (!(await written()).includes('began')) await nextTurn();
  // what bin/drover starts takes its place: it is this process
  drover.kill('SIGKILL');
  await once(drover, 'exit');
  const [task] = (await desk.run('task', 'list', '-o', 'json')).json<Listed[]>();
  expect(task).toMatchObject({ name: 'Shut down billing-db1', state: 'interrupted', ended: null });
  const { stdout } = await desk.run('task', 'info', task?.id ?? '');
  expect(stdout).toContain('billing-db1: unknown: drover ended before the outcome was seen');
});

it('says which ids there are when one is not known', async () => {
  const { code, stderr } = await desk.run('task', 'info', 'nothere');
  expect([code, stderr]).toEqual([2, 'there is no task "nothere"\n  drover task list shows their ids\n']);
});
