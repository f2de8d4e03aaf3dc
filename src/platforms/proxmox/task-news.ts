/** What the list of tasks has new since it was read last: failures reach people this way also when nobody waits. */
import { plainLine } from '../transport/http/wire.ts';
import { endedWell, type ListedTask } from './tasks.ts';
import { taskWord } from './upid.ts';

export interface TaskNews {
  readonly upid: string;
  readonly vmid: number;
  /** What it does: `Start`. */
  readonly word: string;
  /** Sentence case, without the guest's name; undefined where a task has only begun. */
  readonly text: string | undefined;
  readonly outcome: 'running' | 'well' | 'badly';
}

export interface TaskTracker {
  /** The list as it is when the watch begins: nothing of it is new, but somebody may wait for one of them. */
  begin(tasks: readonly ListedTask[]): readonly TaskNews[];
  /** What the list, as it is now, has new. */
  look(tasks: readonly ListedTask[]): readonly TaskNews[];
}

export function createTaskTracker(): TaskTracker {
  let known: ReadonlyMap<string, boolean> = new Map();
  const learn = (tasks: readonly ListedTask[]) => {
    known = new Map(tasks.map(({ upid, exit }) => [upid, exit !== undefined]));
  };
  return {
    begin(tasks) {
      learn(tasks);
      return tasks.flatMap((task) => newsOf(task) ?? []);
    },
    look(tasks) {
      const before = known;
      learn(tasks);
      return tasks.flatMap((task) => {
        const wasEnded = before.get(task.upid);
        const isNew = wasEnded === undefined || (!wasEnded && task.exit !== undefined);
        return isNew ? (newsOf(task) ?? []) : [];
      });
    },
  };
}

function newsOf({ upid, type, about, user, exit }: ListedTask): TaskNews | undefined {
  const word = taskWord(type);
  if (word === undefined || !/^\d+$/.test(about)) return undefined;
  const of = { upid, vmid: Number(about), word };
  if (exit === undefined) return { ...of, text: undefined, outcome: 'running' };
  if (endedWell(exit)) return { ...of, text: `${word} done (${user})`, outcome: 'well' };
  return { ...of, text: `${word} failed: ${plainLine(exit)} (${user})`, outcome: 'badly' };
}
