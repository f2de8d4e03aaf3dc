/** What was made on the way to a new VM, and how it goes again: by drover, and by hand. */
import { FleetError } from '../../../errors.ts';
import { type Made, shellWord } from '../../lib/take-back.ts';
import { isGone } from '../properties.ts';
import { type MoRef, nothing } from '../soap/envelope.ts';
import { runTask } from '../task-end.ts';
import type { VmCalls } from '../vm-call.ts';

/** A VM with all its files, by its name until it is known what the server calls it. */
export function vmMade(calls: VmCalls, name: string, ref?: MoRef): Made {
  const which = ref === undefined ? `-vm ${shellWord(name)}` : `-vm VirtualMachine:${ref.value}`;
  return {
    what: ref === undefined ? `the VM ${name}` : `the VM ${name} (${ref.value})`,
    command: `govc vm.destroy ${which}`,
    async undo() {
      if (ref === undefined) throw new FleetError('op.failed', 'it is not known what the server calls it');
      // the caller may have given up: what was made goes all the same
      const { signal } = new AbortController();
      try {
        await stop(calls, ref, name, signal);
        await runTask(calls, { target: ref, method: 'Destroy_Task', args: nothing, subject: name, signal });
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    },
  };
}

/** One that was started already; of one that is off the server says no, and its deletion will say what else is wrong. */
const stop = (calls: VmCalls, target: MoRef, subject: string, signal: AbortSignal): Promise<unknown> =>
  runTask(calls, { target, method: 'PowerOffVM_Task', args: nothing, subject, signal }).catch(() => undefined);
