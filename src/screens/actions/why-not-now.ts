import type { Action } from '../../actions/action.ts';
import { whyNotOf, whyNotOfNode } from '../../actions/permitted.ts';
import type { Services } from '../../actions/services.ts';
import type { VmId } from '../../ids.ts';
import type { Row } from '../../state/query/tree.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { configSubject, endpointUnder, nodeUnder, vmUnder } from './subject.ts';
import { whyNoVm } from './why-no-vm.ts';

type OnVm = Parameters<typeof whyNotOf>[0];

/** This is asked for each key that is drawn, and marks may be many. */
const MOST_ASKED = 200;

/** Why an action can't run on what is selected now: a sentence for key bar, palette and message line. Cheap, and asks nobody. */
export function whyNotNow(action: Action, services: Services, state: FleetState): string | undefined {
  const row = state.view.current();
  const { fleet } = services.store;
  switch (action.kind) {
    case 'object': {
      // What destroys has to be pointed at; everything else is also for all below a branch, after a plan was shown.
      const isForAllBelow = row && row.kind !== 'endpoint' && action.danger !== 'destroys';
      const ids = state.targets();
      if (ids.length === 0) return isForAllBelow ? undefined : whyNoVm(services, state);
      return whyNone(action, ids, services);
    }
    case 'edit':
      return whyNotOne(action, services, state);
    case 'attach':
    case 'show': {
      if (action.on === 'vm') return whyNotOne(action, services, state);
      const node = nodeUnder(row, fleet);
      return node === undefined ? 'go to a node first' : whyNotOfNode(action, node, services);
    }
    case 'config': {
      if (!action.onExisting) return undefined;
      const found = configSubject(action, row, fleet);
      return 'no' in found ? found.no : undefined;
    }
    case 'form':
      return action.form === 'add' ? undefined : whyNoEndpoint(row);
    case 'endpoint':
      return whyNoEndpoint(row);
    case 'view':
      return undefined;
  }
}

const whyNoEndpoint = (row: Row | undefined): string | undefined =>
  endpointUnder(row) === undefined ? 'go to an endpoint, or to something below one, first' : undefined;

/** Why a verb for one VM can't run on the one that is meant. */
function whyNotOne(action: OnVm, services: Services, state: FleetState): string | undefined {
  const id = vmUnder(state);
  return id === undefined ? whyNoVm(services, state) : whyNotVm(action, id, services);
}

/** Why an action can't run on any of these: undefined when it can on one. Of the others the plan tells, before anything is done. */
function whyNone(action: OnVm, ids: readonly VmId[], services: Services): string | undefined {
  let first: string | undefined;
  for (const id of ids.slice(0, MOST_ASKED)) {
    const no = whyNotVm(action, id, services);
    if (no === undefined) return undefined;
    first ??= no;
  }
  return ids.length > MOST_ASKED ? undefined : first;
}

/** For one VM. */
export function whyNotVm(action: OnVm, id: VmId, services: Services): string | undefined {
  const vm = services.store.fleet.vms.get(id);
  if (!vm) return 'it is not there any more';
  return whyNotOf(action, vm, services);
}
