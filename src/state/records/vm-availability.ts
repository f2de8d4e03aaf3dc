import type { Clock } from '../../clock.ts';
import { endpointOf, type VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import { type Fleet, placeOf, troubleOf } from '../fleet/fleet.ts';
import type { Store } from '../fleet/store.ts';
import type { NewNotice, Notice, SentKind } from './notices.ts';

/** What lands within that time is looked at once. */
const LOOKS_AFTER_MS = 2_000;
/** A VM that is well again sooner is not reported. */
const LASTS_MS = 10_000;
/** So many that fail together are reported one by one; of more there is one notice, as when a host dies. */
const MOST_ALONE = 3;
const MOST_NAMED = 5;

type VmKind = Extract<SentKind, 'vm-failed' | 'vm-back' | 'vm-stopped' | 'vm-started'>;
export interface VmNotice extends Omit<NewNotice, 'kind'> {
  readonly kind: VmKind;
}

const isFailed = ({ state }: Vm): boolean => state === 'crashed' || state === 'error';

/**
 * Reports VMs that fail while drover looks, when they have been so for ten seconds, with the reason, and those of them that run again;
 * and VMs that stop or start. What was so when it was seen first is no event. `known`: what earlier runs reported. Answers how to stop it.
 */
export function watchVms(
  { fleet, followStates }: Pick<Store, 'fleet' | 'followStates'>,
  clock: Clock,
  known: readonly Notice[],
  report: (notice: VmNotice) => void,
): () => void {
  /** Whose state has changed since the last look, as they were then. */
  const changed = new Map<VmId, Vm>();
  /** Ticks, since when they are failed: those that are not reported yet. */
  const failing = new Map<VmId, number>();
  const reported = new Set<string>();
  const last = new Map<string, string>();
  for (const { subject, kind } of known) if (!last.has(subject)) last.set(subject, kind);
  for (const [subject, kind] of last) if (kind === 'vm-failed') reported.add(subject);
  let stopWaiting: (() => void) | undefined;

  const isUp = (id: VmId): boolean => fleet.endpoints.get(endpointOf(id))?.phase === 'up';

  const look = () => {
    stopWaiting = undefined;
    for (const [id, before] of changed) {
      // When it is back, it is compared with what it was.
      if (!isUp(id)) continue;
      changed.delete(id);
      const vm = fleet.vms.get(id);
      if (!vm || !isFailed(vm)) failing.delete(id);
      else if (!isFailed(before) && !reported.has(id)) failing.set(id, clock.ticks());
      if (vm) reportPower(before, vm);
    }
    const lasting: Vm[] = [];
    for (const [id, since] of failing) {
      if (!isUp(id) || clock.ticks() - since < LASTS_MS) continue;
      failing.delete(id);
      const vm = fleet.vms.get(id);
      if (vm) lasting.push(vm);
    }
    reportFailed(lasting);
    if (failing.size > 0) later();
  };

  const reportPower = (before: Vm, vm: Vm) => {
    const about = { subject: vm.id, name: vm.name };
    if (vm.state === 'running' && reported.delete(vm.id))
      report({ ...about, kind: 'vm-back', text: `${placeOf(vm, fleet)} is running again` });
    else if (before.state !== vm.state && (vm.state === 'running' || vm.state === 'stopped')) {
      const isStart = vm.state === 'running' && before.state !== 'paused';
      if (isStart) report({ ...about, kind: 'vm-started', text: `${placeOf(vm, fleet)} was started` });
      else if (vm.state === 'stopped')
        report({ ...about, kind: 'vm-stopped', text: `${placeOf(vm, fleet)} was stopped` });
    }
  };
  const reportFailed = (vms: readonly Vm[]) => {
    for (const { id } of vms) reported.add(id);
    for (const notice of failures(vms, fleet)) report(notice);
  };
  const later = () => {
    stopWaiting ??= clock.after(LOOKS_AFTER_MS, look);
  };

  const stop = followStates((before) => {
    if (!changed.has(before.id)) changed.set(before.id, before);
    later();
  });
  return () => {
    stop();
    stopWaiting?.();
  };
}

/** One notice each, or one of all: its subject is the first of them. */
function failures(vms: readonly Vm[], fleet: Fleet): readonly VmNotice[] {
  const [first] = vms;
  const of = (vm: Vm, text: string): VmNotice => ({ kind: 'vm-failed', subject: vm.id, name: vm.name, text });
  if (!first || vms.length <= MOST_ALONE)
    return vms.map((vm) => of(vm, `${placeOf(vm, fleet)} has failed: ${troubleOf(vm)}`));
  const names = vms.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = vms.length > MOST_NAMED ? ` and ${vms.length - MOST_NAMED} more` : '';
  return [of(first, `${vms.length} VMs have failed: ${names.join(', ')}${more}; the first: ${troubleOf(first)}`)];
}
