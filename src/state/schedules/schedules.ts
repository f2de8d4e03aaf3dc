import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { FleetError, sentence } from '../../errors.ts';
import { withLock } from '../config/lock.ts';
import { replaceFile, versionOf } from '../config/replace-file.ts';
import { errnoOf, fileTrouble } from '../files/file-trouble.ts';
import { makeOwnFolder } from '../files/own-folder.ts';
import { isAlive, startOfProcess } from '../files/process-alive.ts';
import { dueOf } from './due.ts';
import { type LastRun, LONGEST_RUN_MS, parseSchedule, type Schedule, type ScheduleRunner } from './schedule.ts';

/** What a look at the clock has found: the caller runs the first, and tells of the others. */
export interface Claimed {
  /** Nothing else runs them until they are reported as ended. */
  readonly runs: readonly Schedule[];
  /** What was missed or interrupted, a sentence each. */
  readonly failures: readonly { readonly schedule: Schedule; readonly text: string }[];
}

/** Schedules of this user, in `schedules.json` of drover's state, for all drovers on this home. */
export interface Schedules {
  /** By name. Rejects with config.invalid for a damaged file, and what the file system says. */
  list(): Promise<readonly Schedule[]>;
  /** Rejects with config.conflict where there is one of this name. */
  add(schedule: Schedule, signal: AbortSignal): Promise<void>;
  /** Rejects with usage where there is none of this name. */
  change(name: string, change: (schedule: Schedule) => Schedule, signal: AbortSignal): Promise<void>;
  remove(name: string, signal: AbortSignal): Promise<void>;
  /** Whether claim() would find something. */
  isDue(): Promise<boolean>;
  /**
   * Takes what is due. Two drovers never get the same run. Rejects with op.refused where another user could have written what
   * would be run.
   */
  claim(signal: AbortSignal): Promise<Claimed>;
  /** Of one that was claimed. Nothing is kept where it was removed meanwhile, or the run was given up and another one has begun. */
  ended(claimed: Schedule, last: LastRun): Promise<void>;
}

const MOST = 500;
/** For a run to end after it was asked to. */
const GRACE_MS = 3_600_000;

export function createSchedules(folder: string, clock: Clock): Schedules {
  const file = join(folder, 'schedules.json');
  const host = hostname();

  const read = async (textOf = (path: string) => readFile(path, 'utf8')): Promise<readonly Schedule[]> => {
    let text: string;
    try {
      text = await textOf(file);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return [];
      throw error;
    }
    return schedulesIn(text, file);
  };

  /** Alone among all drovers. What `change` answers is written; undefined leaves all as it is. */
  const edit = async (
    change: (schedules: readonly Schedule[]) => Promise<readonly Schedule[] | undefined>,
    signal: AbortSignal,
    textOf?: (path: string) => Promise<string>,
  ): Promise<void> => {
    await makeOwnFolder(folder);
    await withLock(
      `${file}.lock`,
      clock,
      signal,
      async () => {
        const basedOn = await versionOf(file);
        const schedules = await change(await read(textOf));
        if (!schedules) return;
        const sorted = schedules.toSorted((a, b) => (a.name < b.name ? -1 : 1));
        const text = `${JSON.stringify({ schedules: sorted }, undefined, 2)}\n`;
        await replaceFile(file, text, { secret: true, basedOn }).catch((error: unknown) => {
          throw error instanceof FleetError
            ? error
            : new FleetError('op.failed', `${file} can't be written: ${fileTrouble(error)}`, { cause: error });
        });
      },
      'the list of schedules',
    );
  };

  const isRunning = async ({ pid, started, host: where, at }: ScheduleRunner): Promise<boolean> => {
    if (where === host) {
      if (!isAlive(pid)) return false;
      const now = await startOfProcess(pid);
      if (started !== '' && now !== '') return started === now;
    }
    // Another machine on this home can't be asked, or this one has another name by now: a run goes on no longer than it may.
    return clock.now() - at < LONGEST_RUN_MS + GRACE_MS;
  };

  const self = async (): Promise<ScheduleRunner> => ({
    pid: process.pid,
    started: await startOfProcess(process.pid),
    host,
    at: clock.now(),
  });

  return {
    list: () => read(),
    async isDue() {
      const now = clock.now();
      for (const schedule of await read()) {
        const { running } = schedule;
        if (running && (await isRunning(running))) continue;
        if (running || dueOf(schedule, now)) return true;
      }
      return false;
    },
    add: (schedule, signal) =>
      edit(async (schedules) => {
        if (schedules.some(({ name }) => name === schedule.name))
          throw new FleetError('config.conflict', `there is a schedule ${schedule.name} already`);
        if (schedules.length >= MOST)
          throw new FleetError('op.refused', `there are ${MOST} schedules: remove one first`);
        return [...schedules, schedule];
      }, signal),
    change: (name, change, signal) =>
      edit(async (schedules) => {
        refuseUnknown(name, schedules);
        return schedules.map((one) => (one.name === name ? change(one) : one));
      }, signal),
    remove: (name, signal) =>
      edit(async (schedules) => {
        refuseUnknown(name, schedules);
        return schedules.filter((one) => one.name !== name);
      }, signal),
    async claim(signal) {
      const runs: Schedule[] = [];
      const failures: { schedule: Schedule; text: string }[] = [];
      await edit(
        async (schedules) => {
          if (schedules.length === 0) return undefined;
          const runner = await self();
          const next: Schedule[] = [];
          for (const schedule of schedules) {
            const { running, ...rest } = schedule;
            if (running && (await isRunning(running))) {
              next.push(schedule);
              continue;
            }
            let idle: Schedule = rest;
            if (running) {
              const text = 'it was interrupted: the drover that ran it ended before it did';
              idle = { ...rest, last: { at: running.at, state: 'interrupted', text } };
              failures.push({ schedule: idle, text });
            }
            const due = dueOf(idle, runner.at);
            if (due?.missed !== undefined) failures.push({ schedule: idle, text: due.missed });
            if (due && !due.runs)
              idle = { ...idle, last: { at: due.upTo, state: 'missed', text: due.missed ?? 'it was missed' } };
            const handled = due ? { ...idle, handledUpTo: due.upTo } : idle;
            const taken = due?.runs ? { ...handled, running: runner } : handled;
            if (due?.runs) runs.push(taken);
            next.push(taken);
          }
          return runs.length + failures.length === 0 ? undefined : next;
        },
        signal,
        ownText,
      );
      return { runs, failures };
    },
    ended: (claimed, last) =>
      edit(
        async (schedules) =>
          schedules.map((schedule) => {
            const { running, ...one } = schedule;
            return one.name === claimed.name && isSameRun(running, claimed.running) ? { ...one, last } : schedule;
          }),
        // What has run is written down, also when the user has ended drover.
        new AbortController().signal,
      ),
  };
}

const isSameRun = (one: ScheduleRunner | undefined, other: ScheduleRunner | undefined): boolean =>
  one !== undefined && one.at === other?.at && one.pid === other.pid && one.host === other.host;

/** Throws usage where there is none of this name. */
export function refuseUnknown(name: string, schedules: readonly Schedule[]): void {
  if (schedules.some((one) => one.name === name)) return;
  throw new FleetError('usage', `there is no schedule ${JSON.stringify(name)}`, {
    fix: 'drover schedule list shows their names',
  });
}

function schedulesIn(text: string, file: string): readonly Schedule[] {
  const damaged = (why: string) =>
    new FleetError('config.invalid', `${file} is damaged: ${why}`, {
      fix: 'put it right, or delete it and add the schedules again',
    });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw damaged(sentence(error));
  }
  const list: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'schedules') : undefined;
  if (!Array.isArray(list)) throw damaged('it has no list of schedules');
  return list.map((one, index) => {
    const schedule = parseSchedule(one);
    if (!schedule) throw damaged(`schedule ${index + 1} is none`);
    return schedule;
  });
}

/**
 * The text of a file whose words are run without a question. Rejects with op.refused where another user could have written it, or
 * put it there.
 */
async function ownText(file: string): Promise<string> {
  const refused = (why: string) =>
    new FleetError('op.refused', `nothing of ${file} is run: ${why}`, {
      fix: 'look at what it says, then give it and its folder to yourself alone: chown, chmod 600 and 700',
    });
  // What is looked at is what is read, also where another file takes its name meanwhile.
  const opened = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch((error: unknown) => {
    throw errnoOf(error) === 'ELOOP' ? refused('it is a link to another file') : error;
  });
  try {
    const own = process.getuid?.();
    for (const [it, { uid, mode }] of [
      ['it', await opened.stat()],
      ['its folder', await stat(dirname(file))],
    ] as const) {
      if (own !== undefined && uid !== own) throw refused(`${it} belongs to another user`);
      if ((mode & 0o022) !== 0) throw refused(`other users may write to ${it}`);
    }
    return await opened.readFile('utf8');
  } finally {
    await opened.close();
  }
}
