import type { VmState } from '../../contract.ts';

/** Lifecycle events of libvirt-domain.h in words: (event, detail). */
const EVENTS: readonly (readonly [string, readonly string[]])[] = [
  ['Defined', ['added', 'changed', 'renamed', 'from a snapshot']],
  ['Undefined', ['removed', 'renamed']],
  ['Started', ['booted', 'migrated', 'restored', 'from a snapshot', 'woken up']],
  [
    'Paused',
    [
      'on request',
      'migrated',
      'I/O error',
      'watchdog',
      'restored',
      'from a snapshot',
      'failed operation',
      'post-copy',
      'post-copy failed',
    ],
  ],
  ['Resumed', ['on request', 'migrated', 'from a snapshot', 'post-copy', 'post-copy failed']],
  ['Stopped', ['shut down', 'forced off', 'crashed', 'migrated away', 'saved', 'failed', 'from a snapshot']],
  ['Shut down', ['finished', 'by the guest', 'by the host']],
  ['Suspended by the guest', ['to memory', 'to disk']],
  ['Crashed', ['panicked', 'crash kernel loaded']],
];

export function lifecycleText(event: number, detail: number): string {
  const [word, details] = EVENTS[event] ?? [`Event ${event}`, []];
  return `${word} (${details[detail] ?? detail})`;
}

/** Whether a guest was powered on: not restored from saved memory or a snapshot, and not migrated to this host. */
export const isPowerOn = (event: number, detail: number): boolean => event === 2 && detail === 0;

const UNPAUSED = lifecycleText(4, 0);

/**
 * Whether an event only repeats another one: libvirt makes a guest paused and resumes it, so that each start is
 * "Resumed" and "Started". `before`: the state of the guest as it was last read.
 */
export const isPartOfStart = (text: string, before: VmState | undefined): boolean =>
  text === UNPAUSED && before !== 'paused';
