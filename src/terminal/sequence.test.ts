import { describe, expect, it } from 'vitest';
import { continuations, createSequence, introducerOf, introduces, isContinuation } from './sequence.ts';

/** What becomes of the bytes behind an escape: how each was taken, until the sequence is over, and what it was. */
function taken(text: string | readonly number[]) {
  const sequence = createSequence();
  const bytes = typeof text === 'string' ? [...Buffer.from(text, 'latin1')] : text;
  let last = '';
  let count = 0;
  for (const byte of bytes) {
    last = sequence.take(byte);
    count++;
    if (last !== 'more') break;
  }
  const { kind, ...rest } = sequence.meaning() ?? { kind: 'none' };
  return { sequence, said: [count, last, kind, ...Object.values(rest)] };
}

describe('the bytes behind an escape', () => {
  it.each([
    ['[A', [2, 'end', 'control', '', 'A']],
    ['[1;5A', [5, 'end', 'control', '1;5', 'A']],
    ['[@', [2, 'end', 'control', '', '@']],
    ['[~', [2, 'end', 'control', '', '~']],
    ['[? !A', [5, 'end', 'control', '? !', 'A']],
    ['[ A', [3, 'end', 'control', ' ', 'A']],
    ['[7$', [3, 'end', 'control', '7', '$']],
    ['[?7$y', [5, 'end', 'control', '?7$', 'y']],
    ['[$y', [3, 'end', 'control', '$', 'y']],
    ['[\x03', [2, 'over', 'none']],
    ['[1\x1b', [3, 'over', 'none']],
    ['[\x7f', [2, 'over', 'none']],
    ['[1[', [3, 'end', 'control', '1', '[']],
    ['[[A', [3, 'end', 'console', 'A']],
    ['[[@', [3, 'end', 'console', '@']],
    ['[[~', [3, 'end', 'console', '~']],
    ['[[\x7f', [3, 'over', 'none']],
    ['[[?', [3, 'over', 'none']],
    ['OA', [2, 'end', 'ss3', '', 'A']],
    ['O5A', [3, 'end', 'ss3', '5', 'A']],
    ['O0;9A', [5, 'end', 'ss3', '0;9', 'A']],
    ['O ', [2, 'end', 'ss3', '', ' ']],
    ['O@', [2, 'end', 'ss3', '', '@']],
    ['O~', [2, 'end', 'ss3', '', '~']],
    ['O\x7f', [2, 'over', 'none']],
    ['O!', [2, 'over', 'none']],
    ['O<', [2, 'over', 'none']],
    ['O\x03', [2, 'over', 'none']],
    ['x', [1, 'end', 'character', 'x']],
    ['\x7f', [1, 'end', 'character', '\x7f']],
    ['\x80', [1, 'over', 'none']],
    ['\xc3\xa4', [2, 'end', 'character', 'ä']],
    ['\xe4\xbb\xae', [3, 'end', 'character', '仮']],
    ['\xf0\x9f\x98\x80', [4, 'end', 'character', '😀']],
    ['\xc3x', [2, 'over', 'none']],
    ['\xe4\xbbx', [3, 'over', 'none']],
    // one more escape: alt, or an Esc of its own
    ['\x1b[A', [3, 'end', 'control', '', 'A']],
    ['\x1bOA', [3, 'end', 'ss3', '', 'A']],
    ['\x1bx', [2, 'two', 'none']],
    ['\x1b\x1b', [2, 'two', 'none']],
    // reports of the mouse, whose coordinates are characters
    ['[M !!', [5, 'end', 'coordinates', [32, 33, 33]]],
    ['[M \x00\xff', [5, 'end', 'coordinates', [32, 0, 255]]],
    ['[M \x1f', [4, 'over', 'none']],
    ['[M\x01', [3, 'over', 'none']],
    ['[1M', [3, 'end', 'control', '1', 'M']],
    ['[t!"', [4, 'end', 'coordinates', [33, 34]]],
    ['[T!!!!!!', [8, 'end', 'coordinates', [33, 33, 33, 33, 33, 33]]],
    ['[M \xc4\x88!', [6, 'end', 'coordinates', [32, 0x108, 33]]],
    ['[M \xc2\x80\xdf\xbf', [7, 'end', 'coordinates', [32, 0x80, 0x7ff]]],
    ['[M \xc4!', [5, 'end', 'coordinates', [32, 0xc4, 33]]],
    ['[M  \xc4!', [6, 'over', 'coordinates', [32, 32, 0xc4]]],
    ['[M \xe9!', [5, 'end', 'coordinates', [32, 0xe9, 33]]],
    // strings, with each of their ends
    [']0;a\x07', [5, 'end', 'string']],
    ['Pa\x9c', [3, 'end', 'string']],
    ['_a\x1b\\', [4, 'end', 'string']],
    ['^\x1b\\', [3, 'end', 'string']],
    ['X\x07', [2, 'end', 'string']],
    [']\x08\x09\x0a\x0d\x00\x20\x07', [8, 'end', 'string']],
    [']a\x03', [3, 'over', 'none']],
    [']\x01', [2, 'over', 'none']],
    [']\x0e', [2, 'over', 'none']],
    [']\x1f', [2, 'over', 'none']],
    // the end in one byte is also the last byte of a character in UTF-8, but for its own two
    [']\xc3\x9c\x07', [4, 'end', 'string']],
    [']\xe4\xbb\x9c\x07', [5, 'end', 'string']],
    [']\xf0\x9f\x98\x9c\x07', [6, 'end', 'string']],
    [']\xc2\x9c', [3, 'end', 'string']],
    [']\xc3\xa4\x9c', [4, 'end', 'string']],
    [']\xe4\xbbx\x9c', [5, 'end', 'string']],
    // what is no end of it begins another sequence
    [']a\x1b[A', [5, 'end', 'control', '', 'A']],
    [']\xe4\x1bP\x9c', [5, 'end', 'string']],
    [']a\x1bx', [4, 'end', 'character', 'x']],
    [']a\x1b\x1b[A', [6, 'end', 'control', '', 'A']],
  ])('%j are taken as %j', (bytes, said) => {
    expect(taken(bytes).said).toEqual(said);
  });

  it.each([
    ['', 'escape', '', false],
    ['\x1b', 'escape', '\x1b', true],
    ['[', 'introduced', '[', false],
    ['\x1b[', 'introduced', '\x1b[', true],
    ['[1', 'under way', '[1', false],
    ['\x1b[1', 'under way', '\x1b[1', true],
    [']', 'introduced', ']', false],
    [']a\x1b', 'under way', ']a\x1b', false],
    // what broke a string off is a sequence of its own
    [']a\x1b[', 'introduced', '[', false],
    [']a\x1b[1', 'under way', '[1', false],
    ['\x1b]', 'escape', '\x1b]', true],
  ])('%j are %s, by themselves %j, with alt: %s', (bytes, progress, raw, alt) => {
    const { sequence } = taken(bytes);
    expect([sequence.progress(), sequence.raw(), sequence.alt()]).toEqual([progress, `\x1b${raw}`, alt]);
  });

  it('are kept as far as any key needs them, and read to their end', () => {
    const { sequence, said } = taken(`[${'1'.repeat(1_000)}A`);
    expect([said[0], said[1], String(said[3]).length, sequence.raw().length]).toEqual([1_002, 'end', 256, 256]);
  });
});

it('knows what introduces a sequence, and the bytes of characters in UTF-8', () => {
  const all = Array.from({ length: 256 }, (_, byte) => byte);
  expect(String.fromCharCode(...all.filter(introduces))).toBe('OPX[]^_');
  expect(introducerOf(0x9b)).toBe('['.charCodeAt(0));
  expect([0x7f, 0x80, 0xbf, 0xc0].map(isContinuation)).toEqual([false, true, true, false]);
  expect([0xc1, 0xc2, 0xdf, 0xe0, 0xef, 0xf0, 0xf4, 0xf5].map(continuations)).toEqual([0, 1, 1, 2, 2, 3, 3, 0]);
});
