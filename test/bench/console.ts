import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type Figures, figuresOf } from './figures.ts';
import { probeIn } from './probed.ts';
import { openTimed } from './timed-terminal.ts';

/** Consoles of the simulated fleet, whose answers take `roundTripMs`; ms from a key to what it brings to the screen. */
export interface ConsoleFigures {
  readonly roundTripMs: number;
  /** The first console, for which the model is loaded. */
  readonly first: number;
  /** From the key to what the guest wrote, less the round trip: 120x40, other consoles open. */
  readonly opened: Figures;
  /** The same in the program alone: from reading the key to having written that. Of measurements since it is known. */
  readonly inside?: Figures;
  /** Back to one that is open. */
  readonly again: Figures;
  /** A character that is typed, to its echo. */
  readonly typed: Figures;
}

const ROUND_TRIP_MS = 50;
const VMS = 80;
/** So that a single one that is late is not the 99th of a hundred. */
const TURNS = 60;
/** As long as a user takes at least between two keys that are not one. */
const pause = () => wait(200);
const DETACH = '\x1d';

export async function measureConsole(program: string): Promise<ConsoleFigures> {
  const home = await mkdtemp(join(tmpdir(), 'drover-bench-console-'));
  const config = join(home, 'config.yaml');
  const fields = `platform: fake, vms: ${VMS}, running: 100, seed: 1, latency: ${ROUND_TRIP_MS}, events-every: 0`;
  await writeFile(config, `endpoints:\n  demo: { ${fields} }\n`, { mode: 0o600 });
  const probe = probeIn(home);
  const env = { HOME: home, ...probe.env, DROVER_BENCH_WORDS: 'login: ' };
  const terminal = openTimed([program, '--config', config], { columns: 120, rows: 40, env });
  const timed = async (key: string, fits: (screen: string) => boolean): Promise<number> => {
    const seen = terminal.when(fits);
    const from = performance.now();
    terminal.type(key);
    return (await seen) - from;
  };
  try {
    await terminal.when((screen) => /● running .*\d+%/.test(screen));
    // Away with the greeting.
    await timed('g', (screen) => screen.includes('VMs running'));
    // Templates have no consoles.
    terminal.type('/state:running');
    await timed('\r', (screen) => screen.includes('filter: state:running') && !screen.includes('enter keep'));
    terminal.type('fg');
    const opened: number[] = [];
    const inside: number[] = [];
    const again: number[] = [];
    const typed: number[] = [];
    for (let turn = 0; turn <= TURNS; turn++) {
      terminal.type('j');
      await pause();
      opened.push(await timed('c', (screen) => /login: *$/m.test(screen) && screen.includes('ctrl-] detaches')));
      await pause();
      inside.push(...(await probe.seen(terminal.pid)).answers.slice(-1));
      const typedAt = await timed('a', (screen) => /login: a *$/m.test(screen));
      typed.push(typedAt);
      await timed(DETACH, (screen) => screen.includes('0 leads back'));
      again.push(await timed('0', (screen) => /login: a *$/m.test(screen)));
      await timed(DETACH, (screen) => screen.includes('0 leads back'));
    }
    const [first = Number.NaN, ...others] = opened;
    return {
      roundTripMs: ROUND_TRIP_MS,
      first: first - ROUND_TRIP_MS,
      opened: figuresOf(others.map((ms) => ms - ROUND_TRIP_MS)),
      inside: figuresOf(inside.slice(1).map((ms) => ms - ROUND_TRIP_MS)),
      again: figuresOf(again.slice(1)),
      typed: figuresOf(typed.slice(1)),
    };
  } finally {
    terminal.close();
    await terminal.exit;
    await rm(home, { recursive: true, force: true });
  }
}
