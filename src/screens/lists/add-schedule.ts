import { resolve } from 'node:path';
import { runUnattended } from '../../actions/follow-schedules.ts';
import { wordsOfLine } from '../../shell-word.ts';
import { SCHEDULE_NAME } from '../../state/schedules/schedule.ts';
import { everyOf, firstOf } from '../../state/schedules/when.ts';
import { clean } from '../../terminal/width.ts';
import type { Stage } from '../stage.ts';

/** It looks at words and writes a file: no endpoint is asked. */
const DEADLINE_MS = 30_000;

/**
 * Asks for a command, when it runs and what it is called, and has `drover schedule add` look at it and keep it. Answers whether there
 * is one more; what was wrong with it stands in the message line.
 */
export async function addSchedule(stage: Stage, run = runUnattended): Promise<boolean> {
  const { dialogs, services, actions, message } = stage;
  const line = await dialogs.prompt({
    title: 'Schedule',
    lines: ['Which command? As it is typed behind drover: vm stop web1 -C host1'],
    complaint: (text) => ((wordsOfLine(text)?.length ?? 0) < 2 ? 'a command of two words at least' : undefined),
  });
  const words = line === undefined ? undefined : wordsOfLine(line);
  if (!words) return false;
  const when = await dialogs.prompt({
    title: 'When',
    lines: ['every day at 02:00, every 30m, at 02:00, at 2026-12-24 02:00'],
    complaint: (text) => (flagsOf(text, services.clock.now()) ? undefined : 'every …, at …, or every … at …'),
  });
  const flags = when === undefined ? undefined : flagsOf(when, services.clock.now());
  if (!flags) return false;
  const name = await dialogs.prompt({
    title: 'Name',
    lines: ['What is it called?'],
    complaint: (text) => (SCHEDULE_NAME.test(text) ? undefined : "letters, digits, '.', '_' and '-'"),
  });
  if (name === undefined) return false;
  const action = actions.find(({ id }) => id === words.slice(0, 2).join('.'));
  const isDangerous = action !== undefined && action.danger !== 'none';
  if (isDangerous) {
    const does = action.danger === 'destroys' ? 'destroy' : 'interrupt';
    const question = `Let it ${does} without a question, each time that it runs?`;
    if (!(await dialogs.confirm({ title: 'Schedule', question, details: [clean(line ?? '')] }))) return false;
  }
  const agreed = isDangerous ? ['--yes'] : [];
  const argv = ['schedule', 'add', name, `--config=${resolve(services.configPath)}`, ...agreed, ...flags, '--', ...words];
  const { code, said } = await run(argv, AbortSignal.timeout(DEADLINE_MS));
  const [first = `drover schedule add has ended with ${code}`] = said.split('\n').filter((text) => text.trim() !== '');
  message.say(clean(first), code === 0 ? 'good' : 'warning');
  return code === 0;
}

/** `every day at 02:00`; undefined for what is no time. */
function flagsOf(text: string, now: number): readonly string[] | undefined {
  const [, every, at] = /^(?:every (.+?))?(?:(?:^| )at (.+))?$/.exec(text.trim()) ?? [];
  if (every === undefined && at === undefined) return undefined;
  if (every !== undefined && !everyOf(every)) return undefined;
  if (at !== undefined && (firstOf(at, now) ?? 0) <= now) return undefined;
  return [...(every === undefined ? [] : [`--every=${every}`]), ...(at === undefined ? [] : [`--at=${at}`])];
}
