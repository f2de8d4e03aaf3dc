/**
 * `node test/bench/old-new.ts OLD NEW [ROUNDS]`: two builds of drover (their bin/drover), alternately, over fleets of three
 * sizes. Prints for each figure the median of both, how far the new one is from the old one, and how far the old one's odd
 * rounds are from its even ones: what is below that is the machine.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { figuresOf } from './figures.ts';
import { holdKey } from './held-key.ts';
import { openProbed } from './probed.ts';
import { usageOf } from './usage.ts';

const SIZES = [1_000, 10_000, 100_000];
const KEYS = 40;
const IDLE_MS = 3_000;

/** One run. Times in ms, memory in MiB. */
interface Run {
  /** From the start of the process to rows with metrics. */
  readonly start: number;
  /** From reading a key to having written its frame. */
  readonly key: number;
  /** CPU time of a second without keys: the ticks. */
  readonly tick: number;
  readonly memory: number;
}
const FIGURES = ['start', 'key', 'tick', 'memory'] as const satisfies readonly (keyof Run)[];

async function measure(program: string, vms: number): Promise<Run> {
  const begun = performance.now();
  let shown = Number.NaN;
  const { terminal, seen, close } = await openProbed(program, vms, (at) => {
    shown = at;
  });
  try {
    await holdKey(terminal, 'j', KEYS / 2);
    await holdKey(terminal, 'k', KEYS / 2);
    const { keys } = await seen();
    const before = usageOf(terminal.pid);
    await pause(IDLE_MS);
    const after = usageOf(terminal.pid);
    return {
      start: shown - begun,
      key: figuresOf(keys).p50,
      tick: (after.cpuMs - before.cpuMs) / (IDLE_MS / 1_000),
      memory: after.memory / 1024 ** 2,
    };
  } finally {
    await close();
  }
}

const [old = '', fresh = '', rounds = '10'] = process.argv.slice(2);
const median = (runs: readonly Run[], figure: keyof Run) => figuresOf(runs.map((run) => run[figure])).p50;
const percent = (a: number, b: number) => `${(((b - a) / a) * 100).toFixed(1)} %`;

for (const vms of SIZES) {
  const runs = { old: [] as Run[], fresh: [] as Run[] };
  for (let round = 0; round < Number(rounds); round++) {
    runs.old.push(await measure(old, vms));
    runs.fresh.push(await measure(fresh, vms));
  }
  for (const figure of FIGURES) {
    const [before, now] = [median(runs.old, figure), median(runs.fresh, figure)];
    const odd = runs.old.filter((_run, at) => at % 2 === 1);
    const even = runs.old.filter((_run, at) => at % 2 === 0);
    const own = percent(median(even, figure), median(odd, figure));
    console.log(
      `${vms} VMs, ${figure}: old ${before.toFixed(1)}, new ${now.toFixed(1)}, ${percent(before, now)}; old against old ${own}`,
    );
  }
}
