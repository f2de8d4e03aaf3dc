import { sentence } from '../../../errors.ts';
import type { Task, TaskSpec } from '../../../state/tasks.ts';
import { clean } from '../../../terminal/width.ts';
import { deadline } from '../../deadline.ts';
import type { Stage } from '../../stage.ts';

/** Runs it, and says how it ended. */
export async function runToEnd(
  stage: Stage,
  spec: TaskSpec,
  more: (task: Task) => readonly string[] = () => [],
): Promise<Task> {
  const { services, message, keymap } = stage;
  message.say(`${spec.title}…`);
  const task = await services.tasks.run(spec).ended;
  const tasks = keymap.keysOf('view.tasks')[0] ?? 'the tasks view';
  const bad = task.items.filter(({ state }) => state !== 'done');
  const [first] = bad;
  const [only, ...others] = task.items;
  if (!first) message.say(only && others.length === 0 ? clean(only.text) : `${spec.title}: done on all`, 'good');
  else {
    const left = more(task).map(clean).join('; ');
    message.trouble(
      `${spec.title}: ${clean(first.text)}`,
      [left, first.fix ?? '', `${tasks} says more`].find((text) => text !== ''),
    );
  }
  return task;
}

/** For reading what all nodes of a pool have. */
const READ_MS = 60_000;

/** Reads something of nodes, for a minute at most; `what` begins the sentence of one that is late. */
export function readInTime<T>(
  { services }: Stage,
  what: string,
  read: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const late = `${what} was not read within ${READ_MS / 1000} s`;
  return read(deadline(services.clock, READ_MS, late, done.signal)).finally(() => done.abort());
}

/** What goes wrong before anything is done is said in the message line. */
export async function orSay<T>(stage: Stage, title: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    stage.message.trouble(`${title}: ${clean(sentence(error))}`, fixOf(error));
    return undefined;
  }
}

const fixOf = (error: unknown): string | undefined =>
  error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? clean(error.fix) : undefined;
