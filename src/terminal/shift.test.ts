import { describe, expect, it } from 'vitest';
import { createAlphabet, type Row } from './cells.ts';
import { findShift, shifted } from './shift.ts';

const alphabet = createAlphabet();
const known = new Map<string, Row>();
/** As the compositor has them: the same text is the same row. */
const rows = (...lines: readonly string[]): Row[] =>
  lines.map((line) => {
    const row = known.get(line) ?? alphabet.parse(line, 60);
    known.set(line, row);
    return row;
  });
const long = (letter: string, length = 60) => letter.repeat(length);
const [a, b, c, d, e, f] = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => long(letter)) as [
  string,
  string,
  string,
  string,
  string,
  string,
];

describe('lines that moved', () => {
  it.each([
    ['up by one', [a, b, c, d], [b, c, d, e], { count: 1, deleteAt: 0, insertAt: 3 }],
    ['down by one', [a, b, c, d], [e, a, b, c], { count: 1, deleteAt: 3, insertAt: 0 }],
    ['up by two', [a, b, c, d, e], [c, d, e, f, ''], { count: 2, deleteAt: 0, insertAt: 3 }],
    ['down by two', [a, b, c, d, e], ['', f, a, b, c], { count: 2, deleteAt: 3, insertAt: 0 }],
    ['up by three', [a, b, c, d, e], [d, e, '', f, ''], { count: 3, deleteAt: 0, insertAt: 2 }],
    ['down by three', [a, b, c, d, e], ['', f, '', a, b], { count: 3, deleteAt: 2, insertAt: 0 }],
    ['below a heading', [f, a, b, c, d], [f, b, c, d, e], { count: 1, deleteAt: 1, insertAt: 4 }],
    ['above a footing', [a, b, c, d, f], [b, c, d, e, f], { count: 1, deleteAt: 0, insertAt: 3 }],
    ['between both', ['', a, b, c, ''], ['', e, a, b, ''], { count: 1, deleteAt: 3, insertAt: 1 }],
  ])('%s are deleted and inserted where they did', (_what, before, after, shift) => {
    const found = findShift(rows(...before), rows(...after));
    expect(found).toEqual(shift);
  });

  it('are found also where each has changed a little', () => {
    const changed = [b, c, d, e].map((line, at) => `${at}${line.slice(1)}`);
    expect(findShift(rows(a, b, c, d), rows(...changed))).toEqual({ count: 1, deleteAt: 0, insertAt: 3 });
  });

  it('are not moved where nothing is saved by it', () => {
    expect(findShift(rows(a, b, c, d), rows(a, b, c, d))).toBeUndefined();
    expect(findShift(rows(a, b, c, d), rows(e, f, long('g'), long('h')))).toBeUndefined();
    expect(findShift(rows(a, b, c, d, e), rows(e, a, b, c, d))).toEqual({ count: 1, deleteAt: 4, insertAt: 0 });
    // four lines away is a jump
    const many = [...'abcdefghij'].map((letter) => long(letter));
    expect(findShift(rows(...many), rows(...many.slice(4), '', '', '', ''))).toBeUndefined();
  });

  it.each([
    [3, { count: 1, deleteAt: 0, insertAt: 3 }],
    [4, undefined],
  ])('must save more than 40 cells: of 44, %d are to be written again', (written, shift) => {
    const [first, ...others] = ['a', 'b', 'c', 'd'].map((letter) => long(letter, 11));
    const before = [first ?? '', ...others];
    expect(findShift(rows(...before), rows(...others, long('e', written)))).toEqual(shift);
  });

  it('count cells of another colour as changed', () => {
    const red = (line: string) => `\x1b[31m${line}`;
    expect(findShift(rows(a, red(a), b, red(b)), rows(red(a), b, red(b), ''))).toEqual({
      count: 1,
      deleteAt: 0,
      insertAt: 3,
    });
  });
});

describe('rows after both commands', () => {
  it.each([
    [{ count: 1, deleteAt: 0, insertAt: 3 }, [b, c, d, '']],
    [{ count: 2, deleteAt: 2, insertAt: 0 }, ['', '', a, b]],
    [{ count: 1, deleteAt: 1, insertAt: 2 }, [a, c, '', d]],
  ])('%j are %j', (shift, left) => {
    const blank = alphabet.parse('', 60);
    const after = shifted(rows(a, b, c, d), shift);
    expect(after).toEqual(left.map((line) => (line === '' ? blank : rows(line)[0])));
  });
});
