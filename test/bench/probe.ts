/**
 * Loaded into the program by `--import`: on SIGUSR2 it writes what it saw since the last time to the file that
 * DROVER_BENCH_PROBE names. DROVER_BENCH_WORDS are words that a frame may have.
 */
import fs from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Seen } from './probed.ts';

const EVERY_MS = 1;
const delays = monitorEventLoopDelay({ resolution: EVERY_MS });
let keys: number[] = [];
let typedAt: number | undefined;
const words = process.env['DROVER_BENCH_WORDS'];
let answers: number[] = [];
let askedAt: number | undefined;

const { stdin } = process;
const emit = stdin.emit.bind(stdin);
stdin.emit = (event: string | symbol, ...rest: unknown[]) => {
  if (event === 'data') typedAt ??= performance.now();
  if (event === 'data') askedAt = performance.now();
  return emit(event, ...rest);
};

// Whoever imports the name afterwards gets this one; the program writes frames with nothing else.
const write = fs.writeSync as (...given: unknown[]) => number;
Object.assign(fs, {
  writeSync(...given: unknown[]): number {
    const written = write(...given);
    if (typedAt !== undefined) keys.push(performance.now() - typedAt);
    typedAt = undefined;
    if (words !== undefined && askedAt !== undefined && Buffer.from(given[1] as Uint8Array).includes(words)) {
      answers.push(performance.now() - askedAt);
      askedAt = undefined;
    }
    return written;
  },
});

process.on('SIGUSR2', () => {
  const seen: Seen = { longestStop: delays.max / 1e6 - EVERY_MS, keys, answers };
  fs.writeFileSync(process.env['DROVER_BENCH_PROBE'] ?? '', `${JSON.stringify(seen)}\n`);
  delays.reset();
  [keys, answers] = [[], []];
});
delays.enable();
