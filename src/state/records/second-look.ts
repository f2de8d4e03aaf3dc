import type { Clock } from '../../clock.ts';
import { endpointOf, type VmId } from '../../ids.ts';
import { type Fleet, troubleOf } from '../fleet/fleet.ts';
import type { Store } from '../fleet/store.ts';
import type { Task } from '../tasks.ts';
import type { NewNotice } from './notices.ts';

/** Looks again at VMs that were started: some run for a moment and die. It ends with the program. */
export interface SecondLook {
  /** A VM that a user turns off meanwhile is no failure of its start. */
  began(task: Task): void;
  ended(task: Task): void;
  stop(): void;
}

const LOOKS_AFTER_MS = 5_000;
const STARTS = ['vm.start', 'vm.restart'];
/** What may leave a VM off, or gone, as it was meant to. */
const MAY_TURN_OFF = new Set([
  ...['vm.stop', 'vm.kill', 'vm.restart', 'vm.suspend', 'vm.save', 'vm.restore', 'vm.delete', 'vm.shelve'],
  ...['vm.rescue', 'vm.unrescue', 'vm.rebuild', 'vm.edit', 'vm.revert-resize'],
]);

/** Reports each VM that a task has started, and that is off, has failed or is gone five seconds later. */
export function createSecondLook(
  { fleet }: Pick<Store, 'fleet'>,
  clock: Clock,
  report: (notice: NewNotice) => void,
): SecondLook {
  /** How to forget each. */
  const waiting = new Map<string, () => void>();

  const callOff = (id: string) => {
    waiting.get(id)?.();
    waiting.delete(id);
  };
  const look = (id: VmId, name: string, startedAt: number) => {
    waiting.delete(id);
    const now = fleet.movedTo(id) ?? id;
    const why = whyDown(now, fleet, startedAt);
    if (why === undefined) return;
    const seconds = LOOKS_AFTER_MS / 1_000;
    // The end of what was begun, which no return takes back.
    report({
      kind: 'task-failed',
      subject: now,
      name,
      text: `${name} was started, and went down within ${seconds} s${why}`,
    });
  };

  return {
    began({ action, items }) {
      if (MAY_TURN_OFF.has(action)) for (const { id } of items) callOff(id);
    },
    ended({ action, items, startedAt }) {
      if (!STARTS.includes(action)) return;
      for (const { id, name, state } of items) {
        if (state !== 'done') continue;
        callOff(id);
        waiting.set(
          id,
          clock.after(LOOKS_AFTER_MS, () => look(id as VmId, name, startedAt)),
        );
      }
    },
    stop() {
      for (const forget of waiting.values()) forget();
    },
  };
}

/** What is known of why it is off; undefined for one that is on, and where its endpoint does not say. */
function whyDown(id: VmId, { vms, endpoints, events }: Fleet, since: number): string | undefined {
  if (endpoints.get(endpointOf(id))?.phase !== 'up') return undefined;
  const vm = vms.get(id);
  if (vm && vm.state !== 'stopped' && vm.state !== 'crashed' && vm.state !== 'error') return undefined;
  const event = events.findLast(({ subject, at }) => subject === id && at >= since)?.text;
  const why = vm?.trouble?.message ?? event ?? (vm && troubleOf(vm));
  return why === undefined ? '' : `: ${why}`;
}
