import type { Action } from './action.ts';
import { endpointActions, endpointChanges, endpointForms } from './endpoint.ts';
import { flavorListAction, imageActions, imageListAction } from './image.ts';
import { networkActions, networkListAction } from './network.ts';
import { nodeActions, nodeInfoAction, shellAction } from './node.ts';
import { poolActions, poolVariablesAction } from './pool.ts';
import { snapshotActions, snapshotListAction } from './snapshot.ts';
import { storageActions, storageListAction, volumeActions, volumeListAction } from './storage.ts';
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
  networkListAction,
  ...networkActions,
  storageListAction,
  ...storageActions,
  volumeListAction,
  ...volumeActions,
  imageListAction,
  ...imageActions,
  flavorListAction,
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
