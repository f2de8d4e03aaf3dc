import { expect, it } from 'vitest';
import { commandContext } from '../../../test/cli/command-context.ts';
import { createTestClock } from '../../../test/clock.ts';
import type { App } from '../../compose.ts';
import { FleetError } from '../../errors.ts';
import type { Schedule } from '../../state/schedules/schedule.ts';
import type { Claimed, Schedules } from '../../state/schedules/schedules.ts';
import { createTasks } from '../../state/tasks.ts';
import { runDue } from './run-due.ts';

const schedule = (name: string): Schedule => ({
  name,
  words: ['vm', 'start', name],
  config: '/c.yaml',
  when: { first: 0 },
  lateMs: 0,
  enabled: true,
  confirmed: false,
  madeBy: 'anna@desk',
  madeAt: 0,
  handledUpTo: 0,
});

/** Each look at the clock finds one of these; the run that is called long goes on until it is let go. */
function open(found: readonly (string | Error)[]) {
  const clock = createTestClock();
  const looks = [...found];
  const ended: string[] = [];
  const schedules: Pick<Schedules, 'claim' | 'ended'> = {
    async claim(): Promise<Claimed> {
      const next = looks.shift();
      if (next instanceof Error) throw next;
      return { runs: next === undefined ? [] : [schedule(next)], failures: [] };
    },
    ended: async ({ name }, { state }) => void ended.push(`${name} ${state}`),
  };
  const long = Promise.withResolvers<number>();
  const context = commandContext({
    app: { clock, schedules, tasks: createTasks(clock) } as unknown as App,
    runCommand: async (argv) => (argv.at(-1) === 'long' ? long.promise : 0),
  });
  return { clock, context, ended, letGo: () => long.resolve(0) };
}

it('F-220 runs what comes due while another run goes on, and ends with the last of them', async () => {
  const { clock, context, ended, letGo } = open(['long', 'short']);
  const done = runDue(context);
  await clock.pass(60_000);
  expect(ended).toEqual(['short done']);
  letGo();
  expect([await done, ended, context.said]).toEqual([
    0,
    ['short done', 'long done'],
    ['long has run', 'short has run'],
  ]);
});

it('lets what has begun end where the list can not be read meanwhile, and says why then', async () => {
  const { clock, context, ended, letGo } = open(['long', new FleetError('config.invalid', 'it is damaged')]);
  const done = runDue(context);
  await clock.pass(60_000);
  letGo();
  await expect(done).rejects.toThrow('it is damaged');
  expect([ended, context.said]).toEqual([['long done'], ['long has run']]);
});

it('runs nothing where only a part was meant', async () => {
  const { context, ended } = open(['short']);
  const global = { ...context.global, filter: 'web1' };
  await expect(runDue({ ...context, global })).rejects.toThrow('schedule run takes no -C and no --filter');
  expect(ended).toEqual([]);
});
