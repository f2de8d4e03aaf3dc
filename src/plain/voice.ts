import { stripVTControlCharacters } from 'node:util';
import { clean } from '../terminal/width.ts';

/** Lines for a screen reader: each is written once and never again. */
export interface Voice {
  /** Waits while something is being typed, so that nothing is mixed into it. */
  say(...lines: readonly string[]): void;
  /** At once, without a line end: a question, and the echo of what is typed behind it. */
  echo(text: string): void;
  /** A question is open until the function that this answers is called. */
  hold(): () => void;
}

export function createVoice(write: (text: string) => void): Voice {
  let held = 0;
  let waiting: string[] = [];
  const flush = () => {
    for (const line of waiting) write(`${line}\n`);
    waiting = [];
  };
  return {
    say(...lines) {
      waiting.push(...lines.map(spokenLine).filter((line) => line !== ''));
      if (held === 0) flush();
    },
    echo: write,
    hold() {
      held++;
      return () => {
        held--;
        if (held === 0) flush();
      };
    },
  };
}

/** A line of a screen without what is only for eyes: colours, columns, rules. */
const spokenLine = (line: string): string => clean(stripVTControlCharacters(line)).replace(/\s+/g, ' ').trim();
