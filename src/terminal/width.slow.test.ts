import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import { clean, fit as fitTo, isNarrow, lastCharacter, sgrEnd, width } from './width.ts';

describe('width', () => {
  it('agrees with string-width on every code point', () => {
    const different: string[] = [];
    // all of them in CI; elsewhere those with characters of their own, and of the rest, where neighbours are alike, one of 17
    const stride = process.env['CI'] ? 1 : 17;
    for (let code = 0; code <= 0x2ffff; code += code < 0x3400 ? 1 : stride) {
      const text = String.fromCodePoint(code);
      if (width(text) !== stringWidth(text)) different.push(code.toString(16));
    }
    expect(different).toEqual([]);
  });

  it('counts on characters of its table never joining into a cluster', () => {
    const all = Array.from({ length: 0x2900 }, (_, unit) => unit).filter(isNarrow);
    for (const step of [1, 7, 101, 997]) {
      const text = all.map((_, index) => String.fromCharCode(all[(index * step) % all.length] ?? 0)).join('');
      expect(stringWidth(text)).toBe(all.length);
      expect([...new Intl.Segmenter().segment(text)]).toHaveLength(all.length);
    }
  });

  it.each([
    '\x1b[1;31mred\x1b[0m',
    '\x1b[38;2;1;2;3m│ 41%\x1b[39m',
    '\x1b[38:2::1:2:3mcolons\x1b[m',
    '\x1b]8;;http://x\x07link\x1b]8;;\x07',
    '\x1b[2Kx',
    '\x1b[',
    'e\u0301te\u0301',
    '1\ufe0f\u20e3',
    '👨‍👩‍👧 家族',
    '한국어 ᄀ',
    'a\tb\r\nc',
    '',
  ])('agrees with string-width on %j', (text) => {
    expect(width(text)).toBe(stringWidth(text));
    expect(width(text, true)).toBe(stringWidth(text, { countAnsiEscapeCodes: true }));
  });
});

describe('fit', () => {
  it.each([
    ['web1', 6, 'web1  '],
    ['web1', 4, 'web1'],
    ['database', 5, 'data…'],
    ['database', 1, '…'],
    ['database', 0, ''],
    ['büro ☕ 1', 8, 'büro ☕…'],
    ['仮想機械', 8, '仮想機械'],
    ['仮想機械', 7, '仮想機…'],
    ['仮想機械', 6, '仮想… '],
    ['', 3, '   '],
  ])('%j in %d columns is %j', (text, columns, expected) => {
    expect(fitTo(text, columns)).toBe(expected);
    expect(stringWidth(fitTo(text, columns))).toBe(columns);
  });

  it('marks the cut with what the glyph set has', () => {
    expect(fitTo('database', 5, '~')).toBe('data~');
  });
});

describe('the last character', () => {
  it.each([
    ['', ''],
    ['ab', 'b'],
    ['仮想', '想'],
    ['ae\u0301', 'e\u0301'],
    ['a👨‍👩‍👧', '👨‍👩‍👧'],
    ['a😀b', 'b'],
    ['a\u0301b\u0302', 'b\u0302'],
    [`ab${'\u0301'.repeat(63)}`, `b${'\u0301'.repeat(63)}`],
    [`ab${'\u0301'.repeat(64)}`, '\u0301'.repeat(64)],
  ])('of %j is %j', (text, last) => {
    expect(lastCharacter(text)).toBe(last);
  });
});

describe('the end of a colour', () => {
  it.each([
    ['\x1b[m', 0, 3],
    ['x\x1b[1;31mred', 1, 8],
    ['\x1b[0;9mx', 0, 6],
    ['\x1b[38:5m', 0, -1],
    ['\x1b[1/m', 0, -1],
    ['\x1b[2K', 0, -1],
    ['\x1b[1', 0, -1],
    ['\x1b]m', 0, -1],
  ])('in %j, from %d on, is %d', (text, start, end) => {
    expect(sgrEnd(text, start)).toBe(end);
  });
});

describe('clean', () => {
  it.each([
    ['web1', 'web1'],
    ['\x1b[31mred\x1b[0m', 'red'],
    ['\x1b]0;owned\x07x', 'x'],
    ['\x1b]52;c;AAAA\x1b\\x', 'x'],
    ['\x1bPq#0\x1b\\x', 'x'],
    ['\x9b31mred', 'red'],
    ['\x1b]never ends', ''],
    ['\x1bc', 'c'],
    ['two\r\nlines\tand tabs', 'two lines and tabs'],
    ['a\u2028b', 'a b'],
    ['\u202egpj.exe', 'gpj.exe'],
    ['a\u200bb\ufeffc\u00add', 'abcd'],
    ['\u{e0041}x', 'x'],
    ['half \ud800 pair', 'half \ufffd pair'],
    [`z${'\u0301'.repeat(200)}`, `z${'\u0301'.repeat(4)}`],
    ['👨‍👩‍👧 büro ☕ 仮想', '👨‍👩‍👧 büro ☕ 仮想'],
  ])('%j is shown as %j', (text, shown) => {
    expect(clean(text)).toBe(shown);
  });

  it('leaves nothing that a terminal obeys in any text', () => {
    const parts = ['\x1b', '[', ']', '31m', '\x07', 'x', '\x9b', '\x9d', ';', '\n', '\u202e', '\\', 'P', '\x00'];
    let seed = 7;
    for (let round = 0; round < 2000; round++) {
      let text = '';
      for (let length = 0; length < 8; length++) {
        seed = (seed * 1103515245 + 12345) % 2 ** 31;
        text += parts[seed % parts.length];
      }
      expect(clean(text)).not.toMatch(/[\x00-\x1f\x7f-\x9f\u202e]/);
    }
  });
});
