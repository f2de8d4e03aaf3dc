import { resolve } from 'node:path';
import { FleetError } from '../../errors.ts';
import { whoAmI } from '../../state/files/who-am-i.ts';
import { passes } from '../../state/query/row-filter.ts';
import { SCHEDULE_NAME, type Schedule, spelledWords, switched } from '../../state/schedules/schedule.ts';
import { refuseUnknown } from '../../state/schedules/schedules.ts';
import { everyOf, firstOf, localText, nextAfter, spelledWhen, type When } from '../../state/schedules/when.ts';
import { type Command, type CommandContext, EXIT, type GlobalFlags } from '../command.ts';
import { agreedTo } from '../consent.ts';
import type { Flag, ParsedFlags } from '../flags.ts';
import { type Column, renderList } from '../output.ts';
import { printWritten } from '../results.ts';
import { durationOf } from '../wait-for.ts';
import { runDue } from './run-due.ts';
import { rowOf, type ScheduleRow, scheduleKeys } from './schedule-rows.ts';
import { dangerOf, type FindCommand } from './schedule-words.ts';
import { crontabLine, systemdUnits, thisProgram } from './timer-text.ts';

const columns: readonly Column<ScheduleRow>[] = [
  { title: 'NAME', show: ({ name }) => name },
  { title: 'WHEN', shrinksTo: 12, show: ({ when }) => when },
  {
    title: 'NEXT',
    show: ({ next, enabled, running }) =>
      running ? 'runs now' : !enabled ? 'off' : next === undefined ? 'over' : localText(Date.parse(next)),
  },
  { title: 'LAST', show: ({ last, state }) => (last === undefined ? '-' : `${state} ${localText(Date.parse(last))}`) },
  { title: 'COMMAND', shrinksTo: 16, show: ({ command }) => command },
];

const WHEN_FLAGS: readonly Flag[] = [
  {
    key: 'at',
    label: 'At',
    help: 'When it runs, in the time zone of this machine: a time of the day, or a date and a time; from then on with --every.',
    kind: 'text',
    examples: ['02:00', "'2026-12-24 02:00'"],
  },
  { key: 'every', label: 'Every', help: 'How often.', kind: 'text', examples: ['30m', '6h', 'day', '2d', 'week'] },
  {
    key: 'late',
    label: 'Late',
    help: 'How much later a run may begin where nothing was there in time, before it is missed.',
    kind: 'text',
    default: '1h',
    examples: ['10m', '12h'],
  },
];

/** What drover does by itself: `find` finds the commands that can be scheduled. */
export const scheduleCommands = (find: FindCommand): readonly Command[] => [
  {
    noun: 'schedule',
    verb: 'list',
    help: 'List what drover runs by itself, when, and what came of it last.',
    takes: '',
    flags: () => [],
    async run({ app, global, printer, format, columns: room }) {
      const now = app.clock.now();
      const rows = (await app.schedules.list())
        .map((schedule) => rowOf(schedule, now))
        .filter((row) => passes({ ...row, id: row.name }, global.filter, scheduleKeys));
      await printer.print(await renderList({ rows, columns, name: ({ name }) => name }, format, room));
      return EXIT.done;
    },
  },
  {
    noun: 'schedule',
    verb: 'add',
    help: 'Run a command of drover at a time, or again and again. Paths in it must be absolute.',
    takes: 'NAME -- COMMAND…',
    flags: () => WHEN_FLAGS,
    run: (context, parsed) => add(find, parsed, context),
  },
  {
    noun: 'schedule',
    verb: 'remove',
    help: 'Remove a schedule; a run of it that is under way goes on.',
    takes: 'NAME',
    flags: () => [],
    async run(context, { words }) {
      const { app, signal, global } = context;
      refuseChange(global);
      const name = oneName('remove', words);
      await existing(name, context);
      if (!global.dryRun) await app.schedules.remove(name, signal);
      return printWritten(name, `${name} was removed`, !global.dryRun, context);
    },
  },
  switchCommand('enable', true),
  switchCommand('disable', false),
  {
    noun: 'schedule',
    verb: 'run',
    help: 'Run what is due, and end when that has ended: for cron and systemd, see drover schedule timer.',
    takes: '',
    flags: () => [],
    run: (context) => runDue(context),
  },
  {
    noun: 'schedule',
    verb: 'timer',
    help: 'Print what runs schedules each minute, also while no drover is open: a line for crontab -e, or units of systemd.',
    takes: '',
    flags: () => [
      {
        key: 'for',
        label: 'For',
        help: 'What keeps the time.',
        kind: 'choice',
        options: ['systemd', 'cron'],
        default: 'systemd',
      },
    ],
    async run({ env, printer }, { values }) {
      const program = thisProgram(env);
      await printer.print(values['for'] === 'cron' ? crontabLine(program) : systemdUnits(program));
      return EXIT.done;
    },
  },
];

function switchCommand(verb: 'enable' | 'disable', enabled: boolean): Command {
  return {
    noun: 'schedule',
    verb,
    help: enabled
      ? 'Let a schedule run again, from its next time on.'
      : 'Keep a schedule, and do not run it until it is enabled again.',
    takes: 'NAME',
    flags: () => [],
    async run(context, { words }) {
      const { app, signal, global } = context;
      refuseChange(global);
      const name = oneName(verb, words);
      await existing(name, context);
      const change = (schedule: Schedule): Schedule => switched(schedule, enabled, app.clock.now());
      if (!global.dryRun) await app.schedules.change(name, change, signal);
      return printWritten(name, `${name} is ${enabled ? 'on' : 'off'}`, !global.dryRun, context);
    },
  };
}

/** A dry run says, too, that there is none. */
async function existing(name: string, { app }: CommandContext): Promise<void> {
  refuseUnknown(name, await app.schedules.list());
}

function refuseChange({ readOnly }: GlobalFlags): void {
  if (readOnly) throw new FleetError('op.refused', 'this run is read-only');
}

function oneName(verb: string, words: readonly string[]): string {
  const [name, ...more] = words;
  if (name === undefined || more.length > 0) throw new FleetError('usage', `schedule ${verb} takes one name`);
  return name;
}

async function add(find: FindCommand, parsed: ParsedFlags, context: CommandContext): Promise<number> {
  const { app, env, global, signal } = context;
  const { words, behind = [], values } = parsed;
  refuseChange(global);
  if (global.demo) throw new FleetError('usage', 'a simulated fleet ends with its command: it has no schedules');
  const name = oneName('add', words.slice(0, words.length - behind.length));
  if (!SCHEDULE_NAME.test(name))
    throw new FleetError('usage', `${JSON.stringify(name)}: a name has letters, digits, '.', '_' and '-', 64 at most`);
  if (behind.length === 0)
    throw new FleetError('usage', 'which command? Write it behind --', {
      fix: `drover schedule add ${name} --every day --at 02:00 -- vm stop web1`,
    });
  if (global.clients.length > 0 || global.filter !== '')
    throw new FleetError('usage', '-C and --filter belong to the command: write them behind --');
  const danger = dangerOf(behind, find);
  const now = app.clock.now();
  const when = whenOf(values, now);
  const schedule: Schedule = {
    name,
    words: behind,
    config: resolve(app.configPath),
    when,
    lateMs: durationOf(String(values['late'] ?? '1h'), '--late'),
    enabled: true,
    confirmed: global.yes || danger !== 'none',
    madeBy: whoAmI(env),
    madeAt: now,
    handledUpTo: now,
  };
  const does = danger === 'destroys' ? 'may destroy what it names' : 'interrupts what it names';
  if (danger !== 'none') {
    const question = {
      what: `${spelledWords(schedule)} ${does} without a question, each time that it runs`,
      text: `${spelledWords(schedule)} ${does}, ${spelledWhen(when)}, without a question. Type ${name} to continue: `,
      isAgreement: (answer: string) => answer.trim() === name,
    };
    if (!(await agreedTo(question, context))) return EXIT.interrupted;
  }
  if (!global.dryRun) await app.schedules.add(schedule, signal);
  const next = nextAfter(when, now);
  const runs = `${name} runs ${spelledWhen(when)}${next === undefined || !when.every ? '' : `, next at ${localText(next)}`}`;
  return printWritten(name, `${runs}, while a drover is open or by drover schedule timer`, !global.dryRun, context);
}

const MINUTE_MS = 60_000;

/** Without a time it begins after the first while. Throws usage. */
function whenOf(values: ParsedFlags['values'], now: number): When {
  const { at, every: often } = values;
  if (at === undefined && often === undefined)
    throw new FleetError('usage', 'when? Say --at, --every or both', { fix: '--every day --at 02:00' });
  const every = often === undefined ? undefined : everyOf(String(often));
  if (often !== undefined && !every)
    throw new FleetError('usage', `--every: ${JSON.stringify(often)} is no such time`, {
      fix: '30m, 6h, day, 2d or week',
    });
  const given = at === undefined ? undefined : firstOf(String(at), now);
  if (at !== undefined && given === undefined)
    throw new FleetError('usage', `--at: ${JSON.stringify(at)} is no time`, { fix: "02:00 or '2026-12-24 02:00'" });
  if (given !== undefined && given <= now) throw new FleetError('usage', `--at: ${localText(given)} is over`);
  // Times without seconds, as they are shown.
  const begin = Math.ceil(now / MINUTE_MS) * MINUTE_MS;
  const first = given ?? (every ? (nextAfter({ first: begin, every }, begin) ?? begin) : begin);
  return { first, ...(every && { every }) };
}
