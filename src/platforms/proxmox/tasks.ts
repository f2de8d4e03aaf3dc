/** Tasks: everything that takes time is one, on the node that does it. */
import type { Clock } from '../../clock.ts';
import { FleetError } from '../../errors.ts';
import type { Accepted, Warning } from '../contract.ts';
import { asRow, asRows, textOf } from '../lib/json.ts';
import { followOperation } from '../transport/http/rest-operation.ts';
import { type Api, segment, unclear } from './api.ts';
import { numberOf } from './json.ts';
import { taskError } from './normalize-error.ts';
import { readUpid, type Upid } from './upid.ts';

/**
 * Most tasks that fail do so at once: a storage that is missing, a lock. So acceptance waits this long for the end; what
 * ends later is told by the watch.
 */
const PATIENCE_MS = 2_000;
/** A step that the next one waits for; the caller has a deadline of its own. */
const STEP_PATIENCE_MS = 600_000;
/** The server kills the process of a task, which then deletes what it has written. */
const STOP_PATIENCE_MS = 30_000;

export interface FollowContext {
  readonly api: Api;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly subject: string;
}

/**
 * What a mutator answers for the task that the server has begun. Rejects with op.failed when it has failed already, with
 * outcome.unknown for an answer that names none.
 */
export async function acceptedTask(answer: unknown, context: FollowContext): Promise<Accepted> {
  const task = taskIn(answer, context);
  const exit = await lookOut(task, context, PATIENCE_MS);
  return { task: task.upid, warnings: exit === undefined ? [] : warningsOf(exit, context) };
}

/** The same for a step of several: its end is waited for, and outcome.unknown when it can't be read what became of it. */
export async function finishedTask(
  answer: unknown,
  context: FollowContext,
  patienceMs = STEP_PATIENCE_MS,
): Promise<readonly Warning[]> {
  const exit = await lookOut(taskIn(answer, context), context, patienceMs);
  if (exit === undefined) throw unclear(context.subject, 'the server does not say how its task ended');
  return warningsOf(exit, context);
}

/** The same for what is done at once by some versions, which answer null, and by a task by others. */
export const settled = async (answer: unknown, context: FollowContext): Promise<readonly Warning[]> =>
  answer === null ? [] : finishedTask(answer, context);

/**
 * Ends a task that was given up, and waits until it has ended: the server then takes back what it has written. Never throws: that the
 * server can't be reached is told by the caller's own reason. Not by the caller's signal, which has aborted.
 */
export async function stopTask(answer: unknown, { api, clock, subject }: Omit<FollowContext, 'signal'>): Promise<void> {
  const task = readUpid(answer);
  if (!task) return;
  const { signal } = new AbortController();
  try {
    await api.delete(`/nodes/${segment(task.node)}/tasks/${segment(task.upid)}`, { signal, subject });
    await lookOut(task, { api, clock, signal, subject }, STOP_PATIENCE_MS);
  } catch {
    // see above
  }
}

function taskIn(answer: unknown, { subject }: FollowContext): Upid {
  const task = readUpid(answer);
  if (!task) throw unclear(subject, 'the answer names no task');
  return task;
}

/** Throws for a task that ended badly. */
function warningsOf(exit: string, { subject }: FollowContext): readonly Warning[] {
  if (exit === 'OK') return [];
  const warning = warningOf(exit);
  if (warning) return [warning];
  throw taskError(exit, subject);
}

/** Undefined while it runs, or when it can not be asked: the request itself was accepted. */
async function lookOut(
  task: Upid,
  { api, clock, signal, subject }: FollowContext,
  patienceMs: number,
): Promise<string | undefined> {
  const path = `/nodes/${segment(task.node)}/tasks/${segment(task.upid)}/status`;
  try {
    return await followOperation({
      clock,
      signal,
      patienceMs,
      async look(lookSignal) {
        const status = asRow(await api.get(path, { signal: lookSignal, subject }), 'the task');
        return textOf(status, 'status') === 'stopped' ? (textOf(status, 'exitstatus') ?? 'no status') : undefined;
      },
    });
  } catch (error) {
    if (error instanceof FleetError && !signal.aborted) return undefined;
    throw error;
  }
}

function warningOf(exit: string): Warning | undefined {
  const count = /^WARNINGS: (\d+)$/.exec(exit)?.[1];
  return count === undefined ? undefined : { feature: 'task', detail: `done with ${count} warnings, see its log` };
}

/** Whether a task ended well. */
export const endedWell = (exit: string): boolean => exit === 'OK' || warningOf(exit) !== undefined;

/** One line of /cluster/tasks. */
export interface ListedTask extends Upid {
  /** Undefined while it runs. */
  readonly exit: string | undefined;
  /** Epoch, ms, of the server's clock. */
  readonly endedAt: number | undefined;
}

export function readTasks(data: unknown): readonly ListedTask[] {
  return asRows(data, 'the tasks of the cluster').flatMap((row) => {
    const upid = readUpid(row['upid']);
    if (!upid) return [];
    const end = numberOf(row, 'endtime');
    const exit = textOf(row, 'status');
    const ended = end !== undefined || (exit !== undefined && exit !== 'running' && exit !== 'RUNNING');
    return [{ ...upid, exit: ended ? (exit ?? 'unknown') : undefined, endedAt: end === undefined ? end : end * 1000 }];
  });
}
