import type { Action } from '../../actions/action.ts';
import { whyNotOf, whyNotOfNode } from '../../actions/permitted.ts';
import type { Services } from '../../actions/services.ts';
import type { VmId } from '../../ids.ts';
import type { Vm } from '../../platforms/contract.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { configSubject, endpointUnder, nodeUnder, vmUnder } from './subject.ts';
import { whyNoVm } from './why-no-vm.ts';

/** This is asked for each key that is drawn, and marks may be many. */
const MOST_ASKED = 200;

/** Why an action can't run on what is selected now: a sentence for key bar, palette and message line. Cheap, and asks nobody. */
export function whyNotNow(action: Action, services: Services, state: FleetState): string | undefined {
  const row = state.view.current();
  const { fleet } = services.store;
  if ('fits' in action) {
    const one = 'send' in action ? undefined : vmUnder(state);
    const ids = one === undefined ? state.targets() : [one];
    // What destroys has to be pointed at; everything else is also for all below a branch, after a plan was shown.
    const isForAllBelow = row && row.kind !== 'endpoint' && 'send' in action && action.danger !== 'destroys';
    if (ids.length === 0) return isForAllBelow ? undefined : whyNoVm(services, state);
    let first: string | undefined;
    for (const id of ids.slice(0, MOST_ASKED)) {
      const no = whyNotVm(action, id, services);
      if (no === undefined) return undefined;
      first ??= no;
    }
    // Of the others the plan tells, before anything is done.
    return ids.length > MOST_ASKED ? undefined : first;
  }
  if ('attaches' in action || 'shows' in action) {
    const node = nodeUnder(row, fleet);
    if (node === undefined) return 'go to a node first';
    return whyNotOfNode(action, node, services);
  }
  if ('change' in action && action.onExisting) {
    const found = configSubject(action, row, fleet);
    return 'no' in found ? found.no : undefined;
  }
  if ('run' in action || ('form' in action && action.form === 'edit')) {
    return endpointUnder(row) === undefined ? 'go to an endpoint, or to something below one, first' : undefined;
  }
  return undefined;
}

/** For one VM. */
export function whyNotVm(
  action: Extract<Action, { fits: (vm: Vm) => true | string }>,
  id: VmId,
  services: Services,
): string | undefined {
  const vm = services.store.fleet.vms.get(id);
  if (!vm) return 'it is not there any more';
  return whyNotOf(action, vm, services);
}
