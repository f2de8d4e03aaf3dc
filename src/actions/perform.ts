import { wait } from '../clock.ts';
import { FleetError } from '../errors.ts';
import { endpointOf, type VmId } from '../ids.ts';
import type { Accepted, Connection, Settings, Vm } from '../platforms/contract.ts';
import { endpointStatusOf } from '../state/store.ts';
import type { TaskSpec } from '../state/tasks.ts';
import { type Outcome, type VmAction, whyNot } from './action.ts';
import { whyNoAnswer } from './no-answer.ts';
import type { Services } from './services.ts';

/** How long to wait for an endpoint to come back before saying that the outcome is not known. */
const RESYNC_MS = 30_000;

/** The task that runs an action on one VM or on many, with a result for each. */
export function taskFor(action: VmAction, ids: readonly VmId[], args: Settings, services: Services): TaskSpec {
  const { vms } = services.store.fleet;
  const nameOf = (id: VmId) => vms.get(id)?.name ?? id;
  const [first] = ids;
  const what = ids.length === 1 && first !== undefined ? nameOf(first) : `${ids.length} VMs`;
  return {
    action: action.id,
    title: `${action.title} ${what}`,
    work: ids.map((id) => ({
      id,
      name: nameOf(id),
      run: (signal, report) => perform(action, id, args, services, signal, report),
    })),
  };
}

/**
 * Runs one action on one VM to its end: asks whether it may, sends it, and waits until the fleet shows the outcome.
 * Answers the sentence of what is true now; anything that was not seen is a FleetError or says that it was asked only.
 */
export async function perform(
  action: VmAction,
  id: VmId,
  args: Settings,
  services: Services,
  signal: AbortSignal,
  report: (text: string) => void,
): Promise<string> {
  const outcome = action.outcome?.(args, services.store.fleet.vms.get(id));
  const already = isAlready(outcome, id, services);
  if (already) return already;
  const { vm, connection } = permitted(action, id, services);
  try {
    const accepted = await action.send(connection, vm, args, signal);
    const but = accepted.warnings.map(({ detail }) => `; ${detail}`).join('');
    if (accepted.dryRun) return `${vm.name}: nothing was sent`;
    if (!outcome) return `${vm.name} ${action.asked?.(args) ?? 'was asked'}${but}`;
    report('asked');
    const patient = { ...outcome, limitMs: Math.max(outcome.limitMs, accepted.takesUpToMs ?? 0) };
    await reached(patient, vm, services, signal, createFollow(accepted, vm, services, report));
    return `${vm.name} ${outcome.words}${but}`;
  } catch (error) {
    if (!(error instanceof FleetError && error.code === 'outcome.unknown')) throw error;
    report('no clear answer came; looking what became of it');
    return await whatIsTrue(outcome, vm, connection, services, signal, error);
  }
}

/** To start what runs is no failure (F-045): the sentence that says so, if what is known of the VM is not out of date. */
export function isAlready(outcome: Outcome | undefined, id: VmId, { store }: Services): string | undefined {
  const vm = store.fleet.vms.get(id);
  const status = endpointStatusOf(store.fleet, id);
  const isTrue = status?.phase === 'up' && status.staleSince === undefined;
  return vm && isTrue && outcome?.reached(vm) ? `${vm.name} ${outcome.words} already` : undefined;
}

/** The VM and its connection, or the FleetError that says why the action can't run on it. */
export function permitted(
  action: Parameters<typeof whyNot>[0],
  id: VmId,
  services: Services,
): { vm: Vm; connection: Connection } {
  const { fleet } = services.store;
  const vm = fleet.vms.get(id);
  if (!vm) throw new FleetError('vm.not-found', `${id} is not there any more`);
  const no = whyNotOf(action, vm, services);
  if (no !== undefined) throw new FleetError('op.refused', `${vm.name}: ${no}`);
  // whyNot says no when there is no connection.
  return { vm, connection: services.sessions.connection(endpointOf(id)) as Connection };
}

/** Why the action can't run on this VM now, as a sentence; undefined when it can. */
export function whyNotOf(action: Parameters<typeof whyNot>[0], vm: Vm, services: Services): string | undefined {
  const { store, sessions } = services;
  const connection = sessions.connection(endpointOf(vm.id));
  return whyNot(action, vm, connection, endpointStatusOf(store.fleet, vm.id), services.policyFor(vm));
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

async function reached(
  outcome: Outcome,
  vm: Vm,
  services: Services,
  signal: AbortSignal,
  taskFailure: () => string | undefined,
): Promise<void> {
  const now = () => services.store.fleet.vms.get(vm.id);
  const failed = () => taskFailure() ?? failureOf(now(), vm);
  // The task is looked at first: what failed may look like what was wanted for a moment.
  const ended = () => failed() !== undefined || outcome.reached(now());
  const seen = await until(ended, outcome.limitMs, services, signal);
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
      fix: 'look at it again before you repeat the action',
    });
  const tooLate = AbortSignal.any([signal, AbortSignal.timeout(RESYNC_MS)]);
  try {
    await services.sessions.heard(endpoint, tooLate);
  } catch {
    signal.throwIfAborted();
    throw unknown('its endpoint has not come back, so what became of it is not known');
  }
  const now = () => services.store.fleet.vms.get(vm.id);
  if (!outcome) throw unknown(`it is ${now()?.state ?? 'gone'} now`);
  if (await until(() => outcome.reached(now()), outcome.limitMs, services, signal)) {
    return `${vm.name} ${outcome.words} (${why()} on the way)`;
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
