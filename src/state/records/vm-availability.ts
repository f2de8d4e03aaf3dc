import type { Clock } from '../../clock.ts';
import { endpointOf, type VmId } from '../../ids.ts';
import type { Vm, VmState } from '../../platforms/contract.ts';
import { type Fleet, placeOf, troubleOf } from '../fleet/fleet.ts';
import type { Store } from '../fleet/store.ts';
import type { NewNotice, Notice, SentKind } from './notices.ts';

/** What lands within that time is looked at once. */
const LOOKS_AFTER_MS = 2_000;
/** A VM that is well again sooner is not reported. */
const LASTS_MS = 10_000;
/** What lands so soon after an endpoint has answered has happened before, not now. */
const SETTLES_MS = 5_000;
/** So many that fail together, or run again, are reported one by one; of more there is one notice, as when a host dies. */
const MOST_ALONE = 3;
const MOST_NAMED = 5;

type VmKind = Extract<SentKind, 'vm-failed' | 'vm-back' | 'vm-stopped' | 'vm-started'>;
export interface VmNotice extends Omit<NewNotice, 'kind'> {
  readonly kind: VmKind;
}

const isFailed = ({ state }: Vm): boolean => state === 'crashed' || state === 'error';

const ON: ReadonlySet<VmState> = new Set(['running', 'paused']);
const OFF: ReadonlySet<VmState> = new Set(['stopped', 'suspended', 'crashed', 'error']);

/** Undefined for what lies between (starting, migrating), and where it is not known: they say nothing of it. */
const powerOf = ({ state }: Vm): 'on' | 'off' | undefined =>
  ON.has(state) ? 'on' : OFF.has(state) ? 'off' : undefined;

/**
 * Reports VMs that fail while drover looks, when they have been so for ten seconds, with the reason, and those of them that run again,
 * also when nothing was seen of it; and VMs that stop or start. What was so when it was seen first is no event. `known`: what earlier
 * runs reported, newest first. Answers how to stop it.
 */
export function watchVms(
  { fleet, followStates }: Pick<Store, 'fleet' | 'followStates'>,
  clock: Clock,
  known: readonly Notice[],
  report: (notice: VmNotice) => void,
): () => void {
  /** Whose state has changed since the last look, as they were then. */
  const changed = new Map<VmId, Vm>();
  /** Whether they were on before what has changed, until it is known whether they are now. */
  const powers = new Map<VmId, 'on' | 'off'>();
  /** Ticks, since when they are failed: those that are not reported yet. */
  const failing = new Map<VmId, number>();
  /** What was reported as failed, and whether a notice has it as its subject: others are among the many of another's notice. */
  const reported = new Map<VmId, boolean>();
  const last = new Map<string, string>();
  for (const { subject, kind } of known) if (kind !== 'task-failed' && !last.has(subject)) last.set(subject, kind);
  for (const [subject, kind] of last) if (kind === 'vm-failed') reported.set(subject as VmId, true);
  let stopWaiting: (() => void) | undefined;

  const statusOf = (id: VmId) => fleet.endpoints.get(endpointOf(id));
  const isUp = (id: VmId): boolean => statusOf(id)?.phase === 'up';
  /** What its endpoint says is what happens now. A clock that was set back says nothing. */
  const isSettled = (id: VmId): boolean => {
    const age = clock.now() - (statusOf(id)?.since ?? clock.now());
    return isUp(id) && (age < 0 || age >= SETTLES_MS);
  };

  const look = () => {
    stopWaiting = undefined;
    reportBack();
    for (const [id, before] of changed) {
      // When it is back, it is compared with what it was; an endpoint that was taken out does not come back.
      if (!isUp(id) && statusOf(id)) continue;
      changed.delete(id);
      const vm = fleet.vms.get(id);
      if (!vm || !isFailed(vm)) failing.delete(id);
      else if (!isFailed(before) && !reported.has(id)) failing.set(id, clock.ticks());
      reportPower(id, vm);
    }
    const lasting: Vm[] = [];
    for (const [id, since] of failing) {
      if (!isUp(id) || clock.ticks() - since < LASTS_MS) continue;
      failing.delete(id);
      const vm = fleet.vms.get(id);
      if (vm) lasting.push(vm);
    }
    reportFailed(lasting);
    if (failing.size > 0 || changed.size > 0 || [...reported.keys()].some((id) => !isSettled(id))) later();
  };

  /** Those that were reported and run, whether or not it was seen how they came back. */
  const reportBack = () => {
    const back: Vm[] = [];
    for (const id of reported.keys()) {
      const vm = fleet.vms.get(id);
      if (vm?.state === 'running' && isSettled(id)) back.push(vm);
    }
    for (const notice of returns(back, ({ id }) => reported.get(id) === true, fleet)) report(notice);
    for (const { id } of back) {
      reported.delete(id);
      powers.delete(id);
    }
  };
  const reportPower = (id: VmId, vm: Vm | undefined) => {
    const before = powers.get(id);
    const now = vm && powerOf(vm);
    if (!vm || now) powers.delete(id);
    if (!vm || !before || !now || before === now || reported.has(id)) return;
    const about = { subject: id, name: vm.name };
    if (now === 'on') report({ ...about, kind: 'vm-started', text: `${placeOf(vm, fleet)} was started` });
    else if (vm.state === 'stopped')
      report({ ...about, kind: 'vm-stopped', text: `${placeOf(vm, fleet)} was stopped` });
  };
  const reportFailed = (vms: readonly Vm[]) => {
    const notices = failures(vms, fleet);
    const subjects = new Set(notices.map(({ subject }) => subject));
    for (const { id } of vms) reported.set(id, subjects.has(id));
    for (const notice of notices) report(notice);
  };
  const later = () => {
    stopWaiting ??= clock.after(LOOKS_AFTER_MS, look);
  };

  const stop = followStates((before) => {
    const { id } = before;
    if (!changed.has(id)) changed.set(id, before);
    const power = powerOf(before);
    if (!isSettled(id)) powers.delete(id);
    else if (power && !powers.has(id)) powers.set(id, power);
    later();
  });
  if (reported.size > 0) later();
  return () => {
    stop();
    stopWaiting?.();
  };
}

/** One notice each, or one of all: its subject is the first of them. */
function failures(vms: readonly Vm[], fleet: Fleet): readonly VmNotice[] {
  const [first] = vms;
  if (!first || vms.length <= MOST_ALONE)
    return vms.map((vm) => noticeOf('vm-failed', vm, `${placeOf(vm, fleet)} has failed: ${troubleOf(vm)}`));
  return [
    noticeOf('vm-failed', first, `${vms.length} VMs have failed: ${listed(vms)}; the first: ${troubleOf(first)}`),
  ];
}

/** The same of those that run again. A VM of which a notice says alone that it has failed gets one that takes it back. */
function returns(vms: readonly Vm[], hasNotice: (vm: Vm) => boolean, fleet: Fleet): readonly VmNotice[] {
  const alone = (vm: Vm) => noticeOf('vm-back', vm, `${placeOf(vm, fleet)} is running again`);
  if (vms.length <= MOST_ALONE) return vms.map(alone);
  const [subject, ...others] = vms.filter(hasNotice);
  const together = [...(subject ? [subject] : []), ...vms.filter((vm) => !hasNotice(vm))];
  const [first, second] = together;
  if (!first || !second) return vms.map(alone);
  const text = `${together.length} VMs are running again: ${listed(together)}`;
  return [noticeOf('vm-back', first, text), ...others.map(alone)];
}

const noticeOf = (kind: VmKind, { id, name }: Vm, text: string): VmNotice => ({ kind, subject: id, name, text });

function listed(vms: readonly Vm[]): string {
  const names = vms.slice(0, MOST_NAMED).map(({ name }) => name);
  return `${names.join(', ')}${vms.length > MOST_NAMED ? ` and ${vms.length - MOST_NAMED} more` : ''}`;
}
