import { setTimeout as pause } from 'node:timers/promises';
import { type Figures, figuresOf } from './figures.ts';
import type { TimedTerminal } from './timed-terminal.ts';

/** Thirty a second. */
const KEY_REPEAT_MS = 33;
const LAST_ANSWER_MS = 500;

/** Holds a key down; milliseconds from each repetition to the next paint. */
export async function holdKey(terminal: TimedTerminal, key: string, times: number): Promise<Figures> {
  const pressed: number[] = [];
  for (let i = 0; i < times; i++) {
    const due = pause(KEY_REPEAT_MS);
    pressed.push(performance.now());
    terminal.type(key);
    await due;
  }
  await pause(LAST_ANSWER_MS);
  return figuresOf(pressed.map((at) => (terminal.chunks.find((chunk) => chunk.at > at)?.at ?? Number.NaN) - at));
}
