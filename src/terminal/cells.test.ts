import { describe, expect, it } from 'vitest';
import { createAlphabet, type Row } from './cells.ts';

const alphabet = createAlphabet();
/** The characters of a row, a dot for the right half of a wide one. */
const shown = ({ glyphs }: Row): string =>
  [...glyphs].map((glyph) => (glyph === 0 ? '.' : alphabet.text(glyph))).join('');

describe('a line of text', () => {
  it.each([
    ['abc', 5, 'abc  '],
    ['abcdef', 5, 'abcde'],
    ['仮想', 5, '仮.想. '],
    ['仮想', 3, '仮. '],
    ['a仮想', 3, 'a仮.'],
    ['仮a', 1, ' '],
    ['e\u0301a', 3, 'e\u0301a '],
    ['\u0301a', 3, 'a  '],
    ['👨‍👩‍👧x', 4, '👨‍👩‍👧.x '],
    ['a\tb\rc', 4, 'abc '],
    ['a\x1b[31mb', 4, 'ab  '],
    ['\x1b[31m仮\x1b[mb', 4, '仮.b '],
    ['é仮\x1b[31me\u0301', 5, 'é仮.e\u0301 '],
    // sequences that are no colours are left out, whole or not
    ['a\x1b[2Jb', 4, 'ab  '],
    ['a\x1b[?25hb', 4, 'ab  '],
    ['a\x1b]0;title\x07b', 4, 'ab  '],
    ['a\x1b]0;title\x1b\\b', 4, 'ab  '],
    ['a\x1bPq#0\x1b\\b', 4, 'ab  '],
    ['a\x1bcb', 4, 'ab  '],
    ['a\x1b', 4, 'a   '],
    ['a\x1b[', 4, 'a   '],
    ['a\x1b[31', 4, 'a   '],
    ['a\x1b]never ends', 4, 'a   '],
  ])('%j in %d columns is %j', (line, columns, row) => {
    expect(shown(alphabet.parse(line, columns))).toBe(row);
  });

  it('has a style for each column, with what shows of it on blanks, the halves of wide characters included', () => {
    const { styles } = alphabet.parse('a\x1b[31mb \x1b[41mc \x1b[4m \x1b[m仮\x1b[31m想 é\x1b[0m ', 14);
    const [plain, red, onBlank, both, fill, line, ...rest] = styles;
    expect([plain, onBlank]).toEqual([0, 0]);
    expect(new Set([plain, red, both, fill, line]).size).toBe(5);
    expect(alphabet.restyle(0, fill ?? 0)).toBe('\x1b[41m');
    expect(alphabet.restyle(0, line ?? 0)).toBe('\x1b[4;31;41m');
    expect(rest).toEqual([0, 0, red, red, 0, red, 0, 0]);
  });

  it('has the same numbers wherever it comes again, other numbers for other text', () => {
    const [a, b] = [alphabet.parse('e\u0301仮\x1b[1mx', 5), alphabet.parse('e\u0301仮\x1b[1mx', 5)];
    expect(a).toEqual(b);
    expect(alphabet.parse('a\u0301', 1).glyphs).not.toEqual(alphabet.parse('e\u0301', 1).glyphs);
  });
});

it('knows the shortest way from each style to each other, there and back', () => {
  const { styles } = alphabet.parse('\x1b[1mx\x1b[31my', 2);
  const [bold = 0, red = 0] = styles;
  expect([
    alphabet.restyle(bold, red),
    alphabet.restyle(red, bold),
    alphabet.restyle(red, 0),
    alphabet.restyle(bold, red),
  ]).toEqual(['\x1b[31m', '\x1b[39m', '\x1b[m', '\x1b[31m']);
});

it('tells the characters about whose width terminals disagree', () => {
  const sure = (character: string, isWide: boolean) => alphabet.isSure(character.codePointAt(0) ?? 0, isWide);
  expect([sure('a', false), sure('漢', true), sure('●', false), sure('⺀', true), sure('\u22ff', true)]).toEqual([
    true,
    true,
    true,
    true,
    true,
  ]);
  expect([sure('☕', true), sure('\u2300', true), sure('\u{1f000}', false), sure('😀', true)]).toEqual([
    false,
    false,
    false,
    false,
  ]);
  const [cluster = 0] = alphabet.parse('e\u0301', 1).glyphs;
  expect(alphabet.isSure(cluster, false)).toBe(false);
});

it('is full when colours from outside have used up its numbers', () => {
  const many = createAlphabet();
  const coloured = (from: number, to: number) => {
    let line = '';
    for (let at = from; at < to; at++) line += `\x1b[38;2;${at >> 16};${(at >> 8) & 255};${at & 255}mx`;
    many.parse(line, to - from);
  };
  // the plain one has a number too
  coloured(0, 59_999);
  expect(many.isFull()).toBe(false);
  coloured(59_999, 60_000);
  expect(many.isFull()).toBe(true);
});
