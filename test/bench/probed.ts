import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openTimed, type TimedTerminal } from './timed-terminal.ts';

/** What the probe saw inside the program; ms. */
export interface Seen {
  /** The longest time that its event loop did nothing. */
  readonly longestStop: number;
  /** From each key that was read to the frame that was written. */
  readonly keys: readonly number[];
  /** From a key that was read to the frame with the words that were waited for. */
  readonly answers: readonly number[];
}

export interface Probed {
  readonly terminal: TimedTerminal;
  /** Since it was asked last. */
  seen(): Promise<Seen>;
  close(): Promise<void>;
}

const PROBE = fileURLToPath(new URL('./probe.ts', import.meta.url));
const ANSWERS_MS = 5_000;
/** By then everything is loaded that is loaded behind the first frame. */
const SETTLE_MS = 5_000;

/** A probe whose file is in this folder: what the program needs in its environment, and how it is asked. */
export function probeIn(folder: string) {
  const file = join(folder, 'seen.json');
  return {
    env: { NODE_OPTIONS: `--import=${PROBE}`, DROVER_BENCH_PROBE: file },
    async seen(pid: number): Promise<Seen> {
      await rm(file, { force: true });
      process.kill(pid, 'SIGUSR2');
      for (const until = performance.now() + ANSWERS_MS; performance.now() < until; await pause(20)) {
        const text = await readFile(file, 'utf8').catch(() => '');
        if (text.endsWith('\n')) return JSON.parse(text) as Seen;
      }
      throw new Error('the probe does not answer');
    },
  };
}

/**
 * The program over so many simulated VMs, with the probe inside; 120x40, whatever greets is gone. `shown` is called with when
 * rows with metrics were there first.
 */
export async function openProbed(program: string, vms: number, shown?: (at: number) => void): Promise<Probed> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-bench-'));
  const probe = probeIn(folder);
  const terminal = openTimed([program, `--demo=${vms}`], { columns: 120, rows: 40, env: probe.env });
  const seen = () => probe.seen(terminal.pid);

  shown?.(await terminal.when((screen) => /● running .*\d+%/.test(screen)));
  await pause(SETTLE_MS);
  terminal.type('\x1b');
  await pause(500);
  await seen();
  return {
    terminal,
    seen,
    async close() {
      terminal.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
