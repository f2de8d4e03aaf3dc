import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** Where and when a run was made; figures of two machines can't be compared. */
export interface Machine {
  readonly date: string;
  readonly cores: number;
  readonly model: string;
  readonly memoryGib: number;
  readonly kernel: string;
  readonly node: string;
  /** At the start: what else ran. */
  readonly load: number;
  /** `real-time` when the run was started by `chrt -f`: then other work does not disturb it. */
  readonly scheduling: 'normal' | 'real-time';
}

/** What was measured, and where. */
export interface Part<F> {
  readonly machine: Machine;
  readonly figures: F;
}

/** proc(5): the 41st field of stat is the scheduling policy, 1 and 2 are the real-time ones. */
function scheduling(): Machine['scheduling'] {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ['1', '2'].includes(fields[38] ?? '') ? 'real-time' : 'normal';
}

export const thisMachine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  cores: availableParallelism(),
  model: cpus()[0]?.model ?? 'unknown',
  memoryGib: Math.round(totalmem() / 1024 ** 3),
  kernel: release(),
  node: process.version,
  load: Number((loadavg()[0] ?? 0).toFixed(1)),
  scheduling: scheduling(),
});
