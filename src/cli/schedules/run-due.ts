import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import { SCHEDULE_VARIABLE } from '../../state/files/who-am-i.ts';
import type { LastRun, RunState, Schedule } from '../../state/schedules/schedule.ts';
import { LONGEST_RUN_MS, spelledWords } from '../../state/schedules/schedule.ts';
import type { Claimed } from '../../state/schedules/schedules.ts';
import type { Task, TaskSpec } from '../../state/tasks.ts';
import { clean } from '../../terminal/width.ts';
import { type CommandContext, EXIT } from '../command.ts';
import { followed, outcomesOf } from '../object-commands.ts';
import { printResults } from '../results.ts';

/** Of what a command has said. */
const MOST_LINES = 5;
const LONGEST_TEXT = 400;

/** While a run goes on, as an open drover does: what starts this each minute may start no second one. */
const LOOKS_EVERY_MS = 30_000;

/**
 * Runs what is due, all at once, as tasks, and what comes due until the last of them has ended; tells of what was missed as tasks
 * that failed. Answers the exit code.
 */
export async function runDue(context: CommandContext): Promise<number> {
  const { app, global, interactive, say, signal } = context;
  if (global.readOnly) throw new FleetError('op.refused', 'nothing is run: this run is read-only');
  if (global.dryRun) throw new FleetError('usage', 'schedule list shows what is due: schedule run has no dry run');
  if (global.clients.length > 0 || global.filter !== '')
    throw new FleetError('usage', 'schedule run takes no -C and no --filter: it runs all that is due');
  const tasks: Task[] = [];
  const open = new Set<Promise<void>>();
  const begin = ({ runs, failures }: Claimed) => {
    const specs = [
      ...failures.map(({ schedule, text }) =>
        specOf(schedule, () => Promise.reject(new FleetError('op.failed', `${schedule.name}: ${text}`))),
      ),
      ...runs.map((schedule) => specOf(schedule, (ended) => run(schedule, ended, context))),
    ];
    for (const spec of specs) {
      const { id, ended } = app.tasks.run(spec);
      const done = followed(id, ended, context).then((task) => {
        tasks.push(task);
        open.delete(done);
      });
      open.add(done);
    }
  };
  begin(await app.schedules.claim(signal));
  if (open.size === 0 && interactive) say('nothing is due');
  let trouble: unknown;
  while (open.size > 0) {
    await endOrLook(Promise.all(open), app.clock);
    if (open.size === 0 || signal.aborted || trouble !== undefined) continue;
    // What has begun goes on, whatever became of the list meanwhile.
    await app.schedules.claim(signal).then(begin, (error: unknown) => {
      trouble = error;
    });
  }
  await printResults(tasks.toSorted((a, b) => a.id - b.id).flatMap(outcomesOf), true, context);
  if (signal.aborted) return EXIT.interrupted;
  if (trouble !== undefined) throw trouble;
  return tasks.every(({ state }) => state === 'done') ? EXIT.done : EXIT.failed;
}

/** Resolves when all that goes on has ended, or it is time to look again. */
async function endOrLook(ended: Promise<unknown>, clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = clock.after(LOOKS_EVERY_MS, resolve);
  await Promise.race([ended, promise]).finally(stop);
}

const specOf = (schedule: Schedule, work: (signal: AbortSignal) => Promise<string>): TaskSpec => {
  const { name, madeBy } = schedule;
  return {
    action: 'schedule.run',
    title: `Schedule ${name} of ${madeBy}: ${spelledWords(schedule)}`,
    work: [{ id: `schedule ${name}`, name, lane: name, run: async (signal) => ({ text: await work(signal) }) }],
  };
};

/** What came of it is kept with the schedule, whatever it is. */
async function run(schedule: Schedule, signal: AbortSignal, context: CommandContext): Promise<string> {
  const { app } = context;
  const at = app.clock.now();
  let last: LastRun = { at, state: 'failed', text: `${schedule.name} has crashed` };
  try {
    const { code, text } = await runWords(schedule, signal, context);
    last = { at, state: stateOf(code, signal), text };
  } finally {
    await app.schedules.ended(schedule, { ...last, endedAt: app.clock.now() });
  }
  if (last.state === 'cancelled') throw new FleetError('op.cancelled', last.text);
  if (last.state !== 'done') throw new FleetError('op.failed', last.text);
  return last.text;
}

const stateOf = (code: number, signal: AbortSignal): RunState =>
  code === EXIT.done ? 'done' : signal.aborted ? 'cancelled' : 'failed';

async function runWords(
  { name, words, config, confirmed, madeBy }: Schedule,
  signal: AbortSignal,
  { app, runCommand }: CommandContext,
): Promise<{ readonly code: number; readonly text: string }> {
  const tooLong = new AbortController();
  const stop = app.clock.after(LONGEST_RUN_MS, () =>
    tooLong.abort(new FleetError('op.timeout', `it was ended after ${LONGEST_RUN_MS / 3_600_000} h`)),
  );
  let said = '';
  try {
    const code = await runCommand([`--config=${config}`, ...(confirmed ? ['--yes'] : []), ...words], {
      env: { [SCHEDULE_VARIABLE]: `the schedule ${name} of ${madeBy}` },
      signal: AbortSignal.any([signal, tooLong.signal]),
      // The end of what it says is what came of it.
      tell: (text) => {
        said = (said + text).slice(-LONGEST_TEXT * MOST_LINES);
      },
    });
    const lines = said.split('\n').flatMap((line) => (line.trim() === '' ? [] : [clean(line.trim())]));
    const spelled = lines.slice(-MOST_LINES).join('; ').slice(-LONGEST_TEXT);
    const end = code === EXIT.done ? 'has run' : `has ended with ${code}`;
    return { code, text: spelled === '' ? `${name} ${end}` : `${name} ${end}: ${spelled}` };
  } finally {
    stop();
  }
}
