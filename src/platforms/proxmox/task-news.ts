/** What the list of tasks has new since it was read last: failures reach the user this way also when no caller waits. */
import { plainLine } from '../transport/http/wire.ts';
import { endedWell, type ListedTask } from './tasks.ts';
import { taskWord } from './upid.ts';

export interface TaskNews {
  readonly upid: string;
  /** Of the guest that it is about. */
  readonly vmid: number | undefined;
  /** What it does: `Start`. */
  readonly word: string;
  /** Sentence case, without the guest's name; undefined where a task has only begun. */
  readonly text: string | undefined;
  readonly outcome: 'running' | 'well' | 'badly';
}

export interface TaskTracker {
  /** The list as it is when the watch begins: nothing of it is new, but a caller may wait for one of them. */
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

/** Tasks about what lies in a storage. */
const OF_STORAGES: ReadonlySet<string> = new Set(['imgdel', 'download']);

function newsOf({ upid, type, about, user, exit }: ListedTask): TaskNews | undefined {
  const kind = taskWord(type);
  const isOfGuest = /^\d+$/.test(about);
  if (kind === undefined || (!isOfGuest && !OF_STORAGES.has(type))) return undefined;
  // `100@local-lvm`, `debian-13.iso`
  const word = isOfGuest ? kind : `${kind} (${about})`;
  const of = { upid, vmid: isOfGuest ? Number(about) : undefined, word };
  if (exit === undefined) return { ...of, text: undefined, outcome: 'running' };
  if (endedWell(exit)) return { ...of, text: `${word} done (${user})`, outcome: 'well' };
  return { ...of, text: `${word} failed: ${plainLine(exit)} (${user})`, outcome: 'badly' };
}
