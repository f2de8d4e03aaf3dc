import { wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import type { Accepted, Connection, Kept, Vm } from '../platforms/contract.ts';
import { isAnother } from '../state/fleet/fleet.ts';
import { endpointStatusOf } from '../state/fleet/store.ts';
import { NOT_SENT, type TaskSpec, type WorkResult } from '../state/tasks.ts';
import type { Args, Outcome, VmAction } from './action.ts';
import { onceHeardAgain } from './heard-again.ts';
import { whyNoAnswer } from './no-answer.ts';
import { permitted } from './permitted.ts';
import type { Services } from './services.ts';
import { type Target, verifiedSignal, verify, whyElsewhere } from './target.ts';

const LOOK_AGAIN = 'look at it again before you repeat the action';

/** The task that runs an action on one VM or on many, with a result for each. */
export function taskFor(action: VmAction, targets: readonly Target[], args: Args, services: Services): TaskSpec {
  const [first] = targets;
  const what = targets.length === 1 && first !== undefined ? first.name : `${targets.length} VMs`;
  return {
    action: action.id,
    title: `${action.title} ${what}`,
    work: targets.map((target) => ({
      id: target.id,
      name: target.name,
      run: (signal, report) => perform(action, target, args, services, signal, report),
    })),
  };
}

/**
 * Runs one action on one VM to its end: asks whether it may, compares the VM with the one that was chosen, sends, and
 * waits until the fleet shows the outcome. Anything that was not seen is a FleetError or says that it was asked only.
 */
export async function perform(
  action: VmAction,
  target: Target,
  args: Args,
  services: Services,
  signal: AbortSignal,
  report: (text: string) => void,
): Promise<WorkResult> {
  const { id } = target;
  const outcome = action.outcome?.(args, services.store.fleet.vms.get(id));
  const cancelled = () => new FleetError('op.cancelled', NOT_SENT);
  await verify(target, services, signal).catch((error: unknown) => {
    throw signal.aborted ? cancelled() : error;
  });
  const already = isAlready(outcome, id, services);
  if (already) return { text: already };
  const { vm, connection } = permitted(action, id, services);
  if (signal.aborted) throw cancelled();
  try {
    const accepted = await action.send(connection, vm, args, verifiedSignal(target, services, signal));
    const { warnings, kept = [] } = accepted;
    const but = [...warnings.map(({ detail }) => `; ${detail}`), ...kept.map(spelledKept)].join('');
    if (accepted.dryRun) return { text: `${vm.name}: nothing was sent` };
    if (!outcome) return { text: `${vm.name} ${action.asked?.(args) ?? 'was asked'}${but}` };
    report('asked');
    const patient = { ...outcome, limitMs: Math.max(outcome.limitMs, accepted.takesUpToMs ?? 0) };
    await reached(patient, target, vm, services, signal, createFollow(accepted, vm, services, report));
    return { text: `${vm.name} ${wordsFor(outcome, vm, services)}${but}`, ...(kept.length > 0 && { kept }) };
  } catch (error) {
    if (!(error instanceof FleetError && error.code === 'outcome.unknown')) throw error;
    report('no clear answer came; looking what became of it');
    return { text: await whatIsTrue(outcome, target, vm, connection, services, signal, error) };
  }
}

const wordsFor = ({ words, goneWords = words }: Outcome, vm: Vm, services: Services): string =>
  sameNow(vm, services) ? words : goneWords;

const spelledKept = ({ path, why }: Kept): string => `; kept: ${path} (${why})`;

/** To start what runs is no failure (F-045): the sentence that says so, if what is known of the VM is not out of date. */
export function isAlready(outcome: Outcome | undefined, id: VmId, { store }: Services): string | undefined {
  const vm = store.fleet.vms.get(id);
  const status = endpointStatusOf(store.fleet, id);
  const isTrue = status?.phase === 'up' && status.staleSince === undefined;
  return vm && isTrue && outcome?.reached(vm) ? `${vm.name} ${outcome.words} already` : undefined;
}

/** What the platform's own task has come to: reports how far it is, and answers why it failed, if it did. */
function createFollow(
  { task }: Accepted,
  vm: Vm,
  { store }: Services,
  report: (text: string) => void,
): () => string | undefined {
  const endpoint = endpointOf(vm.id);
  let told = '';
  return () => {
    const known = task === undefined ? undefined : store.fleet.platformTasks.of(endpoint, task);
    if (known?.state === 'failed') return known.text;
    const percent = known && !Number.isNaN(known.share) ? `${Math.round(known.share * 100)} %` : undefined;
    const text = known ? [known.text, percent].filter(Boolean).join(', ') : '';
    if (text !== '' && text !== told) report(text);
    told = text;
    return undefined;
  };
}

/** The VM as it is now; undefined when it is gone, also when its id was given to another machine meanwhile. */
function sameNow(before: Vm, { store }: Services): Vm | undefined {
  const now = store.fleet.vms.get(before.id);
  return now && isAnother(before, now) ? undefined : now;
}

async function reached(
  outcome: Outcome,
  target: Target,
  vm: Vm,
  services: Services,
  signal: AbortSignal,
  taskFailure: () => string | undefined,
): Promise<void> {
  const now = () => sameNow(vm, services);
  const failed = () => taskFailure() ?? failureOf(now(), vm);
  // The task is looked at first: what failed may look like what was wanted for a moment.
  const elsewhere = () => whyElsewhere(target, services);
  const ended = () => elsewhere() !== undefined || failed() !== undefined || outcome.reached(now());
  const seen = await until(ended, outcome.limitMs, services, signal);
  const moved = elsewhere();
  if (moved !== undefined) {
    throw new FleetError('outcome.unknown', `${vm.name} was asked, but what became of it is not known: ${moved}`, {
      fix: LOOK_AGAIN,
    });
  }
  const failure = failed();
  if (seen && failure === undefined) return;
  if (failure !== undefined) {
    throw new FleetError('op.failed', `${vm.name}: ${failure}`, {
      fix: 'look at its details, mend that, and try again',
    });
  }
  const seconds = Math.round(outcome.limitMs / 1000);
  const state = now()?.state ?? 'gone';
  const is = state === vm.state ? `is still ${state}` : `is ${state}`;
  throw new FleetError('op.timeout', `${vm.name} was asked, but after ${seconds} s it ${is}`, {
    fix: 'it may still come; look at its console, or use force',
  });
}

/** The VM fell over on the way there: waiting for the outcome has no use any more. */
function failureOf(now: Vm | undefined, before: Vm): string | undefined {
  if (!now || (now.state !== 'error' && now.state !== 'crashed')) return undefined;
  const isNews = now.state !== before.state || now.trouble?.since !== before.trouble?.since;
  return isNews ? (now.trouble?.message ?? `it is ${now.rawState}`) : undefined;
}

/**
 * The link died after the request was sent, or no answer came over it: the object is read anew, and what is true is said.
 * Nothing is sent twice.
 */
async function whatIsTrue(
  outcome: Outcome | undefined,
  target: Target,
  vm: Vm,
  connection: Connection,
  services: Services,
  signal: AbortSignal,
  lost: FleetError,
): Promise<string> {
  const endpoint = endpointOf(vm.id);
  const why = () => whyNoAnswer(services, endpoint, connection);
  const unknown = (rest: string) =>
    new FleetError('outcome.unknown', `${vm.name}: ${why()} after the request was sent; ${rest}`, {
      cause: lost,
      fix: LOOK_AGAIN,
    });
  if (!(await onceHeardAgain(services, endpoint, signal, () => true))) {
    throw unknown('its endpoint has not come back, so what became of it is not known');
  }
  const moved = () => whyElsewhere(target, services);
  const unseen = () => unknown(`what became of it is not known: ${moved()}`);
  if (moved() !== undefined) throw unseen();
  const now = () => sameNow(vm, services);
  if (!outcome) throw unknown(`it is ${now()?.state ?? 'gone'} now`);
  const seen = await until(() => moved() !== undefined || outcome.reached(now()), outcome.limitMs, services, signal);
  if (moved() !== undefined) throw unseen();
  if (seen) {
    return `${vm.name} ${wordsFor(outcome, vm, services)} (${why()} on the way)`;
  }
  throw unknown(`it is ${now()?.state ?? 'gone'} now`);
}

/** True as soon as the fleet shows it, false after `limitMs`; rejects when the signal aborts. */
async function until(
  holds: () => boolean,
  limitMs: number,
  { store, clock }: Services,
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
