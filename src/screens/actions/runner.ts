import type {
  Action,
  EndpointAction,
  MigrateAction,
  NodeAttachAction,
  NodeInfoAction,
  ObjectAction,
  ViewAction,
  VmAttachAction,
  VmShowAction,
} from '../../actions/action.ts';
import { type Shown, shownOf } from '../../actions/target.ts';
import type { OwnerId, VmId } from '../../ids.ts';
import type { ListedKind } from '../../platforms/contract.ts';
import { rowKey } from '../../state/query/tree.ts';
import { deadline } from '../deadline.ts';
import type { DetailsView } from '../details/details-view.ts';
import { createAsk } from '../dialogs/ask.ts';
import { browseFiles } from '../files/browse-files.ts';
import type { FleetState } from '../fleet/fleet-state.ts';
import { addEndpoint, editEndpoint } from '../forms/endpoint-dialog.ts';
import { openSettings } from '../forms/settings-dialog.ts';
import type { Stage } from '../stage.ts';
import type { Chooser } from './chooser.ts';
import { openDefinitions } from './definitions/open-definitions.ts';
import { attachNode, attachVm, type ConsoleWays } from './run-attach.ts';
import { runConfig } from './run-config.ts';
import { runMigration } from './run-migration.ts';
import type { ObjectRunner } from './run-object.ts';
import { branchName, endpointUnder, listedUnder, nodesUnder, nodeUnder, userPoolUnder, vmUnder } from './subject.ts';
import { runTemplate } from './templates/run-template.ts';
import { whyNoVm } from './why-no-vm.ts';
import { isOfOwners, whyNotNow } from './why-not-now.ts';

/** Sessions retry for ever; a user who pressed a key wants an answer. */
const CONNECT_MS = 45_000;

/** What a table is of stands in its title. */
const tableOwners = (under: readonly OwnerId[]): Chooser => ({
  isSeen: (id) => under.includes(id as OwnerId),
  unmark: () => {},
});

/** Runs any action that is not the screen's own, on what is selected now. Errors are shown in the message line. */
export function createRunner(
  stage: Stage,
  state: FleetState,
  objects: ObjectRunner,
  details: DetailsView,
  openTable: (kind: ListedKind, under: readonly OwnerId[]) => void,
  ways?: ConsoleWays,
): (action: Exclude<Action, ViewAction>) => void {
  const { view } = state;
  const vmsShown = (ids: readonly VmId[]) => ids.flatMap((id) => shownOf('vm', id, stage.services) ?? []);
  const tree: Chooser = {
    isSeen(id) {
      const key = rowKey('vm', id as VmId);
      return view.current()?.key === key || (view.marks.has(id as VmId) && state.tree.indexOf(key) >= 0);
    },
    unmark: (ids) => view.unmark(ids as readonly VmId[]),
  };
  return (action) => {
    const no = whyNotNow(action, stage.services, state);
    if (no !== undefined) {
      stage.message.say(`${action.title}: ${no}`, 'warning');
      return;
    }
    run(action).catch(stage.message.fail);
  };

  async function run(action: Exclude<Action, ViewAction>): Promise<void> {
    switch (action.kind) {
      case 'object':
        return runOnObjects(action);
      case 'list':
        return openTable(action.noun, listedUnder(action.on, state, stage.services.store.fleet));
      case 'migrate':
        return migrate(action);
      case 'edit': {
        const vm = vmUnder(state);
        return vm === undefined ? undefined : openSettings(stage, action, vm);
      }
      case 'attach':
        return attach(action);
      case 'browse': {
        const node = nodeUnder(state.view.current(), stage.services.store.fleet);
        return node === undefined ? undefined : browseFiles(stage, action, node);
      }
      case 'show':
        return show(action);
      case 'config':
        return runConfig(stage, state, action);
      case 'definitions':
        return openDefinitions(stage, state);
      case 'form': {
        if (action.form === 'add') return addEndpoint(stage, userPoolUnder(state.view.current()));
        const endpoint = endpointUnder(state.view.current());
        return endpoint === undefined ? undefined : editEndpoint(stage, endpoint);
      }
      case 'endpoint':
        return runOnEndpoint(action);
      case 'template':
        return runTemplate(stage, state, objects, action);
    }
  }

  /** In a table what is chosen there, or what its rows are under; in the tree what is marked, else the cursor's row. */
  async function runOnObjects(action: ObjectAction): Promise<void> {
    const front = state.front();
    if (front && action.on === front.kind) return objects.run(action, front.chosen(), front);
    if (front && isOfOwners(action, front, stage.services)) {
      const owners = await ownersFor(action, front.under);
      return owners && objects.run(action, owners, tableOwners(front.under));
    }
    if (action.on === 'endpoint') {
      const endpoint = endpointUnder(state.view.current());
      const shown = endpoint === undefined ? undefined : shownOf('endpoint', endpoint, stage.services);
      return shown && objects.run(action, [shown], tableOwners([shown.id as OwnerId]));
    }
    if (action.on === 'node') {
      const nodes = nodesUnder(state, stage.services.store.fleet);
      const shown = nodes.flatMap((id) => shownOf('node', id, stage.services) ?? []);
      return objects.run(action, shown, { isSeen: () => shown.length === 1, unmark: () => {} });
    }
    const chosen = state.targets().flatMap((id) => state.marked(id) ?? shownOf('vm', id, stage.services) ?? []);
    if (chosen.length > 0) return objects.run(action, chosen, tree);
    const below = vmsShown(state.below());
    const branch = branchName(state.view.current(), stage.services.store.fleet);
    if (below.length > 0) return objects.run(action, below, tree, branch);
    stage.message.say(`${action.title}: ${whyNoVm(stage.services, state)}`, 'warning');
  }

  /** VMs that are marked or under the cursor, else all below it; of a node all that it has. */
  async function migrate(action: MigrateAction): Promise<void> {
    const { fleet } = stage.services.store;
    if (action.on === 'vm') {
      const chosen = state.targets().flatMap((id) => state.marked(id) ?? shownOf('vm', id, stage.services) ?? []);
      return runMigration(stage, action, chosen.length > 0 ? chosen : vmsShown(state.below()), tree);
    }
    const node = nodeUnder(state.view.current(), fleet);
    return node === undefined ? undefined : runMigration(stage, action, vmsShown(fleet.vmsBelow(node)), tree);
  }

  /** A snapshot is taken of every VM that the table is of; what is made on an endpoint is made on one. */
  async function ownersFor(action: ObjectAction, under: readonly OwnerId[]): Promise<readonly Shown[] | undefined> {
    const shown = under.flatMap((id) => shownOf(action.on, id, stage.services) ?? []);
    if (action.on !== 'endpoint' || shown.length < 2) return shown;
    const one = await stage.dialogs.pick({
      title: `${action.title} on`,
      choices: () => shown.map((each) => ({ label: each.name, value: each })),
    });
    return one && [one];
  }

  async function attach(action: VmAttachAction | NodeAttachAction): Promise<void> {
    if (action.on === 'vm') {
      const vm = vmUnder(state);
      return vm === undefined ? undefined : attachVm(stage, action, vm, ways);
    }
    const node = nodeUnder(state.view.current(), stage.services.store.fleet);
    return node === undefined ? undefined : attachNode(stage, action, node, ways);
  }

  function show(action: VmShowAction | NodeInfoAction): void {
    if (action.on === 'vm') {
      const vm = vmUnder(state);
      if (vm === undefined) return;
      state.reveal(rowKey('vm', vm));
      details.turnTo(action.tab);
      state.pane = 'details';
    } else {
      const node = nodeUnder(state.view.current(), stage.services.store.fleet);
      if (node !== undefined && state.view.toKey(`node ${node}`)) state.pane = 'details';
    }
    stage.changed();
  }

  async function runOnEndpoint(action: EndpointAction): Promise<void> {
    const endpoint = endpointUnder(state.view.current());
    if (endpoint === undefined) return;
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
