/** VirtualMachinePowerState, VirtualMachineConnectionState, HostSystemConnectionState and running tasks, as ours. */
import type { NodeState, VmState } from '../contract.ts';

const POWER: Readonly<Record<string, VmState>> = {
  poweredOn: 'running',
  poweredOff: 'stopped',
  suspended: 'suspended',
};

/** What a running task makes of a VM, by the last part of its description id; others change nothing that a row shows. */
const UNDER_WAY: Readonly<Record<string, VmState>> = {
  powerOn: 'starting',
  powerOff: 'stopping',
  shutdownGuest: 'stopping',
  suspend: 'stopping',
  reset: 'starting',
  relocate: 'migrating',
  migrate: 'migrating',
};

export interface StateWords {
  readonly state: VmState;
  readonly rawState: string;
}

/**
 * `connection`: a VM that its host or datastore doesn't answer for keeps the power state that was known last, which is no
 * truth any more. `task`: what runs on it now.
 */
export function stateOf(
  power: string | undefined,
  connection: string | undefined,
  task: string | undefined,
): StateWords {
  const word = power ?? 'no power state';
  if (connection !== undefined && connection !== 'connected')
    return { state: 'unknown', rawState: `${word} (${connection})` };
  if (task === undefined) return { state: POWER[word] ?? 'unknown', rawState: word };
  return { state: UNDER_WAY[task] ?? POWER[word] ?? 'unknown', rawState: `${word} (${task})` };
}

/**
 * Epoch, ms: when a VM was powered on from off (vSphere Web Services API, VirtualMachineRuntimeInfo.bootTime); a resume after a
 * suspend leaves it as it was. Undefined unless a host answers for a VM that is on.
 */
export function bootTimeOf(
  power: string | undefined,
  connection: string | undefined,
  bootTime: string | undefined,
): number | undefined {
  if (power !== 'poweredOn' || (connection !== undefined && connection !== 'connected')) return undefined;
  const at = Date.parse(bootTime ?? '');
  return at > 0 ? at : undefined;
}

export function nodeStateOf(
  connection: string | undefined,
  power: string | undefined,
  maintenance: string | undefined,
): NodeState {
  if (power === 'poweredOff' || power === 'standBy') return 'down';
  if (connection === 'notResponding' || connection === 'disconnected') return 'down';
  if (connection !== 'connected') return 'unknown';
  return maintenance === 'true' ? 'maintenance' : 'up';
}
