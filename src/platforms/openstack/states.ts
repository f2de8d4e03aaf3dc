/**
 * States of servers. Nova tells three words: `vm_state`, where it stands; `task_state`, what is being done to it; and
 * `status`, which is made of both (nova/objects/fields.py InstanceState and InstanceTaskState, api/openstack/common.py).
 */
import type { VmState } from '../contract.ts';

const table = (states: Readonly<Record<string, VmState>>): ReadonlyMap<string, VmState> =>
  new Map(Object.entries(states));

const VM_STATE = table({
  active: 'running',
  building: 'starting',
  paused: 'paused',
  suspended: 'suspended',
  stopped: 'stopped',
  // A rescue image runs in its place.
  rescued: 'running',
  // Runs, and waits for a word whether its new size is right.
  resized: 'running',
  'soft-delete': 'stopped',
  deleted: 'stopped',
  error: 'error',
  // Off, and its disk is an image now.
  shelved: 'stopped',
  shelved_offloaded: 'stopped',
});

/** Tasks that change the state; under the others of nova's list it stays what it is. */
const TASK_STATE = table({
  scheduling: 'starting',
  block_device_mapping: 'starting',
  networking: 'starting',
  spawning: 'starting',
  resize_prep: 'migrating',
  resize_migrating: 'migrating',
  resize_migrated: 'migrating',
  resize_finish: 'migrating',
  resize_reverting: 'migrating',
  rebooting: 'starting',
  reboot_pending: 'starting',
  reboot_started: 'starting',
  rebooting_hard: 'starting',
  reboot_pending_hard: 'starting',
  reboot_started_hard: 'starting',
  suspending: 'stopping',
  resuming: 'starting',
  'powering-off': 'stopping',
  'powering-on': 'starting',
  rescuing: 'starting',
  unrescuing: 'starting',
  rebuilding: 'starting',
  rebuild_block_device_mapping: 'starting',
  rebuild_spawning: 'starting',
  migrating: 'migrating',
  deleting: 'stopping',
  'soft-deleting': 'stopping',
  restoring: 'starting',
  shelving: 'stopping',
  shelving_image_pending_upload: 'stopping',
  shelving_image_uploading: 'stopping',
  unshelving: 'starting',
});

/** Tasks under which it stays what it is. Here so that a word that nova has new is noticed. */
export const QUIET_TASKS: ReadonlySet<string> = new Set([
  'image_snapshot',
  'image_snapshot_pending',
  'image_pending_upload',
  'image_uploading',
  'image_backup',
  'updating_password',
  'resize_confirming',
  'pausing',
  'unpausing',
  'shelving_offloading',
]);

/** For servers of a cell that does not answer, and where policy hides the rest: the status alone. */
const STATUS = table({
  ACTIVE: 'running',
  BUILD: 'starting',
  REBOOT: 'starting',
  HARD_REBOOT: 'starting',
  PASSWORD: 'running',
  REBUILD: 'starting',
  MIGRATING: 'migrating',
  RESIZE: 'migrating',
  SHUTOFF: 'stopped',
  VERIFY_RESIZE: 'running',
  REVERT_RESIZE: 'migrating',
  PAUSED: 'paused',
  SUSPENDED: 'suspended',
  RESCUE: 'running',
  ERROR: 'error',
  DELETED: 'stopped',
  SOFT_DELETED: 'stopped',
  SHELVED: 'stopped',
  SHELVED_OFFLOADED: 'stopped',
  UNKNOWN: 'unknown',
});

/** nova/compute/power_state.py. */
const POWER = { shutdown: 4, crashed: 6 } as const;

export interface RawState {
  readonly status: string;
  readonly vmState: string | undefined;
  readonly taskState: string | undefined;
  readonly powerState: number | undefined;
}

export function stateOf(raw: RawState): { readonly state: VmState; readonly rawState: string } {
  const { status, taskState } = raw;
  const rawState = taskState === undefined ? status : `${status} (${taskState})`;
  return { state: (taskState === undefined ? undefined : TASK_STATE.get(taskState)) ?? atRest(raw), rawState };
}

function atRest({ status, vmState, powerState }: RawState): VmState {
  const state = vmState === undefined ? STATUS.get(status) : VM_STATE.get(vmState);
  if (vmState === 'resized' && powerState === POWER.shutdown) return 'stopped';
  if (vmState === 'active' && powerState === POWER.crashed) return 'crashed';
  return state ?? 'unknown';
}

/** Whether nova counts it as gone: it is told once more, by those who ask for changes. */
export const isGone = ({ status, vmState }: RawState): boolean =>
  vmState === 'deleted' || vmState === 'soft-delete' || status === 'DELETED' || status === 'SOFT_DELETED';
