import { resolve } from 'node:path';
import { NO_TERMINAL } from '../../actions/danger.ts';
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
  const { dialogs } = stage;
  const line = await dialogs.prompt({
    title: 'Schedule',
    lines: ['Which command? As it is typed behind drover: vm stop web1 -C host1'],
    complaint: (text) => ((wordsOfLine(text)?.length ?? 0) < 2 ? 'a command of two words at least' : undefined),
  });
  const words = line === undefined ? undefined : wordsOfLine(line);
  return words !== undefined && scheduleCommand(stage, { words, does: [] }, run);
}

interface ToSchedule {
  /** Of the command, without `drover`. */
  readonly words: readonly string[];
  /** What it does, a line each, where the user has not typed it. */
  readonly does: readonly string[];
  /** What it may be called. */
  readonly name?: string;
}

/** Asks when this command runs and what its schedule is called; else as `addSchedule`. */
export async function scheduleCommand(
  { dialogs, services, message, keymap }: Stage,
  { words, does: lines, name: start }: ToSchedule,
  run = runUnattended,
): Promise<boolean> {
  const when = await dialogs.prompt({
    title: 'When',
    lines: [...lines, 'every day at 02:00, every 30m, at 02:00, at 2026-12-24 02:00'],
    complaint: (text) => (flagsOf(text, services.clock.now()) ? undefined : 'every …, at …, or every … at …'),
  });
  const flags = when === undefined ? undefined : flagsOf(when, services.clock.now());
  if (!flags) return false;
  const name = await dialogs.prompt({
    title: 'Name',
    lines: ['What is it called?'],
    ...(start !== undefined && { start }),
    complaint: (text) => (SCHEDULE_NAME.test(text) ? undefined : "letters, digits, '.', '_' and '-'"),
  });
  if (name === undefined) return false;
  const added = (agreed: boolean) => {
    const given = [`--config=${resolve(services.configPath)}`, ...(agreed ? ['--yes'] : []), ...flags];
    return run(['schedule', 'add', name, ...given, '--', ...words], AbortSignal.timeout(DEADLINE_MS));
  };
  let { code, said } = await added(false);
  // The command line knows what a command does by whatever words it is called.
  const [does = '', ...asked] = sentenceOf(said).split(`, and ${NO_TERMINAL}`);
  if (code !== 0 && asked.length > 0) {
    const question = 'Let it run all the same?';
    if (!(await dialogs.confirm({ title: 'Schedule', question, details: [clean(does)] }))) return false;
    ({ code, said } = await added(true));
  }
  const text = sentenceOf(said) || `drover schedule add has ended with ${code}`;
  const [palette = ''] = keymap.keysOf('view.palette');
  const [list = `${palette}schedules`] = keymap.keysOf('view.schedules');
  message.say(
    clean(code === 0 ? `${text}; ${list} lists it, and d there removes it` : text),
    code === 0 ? 'good' : 'warning',
  );
  return code === 0;
}

/** What became of it: the last line that is no advice. Those before it may be about the configuration. */
const sentenceOf = (said: string): string => said.split('\n').findLast((line) => /^\S/.test(line)) ?? '';

/** `every day at 02:00`; undefined for what is no time. */
function flagsOf(text: string, now: number): readonly string[] | undefined {
  const [, every, at] = /^(?:every (.+?))?(?:(?:^| )at (.+))?$/.exec(text.trim()) ?? [];
  if (every === undefined && at === undefined) return undefined;
  if (every !== undefined && !everyOf(every)) return undefined;
  if (at !== undefined && (firstOf(at, now) ?? 0) <= now) return undefined;
  return [...(every === undefined ? [] : [`--every=${every}`]), ...(at === undefined ? [] : [`--at=${at}`])];
}
