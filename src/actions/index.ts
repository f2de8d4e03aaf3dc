import type { Action } from './action.ts';
import { backupActions, backupListAction } from './backup.ts';
import { addressActions, addressListAction } from './cloud/address.ts';
import { balancerActions, balancerListAction } from './cloud/balancer.ts';
import { bucketActions, bucketListAction } from './cloud/bucket.ts';
import { fileActions, fileListAction } from './cloud/file.ts';
import { keyPairActions, keyPairListAction } from './cloud/key-pair.ts';
import { routerActions, routerListAction } from './cloud/router.ts';
import { securityActions, securityGroupListAction, securityRuleListAction } from './cloud/security-group.ts';
import { subnetActions, subnetListAction } from './cloud/subnet.ts';
import { zoneActions, zoneListAction } from './cloud/zone.ts';
import { detachDisksAction } from './detach-disks.ts';
import { diskActions, diskListAction } from './disk.ts';
import { dnsPointAction } from './dns-point.ts';
import { endpointActions, endpointChanges, endpointForms } from './endpoint.ts';
import { downloadAction, uploadAction } from './guest/copy-actions.ts';
import { sshAction } from './guest/ssh-action.ts';
import { flavorListAction, imageActions, imageListAction } from './image.ts';
import { migrateActions } from './migrate.ts';
import { dnsActions, dnsListAction, leaseActions, leaseListAction } from './names.ts';
import { networkActions, networkListAction } from './network.ts';
import { nicActions, nicListAction } from './nic.ts';
import { maintenanceActions } from './node/maintenance.ts';
import { nodeRunAction } from './node/run-action.ts';
import { browseAction, nodeActions, nodeInfoAction, shellAction } from './node.ts';
import { noteActions } from './note.ts';
import { poolActions, poolDefinitionsAction, poolVariablesAction } from './pool.ts';
import { snapshotActions, snapshotListAction } from './snapshot.ts';
import { storageActions, storageListAction, volumeActions, volumeListAction } from './storage.ts';
import { templateActions } from './template.ts';
import { transferActions } from './transfer.ts';
import { viewActions } from './view.ts';
import { viewAction } from './viewer/view-action.ts';
import {
  consoleAction,
  consoleLogAction,
  displayAction,
  editAction,
  historyAction,
  vmActions,
  vmMakers,
} from './vm.ts';
import { vmFileActions } from './vm-files.ts';
import { vmModeActions } from './vm-modes.ts';
import { volumeOfferActions } from './volume-offer.ts';
import { volumeSnapshotActions, volumeSnapshotListAction } from './volume-snapshot.ts';

/** Every verb of drover, in the order in which help and palette show them. */
export const actions: readonly Action[] = [
  ...vmMakers,
  ...vmActions,
  ...vmModeActions,
  editAction,
  consoleAction,
  displayAction,
  viewAction,
  sshAction,
  uploadAction,
  downloadAction,
  consoleLogAction,
  historyAction,
  ...migrateActions.filter(({ on }) => on === 'vm'),
  ...vmFileActions,
  snapshotListAction,
  ...snapshotActions,
  backupListAction,
  ...backupActions,
  diskListAction,
  ...diskActions,
  detachDisksAction,
  nicListAction,
  ...nicActions,
  networkListAction,
  ...networkActions,
  subnetListAction,
  ...subnetActions,
  routerListAction,
  ...routerActions,
  securityGroupListAction,
  securityRuleListAction,
  ...securityActions,
  keyPairListAction,
  ...keyPairActions,
  addressListAction,
  ...addressActions,
  bucketListAction,
  ...bucketActions,
  fileListAction,
  ...fileActions,
  leaseListAction,
  ...leaseActions,
  zoneListAction,
  ...zoneActions,
  dnsListAction,
  ...dnsActions,
  dnsPointAction,
  balancerListAction,
  ...balancerActions,
  storageListAction,
  ...storageActions,
  volumeListAction,
  ...volumeActions,
  ...volumeOfferActions,
  ...transferActions,
  volumeSnapshotListAction,
  ...volumeSnapshotActions,
  imageListAction,
  ...imageActions,
  flavorListAction,
  shellAction,
  nodeRunAction,
  nodeInfoAction,
  browseAction,
  ...maintenanceActions,
  ...migrateActions.filter(({ on }) => on === 'node'),
  ...nodeActions,
  ...noteActions,
  ...poolActions,
  poolVariablesAction,
  poolDefinitionsAction,
  ...endpointForms,
  ...endpointChanges,
  ...endpointActions,
  ...templateActions,
  ...viewActions,
];
