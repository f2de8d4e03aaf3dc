import type { VmAction } from '../../actions/action.ts';
import { taskFor } from '../../actions/perform.ts';
import type { VmId } from '../../ids.ts';
import type { Settings } from '../../platforms/contract.ts';
import { placeOf } from '../../state/fleet.ts';
import type { Task } from '../../state/tasks.ts';
import { rowKey } from '../../state/tree.ts';
import { confirmLosses } from '../dialogs/destroy.tsx';
import type { FleetState } from '../fleet/fleet-state.ts';
import type { Stage } from '../stage.ts';
import { whyNotVm } from './why-not-now.ts';

/**
 * Runs verbs on VMs from the keyboard: asks as the danger demands, by a plan for more than one and for one out of sight; starts the task, and tells
 * how it ended. Marks of what is done or was left out are taken away, those of what failed stay for another try.
 */
export interface VmRunner {
  run(action: VmAction, ids: readonly VmId[]): Promise<void>;
  /** The items of a task that did not work, once more; asks again, since what is lost may be something else by now. */
  again(task: Task): Promise<void>;
}

export function createVmRunner(stage: Stage, { view, tree }: FleetState): VmRunner {
  const { services, message } = stage;
  const { fleet } = services.store;
  const actionOf = new Map<number, VmAction>();

  const start = (action: VmAction, ids: readonly VmId[], asked: readonly VmId[], args: Settings) => {
    const task = taskFor(action, ids, args, services);
    const { id, ended } = services.tasks.run(task);
    actionOf.set(id, action);
    message.say(`${task.title}…`);
    void ended.then((done) => {
      const open = new Set(done.items.flatMap(({ id: item, state }) => (state === 'done' ? [] : [item])));
      view.unmark(asked.filter((one) => !open.has(one)));
      tell(stage, done);
    });
  };

  const placeOfId = (id: VmId): string => {
    const vm = fleet.vms.get(id);
    return vm ? placeOf(vm, fleet) : id;
  };

  const placeAndState = (id: VmId): string => `${placeOfId(id)} (${fleet.vms.get(id)?.state ?? 'gone'})`;

  /** Whether somebody who presses a key sees what it is for. A mark may be filtered or folded away, a branch holds anything. */
  const isSeen = (id: VmId): boolean => {
    const key = rowKey('vm', id);
    return view.current()?.key === key || (view.marks.has(id) && tree.indexOf(key) >= 0);
  };

  const run = async (action: VmAction, ids: readonly VmId[]) => {
    const refusals = ids.flatMap((id) => {
      const no = whyNotVm(action, id, services);
      return no === undefined ? [] : [{ id, no }];
    });
    const refused = new Set(refusals.map(({ id }) => id));
    const able = ids.filter((id) => !refused.has(id));
    const [first] = able;
    if (first === undefined) {
      const [refusal] = refusals;
      if (refusal) message.say(`${action.title}: ${refusal.no}`, 'warning');
      return;
    }
    const vm = fleet.vms.get(first);
    const args = (vm && action.preset?.(vm)) ?? {};
    const { title, danger } = action;
    const what = able.length === 1 ? placeOfId(first) : `${able.length} VMs`;
    const question = `${title} ${what}${refusals.length > 0 ? `, leave ${refusals.length} out` : ''}?`;
    const leavesOut = refusals.map(({ id, no }) => `${fleet.vms.get(id)?.name ?? id}: ${no}`);
    if (danger === 'destroys') {
      const notes = [...(able.length > 1 ? able.map(placeOfId) : []), ...leavesOut.map((left) => `not ${left}`)];
      const chosen = await confirmLosses(stage, action, able, question, notes);
      if (chosen) start(action, able, ids, chosen);
      return;
    }
    const agreed =
      ids.length > 1 || (danger === 'none' && !isSeen(first))
        ? await stage.dialogs.plan({ title, question, does: able.map(placeAndState), leavesOut })
        : danger === 'none' || (await stage.dialogs.confirm({ title, question }));
    if (agreed) start(action, able, ids, args);
  };

  return {
    run,
    async again(task) {
      const action = actionOf.get(task.id);
      const ids = task.items
        .filter(({ state }) => state === 'failed' || state === 'cancelled')
        .map(({ id }) => id as VmId);
      if (ids.length === 0) message.say('nothing of this task has failed, so there is nothing to try again', 'warning');
      else if (!action) message.say(`${task.title}: fill in its form again, that is how it is tried again`, 'warning');
      else await run(action, ids);
    },
  };
}

/** How a task ended, in the message line. */
function tell({ message, keymap }: Stage, task: Task): void {
  const [only, ...others] = task.items;
  if (only && others.length === 0) {
    if (only.state === 'done') message.say(only.text, 'good');
    else message.trouble(only.text, only.fix);
    return;
  }
  const count = (state: string) => task.items.filter((item) => item.state === state).length;
  const parts = (['done', 'failed', 'cancelled', 'unknown'] as const).flatMap((state) =>
    count(state) > 0 ? [`${count(state)} ${state}`] : [],
  );
  const text = `${task.title}: ${parts.join(', ')}`;
  if (task.state === 'done') message.say(text, 'good');
  else
    message.trouble(text, `${keymap.keysOf('view.tasks')[0] ?? 'the tasks view'} says why, f there tries these again`);
}
