/** States of guests: the process, QEMU's run state (QMP query-status) and the lock of the configuration. */
import type { VmState } from '../contract.ts';

const STATUS: ReadonlyMap<string, VmState> = new Map<string, VmState>(
  Object.entries({
    running: 'running',
    stopped: 'stopped',
    paused: 'paused',
    suspended: 'suspended',
    prelaunch: 'starting',
    // The node is offline, or pvestatd on it hangs.
    unknown: 'unknown',
  }),
);

/** QEMU, qapi/run-state.json. Only said of a process that runs. */
const RUN_STATE: ReadonlyMap<string, VmState> = new Map<string, VmState>(
  Object.entries({
    running: 'running',
    paused: 'paused',
    prelaunch: 'starting',
    'restore-vm': 'starting',
    inmigrate: 'migrating',
    'finish-migrate': 'migrating',
    postmigrate: 'migrating',
    colo: 'running',
    'save-vm': 'paused',
    debug: 'paused',
    watchdog: 'paused',
    'io-error': 'error',
    'internal-error': 'error',
    'guest-panicked': 'crashed',
    suspended: 'suspended',
    shutdown: 'stopping',
  }),
);

/** Locks that are states; the others (backup, snapshot, clone, …) leave it as it is. */
const LOCK: ReadonlyMap<string, VmState> = new Map<string, VmState>(
  Object.entries({
    migrate: 'migrating',
    suspending: 'stopping',
    suspended: 'suspended',
  }),
);

export interface RawState {
  readonly status: string;
  readonly runState: string | undefined;
  readonly lock: string | undefined;
}

export function stateOf({ status, runState, lock }: RawState): { readonly state: VmState; readonly rawState: string } {
  const alive = status === 'running' && runState !== undefined;
  const word = alive ? runState : status;
  const state = (alive ? RUN_STATE : STATUS).get(word) ?? 'unknown';
  const locked = lock === undefined ? undefined : LOCK.get(lock);
  // Suspended to disk is a stopped process with a lock; while it still runs the process tells the truth.
  const held = locked === 'suspended' && status === 'running' ? undefined : locked;
  return { state: held ?? state, rawState: lock === undefined ? word : `${word} (${lock})` };
}
