import { describe, expect, it } from 'vitest';
import { createInputParser } from './input-parser.ts';
import { createTypedLine, LONGEST_LINE } from './typed-line.ts';

/** A line on a terminal, what is typed into it, and what the terminal got. */
function open(echoes = true) {
  let written = '';
  const line = createTypedLine(
    echoes
      ? (text) => {
          written += text;
        }
      : undefined,
  );
  const parser = createInputParser();
  const type = (bytes: string) => [...parser.push(bytes), ...parser.flush()].map((event) => line.take(event));
  return { line, type, written: () => written };
}

describe('a line', () => {
  it.each([
    ['web1', 'web1', 'web1'],
    ['a b', 'a b', 'a b'],
    ['ab\x7f', 'a', 'ab\b \b'],
    ['\x7f', '', ''],
    ['a仮\x7f', 'a', 'a仮\b\b  \b\b'],
    ['ae\u0301\x7f', 'a', 'ae\u0301\b \b'],
    ['web\x15x', 'x', 'web\b\b\b   \b\b\bx'],
    ['u\x01\x1bu\x1b[A', 'u', 'u'],
    ['\x1b[200~a\nb\x1b[31mc\x1b[201~', 'a b[31mc', 'a b[31mc'],
    ['\x1b[<0;1;1M\x1b[Ia', 'a', 'a'],
  ])('of which %j is typed is %j, and %j on the terminal', (typed, text, echo) => {
    const { line, type, written } = open();
    type(typed);
    expect([line.text, line.seen, written()]).toEqual([text, text, echo]);
  });

  it('shows nothing of a secret, neither as it is typed nor when it is written again', () => {
    const { line, type, written } = open(false);
    type('hunter2\x7f');
    expect([line.text, line.seen, written()]).toEqual(['hunter', '', '']);
  });

  it('is full with its last character, and takes nothing of what is more', () => {
    const { line, type } = open(false);
    expect(type(`\x1b[200~${'x'.repeat(LONGEST_LINE - 1)}\x1b[201~`)).toEqual([undefined]);
    expect(type('\x1b[200~yz\x1b[201~')).toEqual(['full']);
    expect(type('y')).toEqual([undefined]);
    expect(type('z')).toEqual(['full']);
    expect([line.text.length, line.text.at(-1)]).toEqual([LONGEST_LINE, 'y']);
  });
});
