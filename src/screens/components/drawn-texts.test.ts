import { describe, expect, it } from 'vitest';
import { look, painted, plain } from '../../../test/screens/painted.ts';
import { actions } from '../../actions/index.ts';
import { createKeymap } from '../../actions/keymap.ts';
import { glyphsOf } from '../frame/glyphs.ts';
import { gauge, sparkline } from './gauge.ts';
import { inputText } from './input-text.ts';
import { scrolledBy } from './scrolled-by.ts';
import { selectedInput, textInput } from './text-input.ts';
import { inPieces, wrapped } from './wrap.ts';

describe('a gauge', () => {
  it.each([
    [0, '{gauge-low|}{gauge-empty|····}'],
    [0.01, '{gauge-low|}{gauge-empty|····}'],
    [0.03, '{gauge-low|▏}{gauge-empty|···}'],
    [0.25, '{gauge-low|█}{gauge-empty|···}'],
    [0.4, '{gauge-low|█▋}{gauge-empty|··}'],
    [0.59, '{gauge-low|██▍}{gauge-empty|·}'],
    [0.6, '{gauge-middle|██▍}{gauge-empty|·}'],
    [0.849, '{gauge-middle|███▍}{gauge-empty|}'],
    [0.85, '{gauge-high|███▍}{gauge-empty|}'],
    [1, '{gauge-high|████}{gauge-empty|}'],
    [7, '{gauge-high|████}{gauge-empty|}'],
    [-1, '{gauge-low|}{gauge-empty|····}'],
    [Number.NaN, '    '],
  ])('of %d is %s', (share, bar) => {
    expect(painted(gauge(share, 4, look))).toBe(bar);
  });

  it('is drawn in ASCII too', () => {
    const ascii = { ...look, glyphs: glyphsOf('ascii') };
    expect(plain(gauge(0.5, 5, ascii))).toBe('##=..');
  });

  it('has a line of the last shares beside it, blank where nothing is known', () => {
    const shares = new Float32Array([0, 0.12, 0.13, 0.5, 0.874, 0.876, 1, Number.NaN]);
    expect(painted(sparkline(shares, look))).toBe('{accent|▁▁▂▅▇██ }');
  });
});

describe('a line that is typed', () => {
  it.each([
    ['with the caret behind it', textInput('abc'), true, '{input|abc}{cursor| }{input|  }'],
    ['with the caret in it', { text: 'abc', at: 1 }, true, '{input|a}{cursor|b}{input|c   }'],
    ['without the keys', { text: 'abc', at: 1 }, false, '{input|abc   }'],
    ['selected', selectedInput('abc'), true, '{cursor|abc}{input|   }'],
    ['selected without the keys', selectedInput('abc'), false, '{input|abc   }'],
    ['refused', { ...textInput('abc'), refused: 'too long' }, true, '{warning|too l…}'],
  ])('is drawn %s', (_how, input, focused, shown) => {
    expect(painted(inputText(input, 6, focused, look))).toBe(shown);
  });
});

describe('a text that is longer than a line', () => {
  it.each([
    ['one two three', 7, ['one two', 'three']],
    ['one two', 6, ['one', 'two']],
    ['abcdefgh', 4, ['abcd', 'efgh']],
    ['at /a/long/path', 6, ['at /a/', 'long/p', 'ath']],
    ['abcde /long/path', 6, ['abcde', '/long/', 'path']],
    ['abcd /long/path', 6, ['abcd /', 'long/p', 'ath']],
    ['ab /long cd', 4, ['ab /', 'long', 'cd']],
    ['漢漢漢', 4, ['漢漢', '漢']],
    ['漢 ab', 1, ['漢', 'a', 'b']],
    ['ab', 0, ['a', 'b']],
    ['', 10, []],
    ['a\nb', 10, ['a b']],
  ])('%j is wrapped into %i columns', (text, columns, lines) => {
    expect(wrapped(text, columns)).toEqual(lines);
  });

  it.each([
    ['a  b', 4, ['a  b']],
    ['  a bcd', 3, ['  a', ' bc', 'd']],
    ['漢漢a', 3, ['漢', '漢a']],
    ['漢漢', 1, ['漢', '漢']],
    ['', 3, ['']],
  ])('%j is cut into pieces of %i columns', (text, columns, lines) => {
    expect(inPieces(text, columns)).toEqual(lines);
  });
});

it.each([
  ['j', 1],
  ['down', 1],
  ['k', -1],
  ['ctrl-d', 20],
  ['pgdn', 20],
  ['space', 20],
  ['ctrl-u', -20],
  ['pgup', -20],
  ['x', 0],
  ['q', 0],
])('%s scrolls a text of 20 lines a page by %d', (key, rows) => {
  expect(scrolledBy(key, 20, createKeymap(actions).keymap)).toBe(rows);
});

it('the keys for the beginning and the end scroll any text, and are undone by each other', () => {
  const { keymap } = createKeymap(actions);
  expect(scrolledBy('g', 20, keymap)).toBeLessThan(-100_000);
  expect(scrolledBy('G', 20, keymap)).toBeGreaterThan(100_000);
  expect(scrolledBy('g', 20, keymap) + scrolledBy('G', 20, keymap)).toBe(0);
});
