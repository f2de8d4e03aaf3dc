import type { Action, ViewAction } from '../../actions/action.ts';
import { shownOf } from '../../actions/target.ts';
import { rowKey } from '../../state/query/tree.ts';
import { deadline } from '../deadline.ts';
import type { DetailsView } from '../details/details-view.ts';
import { createAsk } from '../dialogs/ask.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { addEndpoint, editEndpoint } from '../forms/endpoint-dialog.ts';
import { openSettings } from '../forms/settings-dialog.ts';
import type { Stage } from '../stage.ts';
import { attachNode, attachVm } from './run-attach.ts';
import { runConfig } from './run-config.ts';
import type { VmRunner } from './run-vm.ts';
import { branchName, endpointUnder, nodeUnder, vmUnder } from './subject.ts';
import { whyNoVm } from './why-no-vm.ts';
import { whyNotNow } from './why-not-now.ts';

/** Sessions try for ever; whoever pressed a key wants an answer. */
const CONNECT_MS = 45_000;

/** Runs any action that is not the screen's own, on what is selected now. Whatever goes wrong is told in the message line. */
export function createRunner(
  stage: Stage,
  state: FleetState,
  vms: VmRunner,
  details: DetailsView,
): (action: Exclude<Action, ViewAction>) => void {
  return (action) => {
    const no = whyNotNow(action, stage.services, state);
    if (no !== undefined) {
      stage.message.say(`${action.title}: ${no}`, 'warning');
      return;
    }
    run(action).catch(stage.message.fail);
  };

  async function run(action: Exclude<Action, ViewAction>): Promise<void> {
    const row = state.view.current();
    const first = vmUnder(state);
    if ('send' in action) {
      const chosen = state.targets().flatMap((id) => state.marked(id) ?? shownOf(id, stage.services) ?? []);
      if (chosen.length > 0) return vms.run(action, chosen);
      const below = state.below().flatMap((id) => shownOf(id, stage.services) ?? []);
      if (below.length > 0) return vms.run(action, below, branchName(row, stage.services.store.fleet));
      return stage.message.say(`${action.title}: ${whyNoVm(stage.services, state)}`, 'warning');
    }
    if ('edits' in action) return first === undefined ? undefined : openSettings(stage, action, first);
    if ('attaches' in action) {
      if (action.noun === 'vm') return first === undefined ? undefined : attachVm(stage, action, first);
      const node = nodeUnder(row, stage.services.store.fleet);
      return node === undefined ? undefined : attachNode(stage, action, node);
    }
    if ('shows' in action && action.noun === 'vm') {
      if (first === undefined) return;
      state.reveal(rowKey('vm', first));
      details.turnTo('Console');
      state.pane = 'details';
      return stage.changed();
    }
    if ('shows' in action) {
      const node = nodeUnder(row, stage.services.store.fleet);
      if (node !== undefined && state.view.toKey(`node ${node}`)) state.pane = 'details';
      return stage.changed();
    }
    if ('change' in action) return runConfig(stage, state, action);
    if ('form' in action && action.form === 'add') return addEndpoint(stage);
    const endpoint = endpointUnder(row);
    if (endpoint === undefined) return;
    if ('form' in action) return editEndpoint(stage, endpoint);
    stage.message.say(`${action.title}: ${endpoint}…`);
    const done = new AbortController();
    const late = `${endpoint} is not connected after ${CONNECT_MS / 1000} s; its row says why`;
    const signal = deadline(stage.services.clock, CONNECT_MS, late, done.signal);
    try {
      stage.message.say(await action.run(stage.services, endpoint, createAsk(stage), signal), 'good');
    } finally {
      done.abort();
    }
  }
}
