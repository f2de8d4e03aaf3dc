/** How a task stands in `tasks.jsonl`: a line when it begins, one for each item that ends before the others, one when it ends. */
import type { ItemState, TaskItem, TaskState } from '../tasks.ts';

interface Line {
  /** Of the drover that runs it, different for each. */
  readonly run: string;
  /** Its number in that run. */
  readonly id: number;
  /** Epoch, ms. */
  readonly at: number;
}

/** The process that runs it. */
export interface TaskRunner {
  readonly pid: number;
  /** As `startOfProcess` has it. */
  readonly started: string;
  readonly host: string;
}

export interface TaskBegan extends Line, TaskRunner {
  readonly phase: 'began';
  /** `anna@desk`. */
  readonly who: string;
  readonly action: string;
  readonly title: string;
  /** Id and name of each, as many as are kept. */
  readonly items: readonly (readonly [id: string, name: string])[];
  /** How many it has. */
  readonly count: number;
}

interface ItemEnded extends Line {
  readonly phase: 'item';
  readonly item: KeptItem;
}

interface TaskEnded extends Line {
  readonly phase: 'ended';
  readonly state: TaskState;
  readonly items: readonly KeptItem[];
  /** How many of all its items ended so. */
  readonly counts: Readonly<Partial<Record<ItemState, number>>>;
}

export type KeptItem = Pick<TaskItem, 'id' | 'name' | 'state' | 'text' | 'fix' | 'code'>;
export type TaskLine = TaskBegan | ItemEnded | TaskEnded;

const PHASES: readonly unknown[] = ['began', 'item', 'ended'];

/** The file is drover's own, but may have been damaged or be of another version. */
export function parseTaskLine(value: unknown): TaskLine | undefined {
  if (!isRecord(value) || !PHASES.includes(value['phase'])) return undefined;
  if (typeof value['run'] !== 'string' || !isNumber(value['id']) || !isNumber(value['at'])) return undefined;
  const isRight =
    value['phase'] === 'item'
      ? isItem(value['item'])
      : value['phase'] === 'ended'
        ? typeof value['state'] === 'string' && isRecord(value['counts']) && isListOf(value['items'], isItem)
        : ['who', 'action', 'title', 'host', 'started'].every((key) => typeof value[key] === 'string') &&
          isNumber(value['pid']) &&
          isNumber(value['count']) &&
          isListOf(value['items'], isNamed);
  return isRight ? (value as unknown as TaskLine) : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isListOf = (value: unknown, fits: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(fits);
const isNamed = (value: unknown): boolean =>
  Array.isArray(value) && value.length === 2 && value.every((one) => typeof one === 'string');
const isItem = (value: unknown): boolean =>
  isRecord(value) && ['id', 'name', 'state', 'text'].every((key) => typeof value[key] === 'string');
