import type { Action } from './action.ts';
import { endpointActions, endpointChanges, endpointForms } from './endpoint.ts';
import { nodeActions, nodeInfoAction, shellAction } from './node.ts';
import { poolActions, poolVariablesAction } from './pool.ts';
import { snapshotActions, snapshotListAction } from './snapshot.ts';
import { viewActions } from './view.ts';
import { consoleAction, consoleLogAction, editAction, vmActions } from './vm.ts';

/** Every verb of drover, in the order in which help and palette show them. */
export const actions: readonly Action[] = [
  ...vmActions,
  editAction,
  consoleAction,
  consoleLogAction,
  snapshotListAction,
  ...snapshotActions,
  shellAction,
  nodeInfoAction,
  ...nodeActions,
  ...poolActions,
  poolVariablesAction,
  ...endpointForms,
  ...endpointChanges,
  ...endpointActions,
  ...viewActions,
];
