import { stripVTControlCharacters } from 'node:util';
import { clean } from '../terminal/width.ts';

/** Lines for a screen reader: each is written once and never again. */
export interface Voice {
  /** Waits while it is held, so that nothing is mixed into what is typed or into a console; the newest lines are kept. */
  say(...lines: readonly string[]): void;
  /** At once, without a line end: a question, and the echo of what is typed behind it. */
  echo(text: string): void;
  /** A question is open, or a console has the terminal, until the function that this returns is called. */
  hold(): () => void;
}

/** After hours of absence a user wants to hear the present state, not each step that led to it. */
const MOST_HELD = 500;

export function createVoice(write: (text: string) => void): Voice {
  let held = 0;
  let waiting: string[] = [];
  let dropped = 0;
  const flush = () => {
    if (dropped > 0) write(`${dropped} earlier lines are left out\n`);
    dropped = 0;
    for (const line of waiting) write(`${line}\n`);
    waiting = [];
  };
  return {
    say(...lines) {
      waiting.push(...lines.map(spokenLine).filter((line) => line !== ''));
      if (held === 0) return flush();
      const excess = Math.max(0, waiting.length - MOST_HELD);
      dropped += excess;
      waiting = waiting.slice(excess);
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
