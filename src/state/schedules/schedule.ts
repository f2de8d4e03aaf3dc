import { commandLine } from '../../shell-word.ts';
import type { When } from './when.ts';

/** A command that drover runs by itself at a time, or again and again. */
export interface Schedule {
  readonly name: string;
  /** The words of the command, without `drover`: `vm`, `snapshot`, `web1`. */
  readonly words: readonly string[];
  /** The configuration that it was made with: names mean there what they meant then. */
  readonly config: string;
  readonly when: When;
  /** A run that nothing could begin in time is begun so much later at most, ms; after that it is missed. */
  readonly lateMs: number;
  readonly enabled: boolean;
  /** Whether a user has agreed that it interrupts or destroys without a question. */
  readonly confirmed: boolean;
  /** `anna@desk`. */
  readonly madeBy: string;
  /** Epoch, ms. */
  readonly madeAt: number;
  /** Times up to this one were run, or missed; epoch, ms. */
  readonly handledUpTo: number;
  /** The process that runs it now. */
  readonly running?: ScheduleRunner;
  readonly last?: LastRun;
}

export interface ScheduleRunner {
  readonly pid: number;
  /** As `startOfProcess` has it. */
  readonly started: string;
  readonly host: string;
  /** When it began; epoch, ms. */
  readonly at: number;
}

export const RUN_STATES = ['done', 'failed', 'cancelled', 'interrupted', 'missed'] as const;
/** interrupted: the drover that ran it ended before it did. */
export type RunState = (typeof RUN_STATES)[number];

export interface LastRun {
  readonly at: number;
  /** When it ended; unknown of one that was interrupted, or never begun. */
  readonly endedAt?: number;
  readonly state: RunState;
  /** A sentence of what came of it. */
  readonly text: string;
}

/** Operations have deadlines of their own; this one ends a run that waits for none. */
export const LONGEST_RUN_MS = 12 * 3_600_000;

/** As a name of a file would be: it is typed, and stands in sentences. */
export const SCHEDULE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** `vm stop 'web 1'`, as it is typed. */
export const spelledWords = ({ words }: Pick<Schedule, 'words'>): string => commandLine(words);

/** On or off from `now` on, epoch ms. What was due while it was off was not meant to run; one that is so already stays as it is. */
export const switched = (schedule: Schedule, enabled: boolean, now: number): Schedule =>
  schedule.enabled === enabled ? schedule : { ...schedule, enabled, handledUpTo: now };

/** The file is drover's own, but may have been damaged, edited or be of another version. */
export function parseSchedule(value: unknown): Schedule | undefined {
  if (!isRecord(value)) return undefined;
  const isRight =
    typeof value['name'] === 'string' &&
    SCHEDULE_NAME.test(value['name']) &&
    Array.isArray(value['words']) &&
    value['words'].length > 0 &&
    value['words'].every((word) => typeof word === 'string') &&
    ['config', 'madeBy'].every((key) => typeof value[key] === 'string') &&
    ['lateMs', 'madeAt', 'handledUpTo'].every((key) => isNumber(value[key])) &&
    ['enabled', 'confirmed'].every((key) => typeof value[key] === 'boolean') &&
    isWhen(value['when']) &&
    (value['running'] === undefined || isRunner(value['running'])) &&
    (value['last'] === undefined || isLast(value['last']));
  return isRight ? (value as unknown as Schedule) : undefined;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNumber = (value: unknown): boolean => Number.isFinite(value);
const isPositive = (value: unknown): boolean => typeof value === 'number' && Number.isInteger(value) && value > 0;

const isWhen = (value: unknown): boolean =>
  isRecord(value) &&
  isNumber(value['first']) &&
  (value['every'] === undefined ||
    (isRecord(value['every']) && (isPositive(value['every']['minutes']) || isPositive(value['every']['days']))));
const isRunner = (value: unknown): boolean =>
  isRecord(value) &&
  isPositive(value['pid']) &&
  isNumber(value['at']) &&
  ['started', 'host'].every((key) => typeof value[key] === 'string');
const isLast = (value: unknown): boolean =>
  isRecord(value) &&
  isNumber(value['at']) &&
  (value['endedAt'] === undefined || isNumber(value['endedAt'])) &&
  typeof value['text'] === 'string' &&
  RUN_STATES.some((state) => state === value['state']);
