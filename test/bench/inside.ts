import { setTimeout as pause } from 'node:timers/promises';
import { type Figures, figuresOf } from './figures.ts';
import { holdKey } from './held-key.ts';
import { openProbed } from './probed.ts';

/** What happens in the program itself, over a fleet of this size; ms. */
export interface InsideFigures {
  readonly vms: number;
  /** From reading a key to having written its frame. */
  readonly move: Figures;
  readonly scroll: Figures;
  /** The longest time without a turn of the event loop: while nobody does anything, and while a filter is typed. */
  readonly longestStopIdle: number;
  readonly longestStopFiltering: number;
}

const SIZES = [1_000, 10_000, 100_000];
const KEYS = 200;
const IDLE_MS = 10_000;
const FILTER = 'cpu>30 state:running name:a';
const TYPING_MS = 120;

export async function measureInside(program: string): Promise<readonly InsideFigures[]> {
  const sizes: InsideFigures[] = [];
  for (const vms of SIZES) sizes.push(await measureSize(program, vms));
  return sizes;
}

async function measureSize(program: string, vms: number): Promise<InsideFigures> {
  const { terminal, seen, close } = await openProbed(program, vms);
  try {
    await pause(IDLE_MS);
    const { longestStop: longestStopIdle } = await seen();

    for (let there = 0; there < KEYS / 20; there++) {
      await holdKey(terminal, 'j', 10);
      await holdKey(terminal, 'k', 10);
    }
    const { keys: moves } = await seen();
    terminal.type('j'.repeat(40));
    await pause(500);
    await seen();
    await holdKey(terminal, 'j', KEYS);
    const { keys: scrolls } = await seen();

    for (const key of `/${FILTER}`) {
      terminal.type(key);
      await pause(TYPING_MS);
    }
    await pause(3_000);
    const { longestStop: longestStopFiltering } = await seen();
    return {
      vms,
      move: figuresOf(moves),
      scroll: figuresOf(scrolls),
      longestStopIdle,
      longestStopFiltering,
    };
  } finally {
    await close();
  }
}
