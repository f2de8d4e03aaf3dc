import { relative } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Clock } from '../../src/clock.ts';
import { systemClock } from '../../src/clock.ts';
import { type Desk, openDesk, simulated } from './run-drover.ts';

const DAY = 86_400_000;

let desk: Desk;
/** Its time of day goes on when a test says so; simulated servers are kept by it. */
let clock: Clock;
let later = 0;
beforeEach(async () => {
  later = 0;
  clock = { ...systemClock, now: () => Date.now() + later };
  desk = await openDesk(simulated({ demo: { vms: 12, latency: 0, fails: 'vm.suspend' } }));
});
afterEach(() => desk.clear());

const run = (...words: readonly string[]) => desk.runWith({ clock }, ...words);
const stateOf = async (name: string) =>
  (await run('vm', 'list', '--filter', `name:${name}`, '-o', 'json')).json<{ state: string }[]>()[0]?.state;
const listed = async () => (await run('schedule', 'list', '-o', 'json')).json<Record<string, unknown>[]>();

it('F-220 runs a command again and again, once at each time, and tells in the tasks who has made it', async () => {
  const added = await run('schedule', 'add', 'rest', '--every', 'day', '--', 'vm', 'pause', 'billing-db1');
  expect([added.code, added.stderr]).toEqual([
    2,
    expect.stringContaining('interrupts what it names without a question'),
  ]);
  expect((await run('schedule', 'add', 'rest', '--every', 'day', '-y', '--', 'vm', 'pause', 'billing-db1')).code).toBe(
    0,
  );
  expect((await run('schedule', 'run')).stderr).toBe('');
  expect(await stateOf('billing-db1')).toBe('running');

  later = DAY + 60_000;
  const first = await run('schedule', 'run');
  expect([first.code, first.stderr]).toEqual([0, expect.stringContaining('rest has run: billing-db1 is paused')]);
  expect(await stateOf('billing-db1')).toBe('paused');
  expect((await run('schedule', 'run')).stderr).toBe('');
  expect(await listed()).toMatchObject([{ name: 'rest', state: 'done', running: false, confirmed: true }]);

  const tasks = (await run('task', 'list', '-o', 'json')).json<{ name: string; state: string; who: string }[]>();
  expect(tasks.map(({ name, state }) => `${name}: ${state}`).sort()).toEqual([
    'Pause billing-db1: done',
    expect.stringMatching(/^Schedule rest of \S+@\S+: vm pause billing-db1: done$/),
  ]);
  expect(tasks.find(({ name }) => name.startsWith('Pause'))?.who).toMatch(/, by the schedule rest of \S+@\S+$/);
});

it('F-220 tells of runs that failed and that were missed, and of none that is off', async () => {
  await run('schedule', 'add', 'gone', '--every', '6h', '--', 'vm', 'start', 'no-such-vm');
  await run('schedule', 'add', 'off', '--every', '6h', '--', 'vm', 'start', 'no-such-vm');
  await run('schedule', 'disable', 'off');
  later = DAY / 2 + 60_000;
  const ran = await run('schedule', 'run', '-o', 'json');
  expect(ran.code).toBe(1);
  expect(ran.json()).toMatchObject([
    { name: 'gone', result: 'failure', reason: expect.stringContaining('1 run was missed') },
    { name: 'gone', result: 'failure', reason: expect.stringContaining('no-such-vm') },
  ]);
  const notes = (await run('notification', 'list', '-o', 'json')).json<{ name: string; kind: string }[]>();
  expect(notes.map(({ name, kind }) => `${name} ${kind}`)).toEqual(['gone task-failed', 'gone task-failed']);
  expect((await run('schedule', 'enable', 'off')).code).toBe(0);
  expect((await run('schedule', 'run')).stderr).toBe('');
  expect((await run('schedule', 'remove', 'gone')).stderr).toContain('gone was removed');
  expect((await listed()).map(({ name }) => name)).toEqual(['off']);
});

it('keeps the configuration that it was made with, whatever folder it runs in', async () => {
  const named = relative(process.cwd(), desk.config);
  expect(
    (await run('schedule', 'add', 'up', '--every', 'day', '--config', named, '--', 'vm', 'start', 'web1')).code,
  ).toBe(0);
  expect(await listed()).toMatchObject([{ config: desk.config }]);
});

it('asks once, when it is made, whether a schedule may destroy', async () => {
  const words = ['schedule', 'add', 'purge', '--at', '03:00', '--', 'vm', 'delete', 'billing-db1', '--keep-disks'];
  const refused = await desk.runWith({ clock, answers: ['y'] }, ...words);
  expect(refused.stderr).toContain('may destroy what it names, once at');
  expect(await listed()).toEqual([]);
  const agreed = await desk.runWith({ clock, answers: ['purge'] }, ...words);
  expect(agreed.code).toBe(0);
  expect(await listed()).toMatchObject([{ command: 'vm delete billing-db1 --keep-disks', confirmed: true }]);
});

it.each([
  [['--every', 'day', '--', 'vm', 'fly', 'web1'], 'there is no command "vm fly"'],
  [['--every', 'day', '--', 'vm', 'console', 'web1'], "vm console can't be scheduled"],
  [['--every', 'day', '--', 'schedule', 'run'], "schedule run can't be scheduled"],
  [['--every', 'day', '--', 'vm', 'delete', 'web1', '--yes'], 'leave out --yes'],
  [['--every', 'day', '--', 'vm', 'start', 'web1', '--nonsense'], 'unknown flag "--nonsense"'],
  [['--every', 'day'], 'which command? Write it behind --'],
  [['--', 'vm', 'start', 'web1'], 'when? Say --at, --every or both'],
  [['--every', 'blue moon', '--', 'vm', 'start', 'web1'], '--every: "blue moon" is no such time'],
  [['--at', '2020-01-01 10:00', '--', 'vm', 'start', 'web1'], '--at: 2020-01-01 10:00 is over'],
  [['-C', 'demo', '--every', 'day', '--', 'vm', 'start', 'web1'], '-C and --filter belong to the command'],
  [['--filter', 'web1', '--every', 'day', '--', 'vm', 'start'], '-C and --filter belong to the command'],
  [['--demo', '--every', 'day', '--', 'vm', 'start', 'web1'], 'a simulated fleet ends with its command'],
  [['--read-only', '--every', 'day', '--', 'vm', 'start', 'web1'], 'this run is read-only'],
  [['--dry-run', '--every', 'day', '--', 'vm', 'start', 'web1'], 'nothing was written'],
])('does not take %j', async (words, why) => {
  expect((await run('schedule', 'add', 'one', ...words)).stderr).toContain(why);
  expect(await listed()).toEqual([]);
});

it('prints what runs schedules while no drover is open', async () => {
  const at = { clock, env: { XDG_STATE_HOME: '/srv/50% state' } };
  const units = (await desk.runWith(at, 'schedule', 'timer')).stdout;
  expect(units).toContain('Environment="XDG_STATE_HOME=/srv/50%% state"');
  expect(units).toMatch(/^ExecStart="\S+" ".+" schedule run$/m);
  const line = (await desk.runWith(at, 'schedule', 'timer', '--for', 'cron')).stdout;
  expect(line).toMatch(/^\* \* \* \* \* XDG_STATE_HOME='\/srv\/50\\% state' .* schedule run\n$/);
});
