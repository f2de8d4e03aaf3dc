import { formatBytes } from '../../units.ts';
import type { Foreground, Invocation } from './shell-host.ts';

const EVERY_MS = 1000;
const HOME_AND_CLEAR = '\u001b[H\u001b[2J';

const PROCESSES = [
  ['server', 0.62],
  ['worker', 0.21],
  ['journald', 0.06],
  ['sshd', 0.03],
  ['init', 0.01],
] as const;

/** A process list that refreshes itself every second until `q` or ctrl-c. */
export function runTop({ host, print }: Invocation): Foreground {
  let disarm = () => {};

  function draw() {
    const { cpu, memory } = host.load();
    const rows = PROCESSES.map(([name, share], index) =>
      [
        String(index * 137 + 1).padStart(6),
        `${(cpu * share * 100 * host.cpus).toFixed(1)}`.padStart(7),
        formatBytes(memory * share).padStart(6),
        ` ${name}`,
      ].join(''),
    );
    print(
      `${HOME_AND_CLEAR}${host.name}: ${host.cpus} CPUs, ${(cpu * 100).toFixed(1)}% busy, ` +
        `${formatBytes(memory)} of ${formatBytes(host.memory)} used\n\n   PID   %CPU   MEM COMMAND\n${rows.join('\n')}\n`,
    );
    disarm = host.clock.after(EVERY_MS, draw);
  }

  draw();
  return {
    key(key) {
      if (key !== 'q' && key !== '\u0003') return true;
      disarm();
      return false;
    },
    stop: () => disarm(),
  };
}
