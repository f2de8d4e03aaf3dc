import { wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointOf } from '../ids.ts';
import type { Accepted, ObjectKind, ObjectOf, Vm } from '../platforms/contract.ts';
import { isAnother } from '../state/fleet/fleet.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import type { Outcome, ReadOutcome } from './action.ts';
import type { Services } from './services.ts';
import type { Target } from './target.ts';

/** How often what is not watched is read until it is as it should be. */
const READ_EVERY_MS = 500;
/** A platform's own task that nothing was heard of for this long says nothing any more. */
const TASK_UNHEARD_MS = 5_000;

type Anything = ObjectOf<ObjectKind>;

/** The object as it is now; undefined when it is gone, also when its id was given to another one meanwhile. */
export function sameNow(target: Target, { store }: Pick<Services, 'store'>): Anything | undefined {
  const now = store.fleet.find(target.kind, target.id);
  return now && isAnother(target, { uuid: target.uuid, ...now }) ? undefined : now;
}

/** What is so now, for a sentence: the state of a VM, `there` of what has none, `gone`. */
export const stateNow = (object: Anything | undefined): string =>
  object === undefined ? 'gone' : 'state' in object ? object.state : 'there';

/** To start what runs is no failure (F-045): the sentence that says so, if what is known of the object is not out of date. */
export function isAlready(
  outcome: Outcome | undefined,
  called: string,
  object: Anything | undefined,
  { store }: Pick<Services, 'store'>,
): string | undefined {
  if (outcome?.by !== 'watch' || !object) return undefined;
  const status = endpointStatusOf(store.fleet, object.id);
  const isTrue = status?.phase === 'up' && status.staleSince === undefined;
  return isTrue && outcome.reached(object) ? `${called} ${outcome.words} already` : undefined;
}

/** What the platform's own task has come to. */
export interface TaskNow {
  /** Why it failed, if it did. */
  failure(): string | undefined;
  /** Whether the platform still works on it, as far as it says so. */
  isUnderWay(): boolean;
}

/** Follows the platform's own task, and reports how far it is. */
export function followTask(
  { task }: Accepted,
  { id }: Target,
  { store, clock }: Services,
  report: (text: string) => void,
): TaskNow {
  const endpoint = endpointOf(id);
  const began = clock.ticks();
  let reported = '';
  const known = () => (task === undefined ? undefined : store.fleet.platformTasks.of(endpoint, task));
  return {
    failure() {
      const now = known();
      if (now?.state === 'failed') return now.text;
      const percent = now && !Number.isNaN(now.share) ? `${Math.round(now.share * 100)} %` : undefined;
      const text = now ? [now.text, percent].filter(Boolean).join(', ') : '';
      if (text !== '' && text !== reported) report(text);
      reported = text;
      return undefined;
    },
    isUnderWay() {
      if (task === undefined) return false;
      const now = known();
      return now === undefined ? clock.ticks() - began < TASK_UNHEARD_MS : now.state === 'running';
    },
  };
}

/** The VM fell over on the way there: waiting for the outcome has no use any more. */
export function fallOf(now: Anything | undefined, before: Anything): string | undefined {
  if (!now || !('state' in now) || !('rawState' in now)) return undefined;
  if (now.state !== 'error' && now.state !== 'crashed') return undefined;
  const isNew = now.state !== (before as Vm).state || now.trouble?.since !== before.trouble?.since;
  return isNew ? (now.trouble?.message ?? `it is ${now.rawState}`) : undefined;
}

/** What waiting for an outcome depends on besides the outcome. */
export interface Waiting {
  /** Waiting has no use any more. */
  isOver(): boolean;
  /** The platform still works on it: reading would say nothing. */
  isUnderWay(): boolean;
}

/**
 * Waits until the outcome is seen, in the fleet or by reading, until waiting is over, or the outcome's limit. Answers true
 * when it was seen, else what the platform said last, undefined where only the fleet was looked at; once waiting is over the
 * answer says nothing. Rejects when the signal aborts, and as the reading does.
 */
export async function awaitOutcome(
  outcome: Outcome,
  waiting: Waiting,
  target: Target,
  services: Services,
  signal: AbortSignal,
): Promise<true | string | undefined> {
  if (outcome.by === 'read') return untilRead(outcome, waiting, target, services, signal);
  const holds = () => waiting.isOver() || outcome.reached(sameNow(target, services));
  return (await until(holds, outcome.limitMs, services, signal)) || undefined;
}

/** True as soon as the fleet shows it, false after `limitMs`; rejects when the signal aborts. */
async function until(
  holds: () => boolean,
  limitMs: number,
  { store, clock }: Pick<Services, 'store' | 'clock'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (store.settled && holds()) return true;
  const seen = new AbortController();
  const stop = store.subscribe(() => {
    if (holds()) seen.abort();
  });
  try {
    await wait(clock, limitMs, AbortSignal.any([signal, seen.signal]));
    return holds();
  } catch (error) {
    if (seen.signal.aborted) return true;
    throw error;
  } finally {
    stop();
  }
}

/**
 * Asks the platform until the outcome is true, waiting is over, or the limit is. Answers true, or what is the case instead.
 * Rejects as the reading does.
 */
async function untilRead(
  outcome: ReadOutcome,
  { isOver, isUnderWay }: Waiting,
  { id }: Target,
  { sessions, clock }: Services,
  signal: AbortSignal,
): Promise<true | string> {
  const end = clock.ticks() + outcome.limitMs;
  for (;;) {
    const connection = sessions.connection(endpointOf(id));
    if (!connection) throw new FleetError('host.unreachable', `${endpointOf(id)} is not connected`);
    const now = isUnderWay() ? 'is still being worked on' : await outcome.read(connection, signal);
    if (now === true || isOver() || clock.ticks() >= end) return now;
    await wait(clock, READ_EVERY_MS, signal);
  }
}
