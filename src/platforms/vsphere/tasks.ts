/** The platform's own tasks: which run on what, how they ended, and who waits for one of them. */
import { type Clock, wait } from '../../clock.ts';
import type { XmlElement } from '../transport/xml.ts';
import type { ObjectUpdate } from './collector.ts';
import { retrieveOne } from './properties.ts';
import type { Session } from './session.ts';
import type { MoRef } from './soap/envelope.ts';
import { localizedFault, type SoapFault } from './soap/fault.ts';

/** A task that came to its end while a watch ran. */
export interface EndedTask {
  readonly entity: string;
  /** Of its description id the last part: `powerOn`. */
  readonly verb: string;
  readonly failure: SoapFault | undefined;
}

/** A task as it is now, running or ended. */
export interface HeardOf {
  readonly task: string;
  readonly entity: string;
  readonly verb: string;
  readonly state: 'running' | 'done' | 'failed';
  /** 0..1; NaN where the server does not say. */
  readonly share: number;
  readonly failure: SoapFault | undefined;
}

export interface Tasks {
  /** What watch() hears of a task. The first round tells what was before: that is no news, but for what we have begun ourselves. */
  hear(update: ObjectUpdate, firstRound: boolean): void;
  /** Told of each beginning and end that is heard. */
  listen(listener: TaskListener | undefined): void;
  /**
   * Waits a little for the end of a task that was accepted: most failures come at once, and the caller should be told.
   * Throws its SoapFault; returns when it is done, and also when it goes on for longer than `ms`.
   */
  follow(task: MoRef, ms: number, signal: AbortSignal): Promise<void>;
}

export interface TaskListener {
  readonly running: (entity: string, verb: string | undefined) => void;
  readonly ended: (task: EndedTask) => void;
  /** Whatever is heard, of tasks that were there before as well: a caller may wait for one of them. */
  readonly heard: (task: HeardOf) => void;
}

const FIRST_LOOK_MS = 100;
const LAST_LOOK_MS = 1_600;

interface HeardTask {
  readonly values: Map<string, XmlElement | undefined>;
  /** Its end came with the first round: news only if it is a task of our own, begun while that round was on its way. */
  untold: boolean;
}

/** What is known of a task now: its `info.state` and `info.error`. */
export type LookAtTask = (task: MoRef, signal: AbortSignal) => Promise<ReadonlyMap<string, XmlElement>>;

export const lookAtTask =
  (session: Session): LookAtTask =>
  (task, signal) =>
    retrieveOne(session, task, ['info.state', 'info.error'], signal);

export function createTasks(clock: Clock, look: LookAtTask): Tasks {
  const heard = new Map<string, HeardTask>();
  const waiting = new Map<string, () => void>();
  /** Tasks that operations of this connection have begun. */
  const own = new Set<string>();
  let listener: TaskListener | undefined;

  const tellEnd = (task: HeardTask) => {
    const outcome = outcomeOf(task.values);
    if (!outcome) return;
    task.untold = false;
    const entity = entityOf(task.values);
    listener?.running(entity, undefined);
    listener?.ended({ entity, verb: verbOf(task.values), failure: outcome.failure });
  };

  return {
    hear({ ref, kind, changes }, firstRound) {
      if (kind === 'leave') {
        const gone = heard.get(ref.value);
        heard.delete(ref.value);
        if (gone && !outcomeOf(gone.values)) listener?.running(entityOf(gone.values), undefined);
        return;
      }
      const task = heard.get(ref.value) ?? { values: new Map(), untold: false };
      // An ended task never runs again: a server that says so tells old news late.
      if (outcomeOf(task.values)) return;
      for (const [path, value] of changes) task.values.set(path, value);
      heard.set(ref.value, task);
      listener?.heard(heardOf(ref.value, task.values));
      if (!outcomeOf(task.values)) return listener?.running(entityOf(task.values), verbOf(task.values));
      waiting.get(ref.value)?.();
      if (firstRound && !own.has(ref.value)) task.untold = true;
      else tellEnd(task);
      own.delete(ref.value);
    },
    listen(next) {
      listener = next;
      heard.clear();
      own.clear();
    },
    async follow(task, ms, signal) {
      const known = () => outcomeOf(heard.get(task.value)?.values ?? new Map());
      const early = heard.get(task.value);
      if (early?.untold) tellEnd(early);
      else if (!known()) own.add(task.value);
      const outcome = listener ? await heardWithin() : await askedWithin();
      if (outcome?.failure) throw outcome.failure;

      async function heardWithin(): Promise<Outcome | undefined> {
        if (known()) return known();
        const late = new AbortController();
        waiting.set(task.value, () => late.abort());
        // Aborted when the end was heard, or when the caller gave up: accepted it is in each case.
        await wait(clock, ms, AbortSignal.any([signal, late.signal])).catch(() => undefined);
        waiting.delete(task.value);
        return known();
      }
      async function askedWithin(): Promise<Outcome | undefined> {
        const until = clock.ticks() + ms;
        for (let pause = FIRST_LOOK_MS; clock.ticks() < until; pause = Math.min(LAST_LOOK_MS, pause * 2)) {
          const values = await look(task, signal).catch(() => undefined);
          const found = values && outcomeOf(values);
          if (found || !values) return found;
          await pauseFor(clock, pause, signal);
        }
        return undefined;
      }
    },
  };
}

const pauseFor = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  wait(clock, ms, signal).catch(() => undefined);

interface Outcome {
  readonly failure: SoapFault | undefined;
}

function outcomeOf(values: ReadonlyMap<string, XmlElement | undefined>): Outcome | undefined {
  const state = values.get('info.state')?.text;
  if (state === 'success') return { failure: undefined };
  if (state !== 'error') return undefined;
  const error = values.get('info.error');
  return { failure: localizedFault(error ?? UNSAID) };
}

const UNSAID: XmlElement = { name: 'error', attributes: {}, text: '', children: [] };

function heardOf(task: string, values: ReadonlyMap<string, XmlElement | undefined>): HeardOf {
  const outcome = outcomeOf(values);
  const percent = Number.parseInt(values.get('info.progress')?.text ?? '', 10);
  return {
    task,
    entity: entityOf(values),
    verb: verbOf(values),
    state: !outcome ? 'running' : outcome.failure ? 'failed' : 'done',
    share: outcome && !outcome.failure ? 1 : percent / 100,
    failure: outcome?.failure,
  };
}

const entityOf = (values: ReadonlyMap<string, XmlElement | undefined>): string => values.get('info.entity')?.text ?? '';

/** `VirtualMachine.powerOn` → `powerOn`. */
const verbOf = (values: ReadonlyMap<string, XmlElement | undefined>): string =>
  values.get('info.descriptionId')?.text.split('.').at(-1) ?? '';
