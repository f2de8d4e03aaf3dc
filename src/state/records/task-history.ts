import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { isStillRunning, startOfProcess } from '../files/process-alive.ts';
import type { Redactor } from '../files/redactor.ts';
import { whoAmI } from '../files/who-am-i.ts';
import type { ItemState, Task, TaskItem, TaskWitness } from '../tasks.ts';
import { type PastTask, pastTasks } from './past-tasks.ts';
import { createRecordLog } from './record-log.ts';
import { type KeptItem, parseTaskLine, type TaskBegan, type TaskRunner } from './task-lines.ts';

/** Tasks of all runs, of other drovers of this user too, as they are kept in `tasks.jsonl`. */
export interface TaskHistory extends TaskWitness {
  /** What this run's tasks have before the dash of their keys. */
  readonly run: string;
  /** As they were read last, newest first; none before that. */
  readonly list: () => readonly PastTask[];
  /** Reads them again. Rejects with what the file system says. */
  refresh(): Promise<readonly PastTask[]>;
  /** Resolves when every line is on the disk, or the disk does not answer. */
  written(): Promise<void>;
}

export interface TaskHistoryOptions {
  /** The folder of drover's state. */
  readonly folder: string;
  readonly clock: Clock;
  readonly redactor: Pick<Redactor, 'redact'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly trouble: (message: string) => void;
}

const MOST_LISTED = 200;
const MOST_ITEMS = 500;
const LONGEST_TEXT = 500;
/** A machine that shares this home can't be asked whether a task of it still runs. */
const ELSEWHERE_MS = 24 * 3_600_000;
const WORST_FIRST: readonly ItemState[] = ['unknown', 'failed', 'cancelled', 'running', 'waiting', 'done'];

export function createTaskHistory({ folder, clock, redactor, env, trouble }: TaskHistoryOptions): TaskHistory {
  let run: string | undefined;
  /** Drawn when it is needed first: crypto would be a part of every start. */
  const ownRun = () => (run ??= randomBytes(3).toString('hex'));
  const host = hostname();
  const who = whoAmI(env);
  const log = createRecordLog({ file: join(folder, 'tasks.jsonl'), clock, redactor, parse: parseTaskLine, trouble });
  let self: Promise<TaskRunner> | undefined;
  let newest: readonly PastTask[] = [];
  /** Every line waits for what the first one has to look up, so that they stay in order. */
  let turn: Promise<unknown> = Promise.resolve();

  const add = (line: (self: TaskRunner) => Parameters<typeof log.add>[0]) => {
    self ??= startOfProcess(process.pid).then((started) => ({ pid: process.pid, started, host }));
    const own = self;
    turn = turn.then(async () => log.add(line(await own)));
  };

  const isRunning = async (began: TaskBegan): Promise<boolean> => {
    if (began.host !== host) return clock.now() - began.at < ELSEWHERE_MS;
    return isStillRunning(began);
  };

  return {
    get run() {
      return ownRun();
    },
    began(task) {
      const items = task.items.slice(0, MOST_ITEMS).map(({ id, name }) => [id, name] as const);
      const { id, action, title, startedAt: at } = task;
      add((runner) => ({
        phase: 'began',
        run: ownRun(),
        id,
        at,
        who,
        ...runner,
        action,
        title,
        items,
        count: task.items.length,
      }));
    },
    itemEnded(task, item) {
      // Of one alone the end of the task says the same.
      if (task.items.length === 1 || task.items.length > MOST_ITEMS) return;
      const { id } = task;
      const at = clock.now();
      add(() => ({ phase: 'item', run: ownRun(), id, at, item: kept(item) }));
    },
    ended(task) {
      const { id, state, endedAt: at = clock.now() } = task;
      const items = task.items
        .toSorted((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))
        .slice(0, MOST_ITEMS)
        .map(kept);
      const counts = countsOf(task);
      add(() => ({ phase: 'ended', run: ownRun(), id, at, state, items, counts }));
    },
    list: () => newest,
    async refresh() {
      const lines = await log.read();
      const ended = new Set(lines.flatMap((line) => (line.phase === 'ended' ? [`${line.run} ${line.id}`] : [])));
      const running = new Set<TaskBegan>();
      for (const line of lines) {
        if (line.phase !== 'began' || ended.has(`${line.run} ${line.id}`)) continue;
        if (await isRunning(line)) running.add(line);
      }
      newest = pastTasks(lines, (began) => running.has(began), host).slice(0, MOST_LISTED);
      return newest;
    },
    async written() {
      await turn;
      await log.written();
    },
  };
}

/** An answer is for the user who asked: an address, and a link that opens a file without a login. */
function kept({ id, name, state, text, fix, code, answer }: TaskItem): KeptItem {
  const said = answer === undefined || answer === '' ? text : text.replaceAll(answer, '(shown then)');
  return {
    id,
    name,
    state,
    text: said.slice(0, LONGEST_TEXT),
    ...(fix !== undefined && { fix }),
    ...(code !== undefined && { code }),
  };
}

const countsOf = ({ items }: Task): Partial<Record<ItemState, number>> =>
  Object.fromEntries([...Map.groupBy(items, ({ state }) => state)].map(([state, own]) => [state, own.length]));
