import type { Clock } from '../../clock.ts';
import { endpointOf, type VmId } from '../../ids.ts';
import { type Fleet, troubleOf } from '../fleet/fleet.ts';
import type { Store } from '../fleet/store.ts';
import type { Task } from '../tasks.ts';
import type { NewNotice } from './notices.ts';

/** Looks again at VMs that were started: some run for a moment and die. It ends with the program. */
export interface SecondLook {
  /** What a user does to a VM meanwhile is not a failure of its start. */
  began(task: Task): void;
  ended(task: Task): void;
  stop(): void;
}

const LOOKS_AFTER_MS = 5_000;
const STARTS = ['vm.start', 'vm.restart'];

/** Reports each VM that a task has started, and that is off, has failed or is gone five seconds later. */
export function createSecondLook(
  { fleet }: Pick<Store, 'fleet'>,
  clock: Clock,
  report: (notice: NewNotice) => void,
): SecondLook {
  /** How to forget each. */
  const waiting = new Map<string, () => void>();

  const look = (id: VmId, name: string, startedAt: number) => {
    waiting.delete(id);
    const why = whyDown(id, fleet, startedAt);
    if (why === undefined) return;
    const seconds = LOOKS_AFTER_MS / 1_000;
    report({
      kind: 'vm-failed',
      subject: id,
      name,
      text: `${name} was started, and went down within ${seconds} s${why}`,
    });
  };

  return {
    began({ items }) {
      for (const { id } of items) {
        waiting.get(id)?.();
        waiting.delete(id);
      }
    },
    ended({ action, items, startedAt }) {
      if (!STARTS.includes(action)) return;
      for (const { id, name, state } of items)
        if (state === 'done')
          waiting.set(
            id,
            clock.after(LOOKS_AFTER_MS, () => look(id as VmId, name, startedAt)),
          );
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
  const told = events.findLast(({ subject, at }) => subject === id && at >= since)?.text;
  const why = vm?.trouble?.message ?? told ?? (vm && troubleOf(vm));
  return why === undefined ? '' : `: ${why}`;
}
