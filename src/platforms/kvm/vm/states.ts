/** libvirt's domain states and reasons (include/libvirt/libvirt-domain.h), as ours and as virsh's words. */
import type { VmState } from '../../contract.ts';

const STATES: Readonly<Record<number, readonly [VmState, string]>> = {
  0: ['unknown', 'no state'],
  1: ['running', 'running'],
  2: ['running', 'idle'],
  3: ['paused', 'paused'],
  4: ['stopping', 'in shutdown'],
  5: ['stopped', 'shut off'],
  6: ['crashed', 'crashed'],
  7: ['suspended', 'pmsuspended'],
};

export const DOMAIN = {
  running: 1,
  blocked: 2,
  paused: 3,
  shuttingDown: 4,
  shutOff: 5,
  crashed: 6,
  suspended: 7,
} as const;

const MIGRATING = 2;

/** Reasons that change what the state means, or that people want to know: (state, reason) -> word and state. */
const REASONS: Readonly<Record<string, readonly [VmState, string]>> = {
  '1.10': ['migrating', 'post-copy migration'],
  '3.2': ['migrating', 'migrating'],
  '3.3': ['paused', 'saving'],
  '3.4': ['paused', 'dumping'],
  '3.5': ['paused', 'I/O error'],
  '3.6': ['paused', 'watchdog'],
  '3.9': ['paused', 'taking a snapshot'],
  '3.10': ['crashed', 'guest crashed'],
  '3.11': ['starting', 'starting up'],
  '3.12': ['migrating', 'post-copy migration'],
  '3.13': ['error', 'post-copy migration failed'],
  '5.3': ['crashed', 'crashed'],
  '5.4': ['stopped', 'migrated'],
  '5.6': ['stopped', 'failed to start'],
  '6.1': ['crashed', 'panicked'],
};

export interface StateWords {
  readonly state: VmState;
  readonly rawState: string;
}

/** `saved`: its memory lies on the host's disk, and its next start goes on from there. `idle`: libvirt does nothing with it. */
export function stateOf(state: number, reason: number, saved = false, idle = false): StateWords {
  if (idle && state === DOMAIN.paused && reason === MIGRATING)
    return { state: 'paused', rawState: 'paused (restored)' };
  if (saved && state === DOMAIN.shutOff) return { state: 'suspended', rawState: 'shut off (saved)' };
  const [plain, word] = STATES[state] ?? ['unknown', `state ${state}`];
  const special = REASONS[`${state}.${reason}`];
  return special ? { state: special[0], rawState: `${word} (${special[1]})` } : { state: plain, rawState: word };
}
