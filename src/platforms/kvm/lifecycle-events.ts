/** Lifecycle events of libvirt-domain.h in words: (event, detail). */
const EVENTS: readonly (readonly [string, readonly string[]])[] = [
  ['Defined', ['added', 'changed', 'renamed', 'from a snapshot']],
  ['Undefined', ['removed', 'renamed']],
  ['Started', ['booted', 'migrated', 'restored', 'from a snapshot', 'woken up']],
  [
    'Paused',
    [
      'by somebody',
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
  ['Resumed', ['by somebody', 'migrated', 'from a snapshot', 'post-copy', 'post-copy failed']],
  ['Stopped', ['shut down', 'forced off', 'crashed', 'migrated away', 'saved', 'failed', 'from a snapshot']],
  ['Shut down', ['finished', 'by the guest', 'by the host']],
  ['Suspended by the guest', ['to memory', 'to disk']],
  ['Crashed', ['panicked', 'crash kernel loaded']],
];

export function lifecycleText(event: number, detail: number): string {
  const [word, details] = EVENTS[event] ?? [`Event ${event}`, []];
  return `${word} (${details[detail] ?? detail})`;
}
