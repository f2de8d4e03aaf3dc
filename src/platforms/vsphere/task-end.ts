/** Tasks that are waited for to their end, since what comes next needs what they have made. */
import { FleetError } from '../../errors.ts';
import { child, type XmlElement } from '../transport/xml.ts';
import { refOf, retrieveOne } from './properties.ts';
import type { MoRef, Xml } from './soap/envelope.ts';
import { localizedFault } from './soap/fault.ts';
import type { VmCalls } from './vm-call.ts';

/** As long as a large disk takes to be copied. */
const ENDS_WITHIN_MS = 7_200_000;
/** What a watch hears of a task may be lost with its link: the task itself is looked at after such a time, later more rarely. */
const FIRST_LOOK_MS = 1_000;
const LAST_LOOK_MS = 10_000;
/** A task that was cancelled takes back what it has done. */
const CANCELS_WITHIN_MS = 30_000;
const ASK_MS = 60_000;

export interface TaskRequest {
  readonly target: MoRef;
  /** `CloneVM_Task`: one that answers with a task. */
  readonly method: string;
  readonly args: Xml;
  /** For sentences. */
  readonly subject: string;
  readonly signal: AbortSignal;
}

/** Begins a task; resolves with its reference. Rejects with outcome.unknown where the answer names none. */
export async function beginTask({ session }: VmCalls, request: TaskRequest): Promise<MoRef> {
  const { target, method, args, subject, signal } = request;
  const answer = await session.call({ target, method, args, kind: 'mutates', signal, deadlineMs: ASK_MS });
  const task = refOf(child(answer, 'returnval'));
  if (task.type === 'Task' && task.value !== '') return task;
  throw new FleetError('outcome.unknown', `${subject}: the answer names no task; it may have been done or not`, {
    fix: 'look at its state before you repeat it',
  });
}

/** Begins one and waits for its end: what it has brought, `info.result`. Rejects with its SoapFault, and as `taskEnd` does. */
export const runTask = async (calls: VmCalls, request: TaskRequest): Promise<XmlElement | undefined> =>
  taskEnd(calls, await beginTask(calls, request), request);

/**
 * When the caller gives up, the task is cancelled. One that had come to its end all the same resolves, so that the caller can take
 * back what it has made; of one that goes on it is not known what will be: outcome.unknown.
 */
async function taskEnd(
  calls: VmCalls,
  task: MoRef,
  { subject, signal }: Pick<TaskRequest, 'subject' | 'signal'>,
): Promise<XmlElement | undefined> {
  const { session, tasks } = calls;
  const patient = new AbortController().signal;
  const look = async () => {
    const values = await retrieveOne(session, task, ['info.state', 'info.result', 'info.error'], patient);
    const state = values.get('info.state')?.text;
    const error = values.get('info.error');
    if (state === 'error' && error) throw localizedFault(error);
    return { isDone: state === 'success', result: values.get('info.result') };
  };
  const until = session.clock.ticks() + ENDS_WITHIN_MS;
  for (let pause = FIRST_LOOK_MS; session.clock.ticks() < until; pause = Math.min(LAST_LOOK_MS, pause * 2)) {
    await tasks.follow(task, pause, signal);
    const now = await look();
    if (now.isDone) return now.result;
    if (signal.aborted) break;
  }
  if (signal.aborted) {
    const cancel = {
      target: task,
      method: 'CancelTask',
      kind: 'mutates',
      signal: patient,
      deadlineMs: ASK_MS,
    } as const;
    // one that can't be cancelled, or has just ended, is looked at all the same
    await session.call(cancel).catch(() => undefined);
    await tasks.follow(task, CANCELS_WITHIN_MS, patient).catch(() => signal.throwIfAborted());
    const last = await look();
    if (last.isDone) return last.result;
  }
  throw new FleetError('outcome.unknown', `${subject}: the task ${task.value} still goes on`, {
    fix: 'look at its state once that has ended',
  });
}
