import type { Clock } from '../clock.ts';
import { type ErrorCode, FleetError, sentence } from '../errors.ts';
import type { Kept } from '../platforms/contract.ts';

/**
 * partly: some items are done and some are not; unknown: the link died after the request was sent; interrupted: of an earlier
 * run, which ended before it did.
 */
export type TaskState = 'running' | 'done' | 'failed' | 'partly' | 'cancelled' | 'unknown' | 'interrupted';
export type ItemState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled' | 'unknown';

/** Within a task no two have the same id and name. */
export interface TaskItem {
  /** Id of the object; of what is made: of what it is made under. */
  readonly id: string;
  /** Of the object, or of what is made. */
  readonly name: string;
  readonly state: ItemState;
  /** What is true now, or why it failed. */
  readonly text: string;
  readonly fix?: string;
  /** Of an item that did not end well. */
  readonly code?: ErrorCode;
  /** Of an item that is done: what was to be deleted and is still there. */
  readonly kept?: readonly Kept[];
  /** Of an item that is done: what the user asked for, for programs. */
  readonly answer?: string;
}

/** How one piece of work ended well. */
export interface WorkResult {
  /** The sentence of what is true now. */
  readonly text: string;
  readonly kept?: readonly Kept[];
  /** What the user asked for, for programs: it is in the sentence, too. */
  readonly answer?: string;
}

export interface Task {
  readonly id: number;
  readonly action: string;
  /** `Start web1`, `Start 10 VMs`. */
  readonly title: string;
  readonly state: TaskState;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly items: readonly TaskItem[];
}

/** The action that is about drover itself: its item is no object. */
export const UPDATE_CHECK = 'update.check';

export interface TaskWork {
  readonly id: string;
  readonly name: string;
  /** What of one lane runs at the same time is limited: the endpoint. */
  readonly lane: string;
  /** `report` says how far it is. */
  run(signal: AbortSignal, report: (text: string) => void): Promise<WorkResult>;
}

export interface TaskSpec {
  readonly action: string;
  readonly title: string;
  readonly work: readonly TaskWork[];
  /** Items of one lane that run at the same time; 4 unless said. */
  readonly atOnce?: number;
  /** So many failures end it: what has not begun by then is not sent. Undefined: all are tried. */
  readonly stopAfter?: number;
}

/** Everything that takes time and changes the world: runs it, shows how far it is, and ends it when asked. */
export interface Tasks {
  /** The task goes on by itself; `ended` resolves with how it ended and never rejects. */
  run(spec: TaskSpec): { readonly id: number; readonly ended: Promise<Task> };
  cancel(id: number): void;
  /** Newest first. */
  list(): readonly Task[];
  readonly running: number;
  subscribe(listener: () => void): () => void;
}

/** Gets every task, so that it can be kept and reported. Must not throw. */
export interface TaskWitness {
  began(task: Task): void;
  itemEnded(task: Task, item: TaskItem): void;
  ended(task: Task): void;
}

/** Of an item that was cancelled while nothing had been sent for it yet. */
export const NOT_SENT = 'cancelled before it was sent';

/** Of the items of a task, for one endpoint. */
export const AT_ONCE = 4;
const KEPT = 200;

export function createTasks(clock: Clock, witness?: TaskWitness): Tasks {
  let tasks: readonly Task[] = [];
  let nextId = 1;
  const controllers = new Map<number, AbortController>();
  const listeners = new Set<() => void>();

  const put = (task: Task) => {
    const known = tasks.some((other) => other.id === task.id);
    tasks = known ? tasks.map((other) => (other.id === task.id ? task : other)) : [task, ...tasks].slice(0, KEPT);
    for (const listener of listeners) listener();
    return task;
  };
  const find = (id: number) => tasks.find((task) => task.id === id);

  const putItem = (id: number, item: TaskItem) => {
    const task = find(id);
    const isIt = (other: TaskItem) => other.id === item.id && other.name === item.name;
    if (task) put({ ...task, items: task.items.map((other) => (isIt(other) ? item : other)) });
  };

  const runItem = async (id: number, work: TaskWork, signal: AbortSignal): Promise<TaskItem> => {
    const item = { id: work.id, name: work.name };
    if (signal.aborted) return { ...item, state: 'cancelled', text: NOT_SENT };
    putItem(id, { ...item, state: 'running', text: '' });
    try {
      const result = await work.run(signal, (progress) => putItem(id, { ...item, state: 'running', text: progress }));
      return { ...item, state: 'done', ...result };
    } catch (error) {
      return { ...item, ...failure(error, signal) };
    }
  };

  const runAll = async (id: number, spec: TaskSpec, signal: AbortSignal): Promise<Task> => {
    const { atOnce = AT_ONCE, stopAfter = Number.POSITIVE_INFINITY } = spec;
    const items: TaskItem[] = [];
    let failed = 0;
    const worker = async (waiting: TaskWork[]) => {
      for (let work = waiting.shift(); work; work = waiting.shift()) {
        const item = failed >= stopAfter ? notBegun(work, failed) : await runItem(id, work, signal);
        if (item.state === 'failed' || item.state === 'unknown') failed++;
        items.push(item);
        putItem(id, item);
        const task = find(id);
        if (task) witness?.itemEnded(task, item);
      }
    };
    const lanes = Map.groupBy(spec.work, ({ lane }) => lane);
    await Promise.all(
      [...lanes.values()].flatMap((lane) => {
        const waiting = [...lane];
        return Array.from({ length: Math.min(atOnce, lane.length) }, () => worker(waiting));
      }),
    );
    controllers.delete(id);
    const task = find(id) as Task;
    const ended = put({ ...task, state: stateOf(items, failed >= stopAfter), endedAt: clock.now() });
    witness?.ended(ended);
    return ended;
  };

  return {
    run(spec) {
      const id = nextId++;
      const controller = new AbortController();
      controllers.set(id, controller);
      const task = put({
        id,
        action: spec.action,
        title: spec.title,
        state: 'running',
        startedAt: clock.now(),
        endedAt: undefined,
        items: spec.work.map(({ id: item, name }) => ({ id: item, name, state: 'waiting', text: '' })),
      });
      witness?.began(task);
      return { id, ended: runAll(id, spec, controller.signal) };
    },
    cancel: (id) => controllers.get(id)?.abort(new FleetError('op.cancelled', 'cancelled')),
    list: () => tasks,
    get running() {
      return controllers.size;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function failure(error: unknown, signal: AbortSignal): Omit<TaskItem, 'id' | 'name'> {
  const known = error instanceof FleetError ? error : undefined;
  if (signal.aborted && known?.code !== 'outcome.unknown') {
    // An error of its own says more than that: what is done already, or left.
    const isOwn = known?.code === 'op.cancelled' && known !== signal.reason;
    const text = isOwn ? known.message : 'cancelled; what was sent before may still happen';
    const { fix } = (isOwn && known) || {};
    return { state: 'cancelled', text, code: 'op.cancelled', ...(fix !== undefined && { fix }) };
  }
  return {
    state: known?.code === 'outcome.unknown' ? 'unknown' : 'failed',
    text: sentence(error),
    ...(known && { code: known.code }),
    ...(known?.fix !== undefined && { fix: known.fix }),
  };
}

const notBegun = ({ id, name }: TaskWork, failed: number): TaskItem => ({
  id,
  name,
  state: 'cancelled',
  text: `${name}: not sent, since ${failed} had failed`,
  code: 'op.cancelled',
});

/** `isStopped`: failures have ended it, not the user. */
function stateOf(items: readonly TaskItem[], isStopped: boolean): TaskState {
  const has = (state: ItemState) => items.some((item) => item.state === state);
  if (has('unknown')) return 'unknown';
  if (has('cancelled') && !isStopped) return 'cancelled';
  if (!has('failed')) return 'done';
  return has('done') ? 'partly' : 'failed';
}
