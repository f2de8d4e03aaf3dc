import { FleetError, sentence } from '../errors.ts';
import { endpointOf, type Id } from '../ids.ts';
import type { Accepted, Connection, Kept, ObjectKind, ObjectOf, Vm } from '../platforms/contract.ts';
import { type TaskLimits, taskLimits } from '../state/config/preferences.ts';
import { timeLimit } from '../state/config/time-limits.ts';
import { manyOf } from '../state/kinds.ts';
import { NOT_SENT, type TaskSpec, type WorkResult } from '../state/tasks.ts';
import type { Args, ObjectAction, Outcome, Report } from './action.ts';
import { onceHeardAgain } from './heard-again.ts';
import { whyNoAnswer } from './no-answer.ts';
import { awaitOutcome, fallOf, followTask, isAlready, sameNow, stateNow, type TaskNow } from './outcome.ts';
import { permitted } from './permitted.ts';
import { phraseOf } from './phrase.ts';
import type { Services } from './services.ts';
import { spokenNames, type Target, verifiedSignal, verify, whyElsewhere } from './target.ts';

const LOOK_AGAIN = 'look at it again before you repeat the action';

/** The task that runs an action on one object or on many, with a result for each. */
export function taskFor(
  action: ObjectAction,
  targets: readonly Target[],
  args: Args,
  services: Services,
  limits: TaskLimits = taskLimits(services.config()),
): TaskSpec {
  const [first] = targets;
  const called = spokenNames(targets, services.store.fleet);
  const nameOf = (target: Target) => called.get(target) ?? target.name;
  const what = targets.length === 1 && first ? nameOf(first) : `${targets.length} ${manyOf(services.kinds, action.on)}`;
  return {
    action: action.id,
    title: phraseOf(action, what, args),
    ...limits,
    work: targets.map((target) => ({
      id: target.id,
      name: target.name,
      lane: endpointOf(target.id),
      run: (signal, report) => perform(action, target, args, services, signal, report, nameOf(target)),
    })),
  };
}

/** One run of an action on one object. */
interface Run {
  readonly outcome: Outcome | undefined;
  readonly target: Target;
  /** What the target is called in sentences. */
  readonly called: string;
  /** As it was before. */
  readonly before: ObjectOf<ObjectKind>;
  readonly connection: Connection;
  readonly services: Services;
  readonly signal: AbortSignal;
}

/**
 * Runs one action on one object to its end: asks whether it may, compares the object with the one that was chosen, sends,
 * and waits until the outcome is seen, in the fleet or by reading. Anything that was not seen is a FleetError or says that
 * it was asked only. `called` is what the object is called in sentences.
 */
export async function perform(
  action: ObjectAction,
  target: Target,
  args: Args,
  services: Services,
  signal: AbortSignal,
  report: Report,
  called = target.name,
): Promise<WorkResult> {
  const known = services.store.fleet.find(target.kind, target.id);
  const outcome = action.outcome?.(args, known);
  const cancelled = () => new FleetError('op.cancelled', NOT_SENT);
  await verify(target, services, signal).catch((error: unknown) => {
    throw signal.aborted ? cancelled() : error;
  });
  const already = isAlready(outcome, called, services.store.fleet.find(target.kind, target.id), services);
  if (already) return { text: already };
  const { object, connection } = permitted(action, target.kind, target.id, services);
  if (signal.aborted) throw cancelled();
  const run: Run = { outcome, target, called, before: object, connection, services, signal };
  try {
    const all = { ...action.fromConfig?.(services.config()), ...args };
    const accepted = await sent(action, run, object, all, report);
    const { warnings, kept = [], answer } = accepted;
    const spelled = answer === undefined ? '' : `: ${answer}`;
    const but = [...warnings.map(({ detail }) => `; ${detail}`), ...kept.map(spelledKept)].join('');
    if (accepted.dryRun) return { text: `${called}: nothing was sent` };
    const more = answer === undefined ? {} : { answer };
    if (!outcome) return { text: `${called} ${action.asked?.(args) ?? 'was asked'}${spelled}${but}`, ...more };
    report('asked');
    const limitMs = limitOfUser(action, object, args, services) ?? Math.max(outcome.limitMs, accepted.takesUpToMs ?? 0);
    const patient = { ...madeBy(outcome, accepted.id), limitMs };
    await reached(run, patient, but, followTask(accepted, target, services, report));
    const text = `${called} ${wordsFor(outcome, target, services)}${spelled}${but}`;
    return { text, ...more, ...(kept.length > 0 && { kept }) };
  } catch (error) {
    // One that was given up says itself what it may have left.
    if (signal.aborted || !isLost(error, outcome)) throw error;
    report('no clear answer came; looking what became of it');
    return { text: await whatIsTrue(run, error) };
  }
}

/** What the configuration says, but where the user has chosen another wait, or that the guest is not asked. */
function limitOfUser(
  { id, on, options }: ObjectAction,
  object: ObjectOf<ObjectKind>,
  args: Args,
  services: Services,
): number | undefined {
  if (on !== 'vm' || args['force'] === true) return undefined;
  const isChosen = options?.some(({ key, default: usual }) => key === 'wait' && (args[key] ?? usual) !== usual);
  return isChosen ? undefined : timeLimit(services.config(), id, object as Vm);
}

/** What can be gone on with is sent again each time that the link has broken and come back. */
async function sent(
  action: ObjectAction,
  { target, connection, services, signal }: Pick<Run, 'target' | 'connection' | 'services' | 'signal'>,
  object: ObjectOf<ObjectKind>,
  args: Args,
  report: Report,
): Promise<Accepted & { readonly id?: Id }> {
  try {
    return await action.send(connection, object, args, verifiedSignal(target, services, signal), report);
  } catch (error) {
    if (!action.resumed || !isCut(error)) throw error;
    report('the link broke; waiting for it to come back');
    if (!(await onceHeardAgain(services, endpointOf(target.id), signal, () => true))) throw error;
    const now = permitted(action, target.kind, target.id, services);
    // The link is the same one: what broke is something else, and would break again.
    if (now.connection === connection) throw error;
    const again = { target, services, signal, connection: now.connection };
    return sent(action, again, now.object, action.resumed(args), report);
  }
}

/** An outcome that is read knows what was made. */
const madeBy = (outcome: Outcome, made: Id | undefined): Outcome =>
  outcome.by === 'read'
    ? { ...outcome, read: (connection, signal) => outcome.read(connection, signal, made) }
    : outcome;

/** The link broke: of what compares before it goes on, it need not be known how much was taken. */
const isCut = (error: unknown): boolean =>
  error instanceof FleetError && (error.code === 'host.unreachable' || error.code === 'outcome.unknown');

/** The link died, after the request was sent or while its outcome was being read. */
const isLost = (error: unknown, outcome: Outcome | undefined): error is FleetError =>
  error instanceof FleetError &&
  (error.code === 'outcome.unknown' || (outcome?.by === 'read' && error.code === 'host.unreachable'));

const wordsFor = (outcome: Outcome, target: Target, services: Services): string =>
  outcome.by === 'watch' && outcome.goneWords !== undefined && !sameNow(target, services)
    ? outcome.goneWords
    : outcome.words;

const spelledKept = ({ path, why }: Kept): string => `; kept: ${path} (${why})`;

async function reached(
  { target, called, before, services, signal }: Run,
  outcome: Outcome,
  but: string,
  task: TaskNow,
): Promise<void> {
  const now = () => sameNow(target, services);
  // The task is looked at first: what failed may look like what was wanted for a moment.
  const failed = () => task.failure() ?? fallOf(now(), before);
  const elsewhere = () => whyElsewhere(target, services);
  const isOver = () => elsewhere() !== undefined || failed() !== undefined;
  const seen = await awaitOutcome(outcome, { isOver, isUnderWay: task.isUnderWay }, target, services, signal);
  const moved = elsewhere();
  if (moved !== undefined) {
    throw new FleetError('outcome.unknown', `${called} was asked, but what became of it is not known: ${moved}`, {
      fix: LOOK_AGAIN,
    });
  }
  const failure = failed();
  if (failure !== undefined) {
    throw new FleetError('op.failed', `${called}: ${failure}`, { fix: 'see its details, fix the cause and retry' });
  }
  if (seen === true) return;
  const seconds = Math.round(outcome.limitMs / 1000);
  const state = stateNow(now());
  const is = seen ?? (state === stateNow(before) ? `is still ${state}` : `is ${state}`);
  throw new FleetError('op.timeout', `${called} was asked, but after ${seconds} s it ${is}${but}`, {
    fix: outcome.late ?? 'it may still come; look at its console, or use force',
  });
}

/**
 * The link died after the request was sent, or no answer came over it: the object is read again, and what is true is said.
 * Nothing is sent twice.
 */
async function whatIsTrue(
  { outcome, target, called, connection, services, signal }: Run,
  lost: FleetError,
): Promise<string> {
  const endpoint = endpointOf(target.id);
  const why = () => whyNoAnswer(services, endpoint, connection);
  const unknown = (rest: string) =>
    new FleetError('outcome.unknown', `${called}: ${why()} after the request was sent; ${rest}`, {
      cause: lost,
      fix: lost.fix ?? LOOK_AGAIN,
    });
  if (!(await onceHeardAgain(services, endpoint, signal, () => true))) {
    throw unknown('its endpoint has not come back, so what became of it is not known');
  }
  const moved = () => whyElsewhere(target, services);
  const unseen = () => unknown(`what became of it is not known: ${moved()}`);
  if (moved() !== undefined) throw unseen();
  const isNow = () => `it is ${stateNow(sameNow(target, services))} now`;
  if (!outcome) throw unknown(isNow());
  const isOver = () => moved() !== undefined;
  const work = { isOver, isUnderWay: () => false };
  const seen = await awaitOutcome(outcome, work, target, services, signal).catch((error: unknown) => {
    signal.throwIfAborted();
    throw unknown(`what became of it can't be read: ${sentence(error)}`);
  });
  if (isOver()) throw unseen();
  if (seen === true) return `${called} ${wordsFor(outcome, target, services)} (${why()} on the way)`;
  throw unknown(seen === undefined ? isNow() : `it ${seen}`);
}
