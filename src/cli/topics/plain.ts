import { width } from '../../terminal/width.ts';
import type { Block } from './topic.ts';

const INDENT = '  ';
/** A longer term stands on a line of its own. */
const TERM_COLUMNS = 22;
/** Longer lines are hard to read, however wide the terminal is. */
const MOST_COLUMNS = 96;

/** Lines for a terminal of this width, or for a pipe. */
export function plainText(blocks: readonly Block[], columns: number | undefined): string {
  const room = Math.max(30, Math.min(MOST_COLUMNS, columns ?? 80));
  return blocks.map((block) => linesOf(block, room).join('\n')).join('\n\n');
}

function linesOf(block: Block, room: number): readonly string[] {
  switch (block.kind) {
    case 'heading':
      return [`${block.text}:`];
    case 'text':
      return wrapped(block.text, room);
    case 'example':
      return block.lines.map((line) => `${INDENT}${line}`);
    case 'terms': {
      const widest = Math.max(...block.rows.map(([term]) => width(term)));
      const column = Math.min(TERM_COLUMNS, widest) + 2;
      return block.rows.flatMap(([term, meaning]) => termLines(term, meaning, column, room));
    }
  }
}

function termLines(term: string, meaning: string, column: number, room: number): readonly string[] {
  const lines = wrapped(meaning, room - INDENT.length - column);
  const blank = ' '.repeat(column);
  const fits = width(term) + 2 <= column;
  const first = fits ? `${term}${' '.repeat(column - width(term))}${lines[0] ?? ''}`.trimEnd() : term;
  const rest = (fits ? lines.slice(1) : lines).map((line) => `${blank}${line}`);
  return [first, ...rest].map((line) => `${INDENT}${line}`);
}

/** Cut between words; a word that is longer than a line keeps it to itself. */
function wrapped(words: string, room: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of words.split(/\s+/).filter((one) => one !== '')) {
    if (line !== '' && width(line) + 1 + width(word) > room) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
