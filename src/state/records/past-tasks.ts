/** Tasks out of the lines that are kept of them. */
import type { ItemState, Task, TaskItem } from '../tasks.ts';
import type { KeptItem, TaskBegan, TaskLine } from './task-lines.ts';

/** A task as it is kept on the disk. */
export interface PastTask {
  /** `7c41d0-12`: the same in every run, for the command line. */
  readonly key: string;
  readonly run: string;
  /** Who began it: `anna@desk`. */
  readonly who: string;
  /** Of one that runs now: `process 123`, `process 123 on host2`. */
  readonly runsIn: string | undefined;
  /** `id` is its number in its own run; `items` are as many as are kept, those that need the user first. */
  readonly task: Task;
  readonly counts: Readonly<Partial<Record<ItemState, number>>>;
}

const keyOf = (run: string, id: number): string => `${run}-${id}`;

const CUT_OFF = 'drover ended before the outcome was seen; what was sent may have happened';

/**
 * Newest first. A task without an end runs now, in this process or another (`isRunning`), or was cut off: it is `interrupted` then, and
 * of its items that had not ended nothing is known.
 */
export function pastTasks(
  lines: readonly TaskLine[],
  isRunning: (task: TaskBegan) => boolean,
  host: string,
): readonly PastTask[] {
  const byKey = Map.groupBy(lines, ({ run, id }) => keyOf(run, id));
  return [...byKey]
    .flatMap(([key, own]) => {
      const began = own.find((line) => line.phase === 'began');
      return began ? [pastTask(key, began, own, isRunning(began), host)] : [];
    })
    .reverse()
    .sort((a, b) => b.task.startedAt - a.task.startedAt);
}

function pastTask(
  key: string,
  began: TaskBegan,
  lines: readonly TaskLine[],
  isRunning: boolean,
  host: string,
): PastTask {
  const { id, run, action, title, at: startedAt, who, pid, count } = began;
  const ended = lines.find((line) => line.phase === 'ended');
  const known = new Map<string, KeptItem>();
  for (const line of lines) if (line.phase === 'item') known.set(`${line.item.id}\n${line.item.name}`, line.item);
  const open = (name: readonly [string, string]): TaskItem => ({
    id: name[0],
    name: name[1],
    ...(isRunning ? { state: 'running', text: '' } : { state: 'unknown', text: CUT_OFF, code: 'outcome.unknown' }),
  });
  const items = ended?.items ?? began.items.map((name) => known.get(name.join('\n')) ?? open(name));
  const counts = ended?.counts ?? countsOf(items, count);
  return {
    key,
    run,
    who,
    runsIn: ended || !isRunning ? undefined : `process ${pid}${began.host === host ? '' : ` on ${began.host}`}`,
    task: {
      id,
      action,
      title,
      state: ended?.state ?? (isRunning ? 'running' : 'interrupted'),
      startedAt,
      endedAt: ended?.at,
      items,
    },
    counts,
  };
}

/** Items that are not kept are as those that have not ended. */
function countsOf(items: readonly Pick<TaskItem, 'state'>[], count: number): PastTask['counts'] {
  const counts: Partial<Record<ItemState, number>> = {};
  for (const { state } of items) counts[state] = (counts[state] ?? 0) + 1;
  const left = count - items.length;
  const state = items.some((item) => item.state === 'running') ? 'running' : 'unknown';
  if (left > 0) counts[state] = (counts[state] ?? 0) + left;
  return counts;
}
