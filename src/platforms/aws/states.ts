/** InstanceStateName and AvailabilityZoneState (EC2 API), as ours. */
import type { NodeState, VmState } from '../contract.ts';

const STATES: Readonly<Record<string, VmState>> = {
  pending: 'starting',
  running: 'running',
  stopping: 'stopping',
  stopped: 'stopped',
  'shutting-down': 'stopping',
  terminated: 'stopped',
};

/** Of a StateReason: the memory lies on the root volume. */
const HIBERNATED = 'Client.UserInitiatedHibernate';

export interface StateWords {
  readonly state: VmState;
  readonly rawState: string;
}

export function stateOf(word: string | undefined, reason: string | undefined): StateWords {
  if (word === 'stopped' && reason === HIBERNATED) return { state: 'suspended', rawState: 'stopped (hibernated)' };
  return { state: STATES[word ?? ''] ?? 'unknown', rawState: word ?? 'no state' };
}

/** An instance that was terminated is told for an hour more; it is gone all the same. */
export const isGone = (word: string | undefined): boolean => word === 'terminated';

/** It has to be looked at again: it is on its way from one state to another. */
export const isUnderWay = (state: VmState): boolean => state === 'starting' || state === 'stopping';

const ZONES: Readonly<Record<string, NodeState>> = {
  available: 'up',
  information: 'up',
  impaired: 'up',
  constrained: 'up',
  unavailable: 'down',
};

export const zoneStateOf = (word: string | undefined): NodeState => ZONES[word ?? ''] ?? 'unknown';
