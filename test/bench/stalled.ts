import { setTimeout as pause } from 'node:timers/promises';
import { type Figures, figuresOf } from './figures.ts';
import { openProbed, type Probed } from './probed.ts';
import { usageOf } from './usage.ts';

/** A terminal that nobody reads for a while, as behind a link that stalls, while keys come ten times a second. */
export interface StalledFigures {
  readonly seconds: number;
  /** The longest time that the program's event loop did nothing, of each turn; ms. */
  readonly longestStop: Figures;
  /** What the program holds more at the end than before; bytes. */
  readonly growth: Figures;
  /** When somebody reads again: bytes until the screen is right, and ms. */
  readonly bytesAfter: Figures;
  readonly catchUp: Figures;
}

const STALL_MS = 3_000;
const KEY_MS = 100;
const KEYS = STALL_MS / KEY_MS;
const TURNS = 5;

export async function measureStalled(program: string): Promise<StalledFigures> {
  const probed = await openProbed(program, 10_000);
  try {
    const turns: (readonly number[])[] = [];
    for (let turn = 0; turn < TURNS; turn++) turns.push(await stall(probed));
    const of = (which: number) => figuresOf(turns.map((figures) => figures[which] ?? Number.NaN));
    return { seconds: STALL_MS / 1000, longestStop: of(0), growth: of(1), bytesAfter: of(2), catchUp: of(3) };
  } finally {
    await probed.close();
  }
}

async function stall({ terminal, seen }: Probed): Promise<readonly number[]> {
  await seen();
  const before = usageOf(terminal.pid).memory;
  terminal.stall();
  for (let key = 0; key < KEYS; key++) {
    terminal.type('j');
    await pause(KEY_MS);
  }
  const growth = usageOf(terminal.pid).memory - before;
  const { longestStop } = await seen();
  const first = terminal.chunks.length;
  const goesOnAt = performance.now();
  terminal.unstall();
  await terminal.next();
  await terminal.quiet(200);
  const came = terminal.chunks.slice(first);
  const bytes = came.reduce((sum, chunk) => sum + chunk.bytes, 0);
  return [longestStop, growth, bytes, (came.at(-1)?.at ?? Number.NaN) - goesOnAt];
}
