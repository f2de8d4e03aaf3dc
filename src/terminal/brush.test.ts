import { describe, expect, it } from 'vitest';
import { createCompositor } from './compositor.ts';

/** What is sent when one row turns into another on a terminal of so many columns. */
function change(before: string, after: string, columns = 40): string {
  const compositor = createCompositor({ columns, rows: 1 });
  compositor.paint(before);
  return compositor.paint(after);
}

describe('a row that changes', () => {
  it.each([
    // up to four cells that stayed are shorter written again than moved over
    ['a1b', 'x1y', '\x1b[Hx1y'],
    ['a1234b', 'x1234y', '\x1b[Hx1234y'],
    ['a12345b', 'x12345y', '\x1b[Hx\x1b[5Cy'],
    // not in another style, nor where they are more than a byte each
    ['a\x1b[1m12\x1b[mb', 'x\x1b[1m12\x1b[my', '\x1b[Hx\x1b[2Cy'],
    ['aéöb', 'xéöy', '\x1b[Hx\x1b[2Cy'],
    ['a12\x1b[1mb', 'x12\x1b[1my', '\x1b[Hx12\x1b[1my\x1b[m'],
    // a wide character is written whole, and is no gap
    ['a仮b', 'x仮y', '\x1b[Hx\x1b[2Cy'],
    ['仮b', '想b', '\x1b[H想'],
    ['ab', '仮', '\x1b[H仮'],
    ['仮', 'ab', '\x1b[Hab'],
    // up to three blanks at the end are written, more are erased
    ['abcde', 'ab', '\x1b[1;3H   '],
    ['abcdef', 'ab', '\x1b[1;3H\x1b[K'],
    ['abcdef', 'xb', '\x1b[Hx\x1b[C\x1b[K'],
    ['abcdef', '', '\x1b[H\x1b[K'],
    ['ab\x1b[41m    ', 'ab', '\x1b[1;3H\x1b[K'],
    ['ab\x1b[41m  ', 'ab', '\x1b[1;3H  '],
    ['ab', 'ab\x1b[41m  ', '\x1b[1;3H\x1b[41m  \x1b[m'],
    ['ab', 'ab  ', ''],
    // a colour alone, and the ends of a style
    ['ab', '\x1b[31mab', '\x1b[H\x1b[31mab\x1b[m'],
    ['\x1b[31mabc', '\x1b[31mabd', '\x1b[1;3H\x1b[31md\x1b[m'],
    ['ab', '\x1b[1mx\x1b[31my', '\x1b[H\x1b[1mx\x1b[31my\x1b[m'],
    ['\x1b[31mabcdefgh', '\x1b[31mx', '\x1b[H\x1b[31mx\x1b[m\x1b[K'],
  ])('%j, into %j, sends %j', (before, after, sent) => {
    expect(change(before, after)).toBe(sent);
  });

  it('is not relied on behind its last column, where the cursor waits', () => {
    expect(change('abcd', 'abxy', 4)).toBe('\x1b[1;3Hxy');
    const compositor = createCompositor({ columns: 4, rows: 2 });
    compositor.paint('abcd\nefgh');
    expect(compositor.paint('abcx\nefgy')).toBe('\x1b[1;4Hx\x1b[2;4Hy');
    expect(compositor.paint('abzx\nezgy')).toBe('\x1b[1;3Hz\x1b[B\b\bz');
  });

  it('is painted with care where terminals disagree about a character', () => {
    expect(change('a12xb', 'a☕3b')).toBe('\x1b[1;2H  \b\b☕\x1b[1;4H3');
    expect(change('a12', 'a😀')).toBe('\x1b[1;2H  \b\b😀');
    // in the last columns nothing is beside it
    expect(change('a12', 'a😀', 3)).toBe('\x1b[1;2H😀');
    // narrow to all, and wide to all
    expect(change('a12', 'a●2')).toBe('\x1b[1;2H●');
    expect(change('a12', 'a⌀2')).toBe('\x1b[1;2H⌀');
    expect(change('a12', 'a漢')).toBe('\x1b[1;2H漢');
    expect(change('a12', 'a⺀')).toBe('\x1b[1;2H⺀');
  });
});

describe('a row of which nothing is known', () => {
  it.each([
    ['', '\x1b[H\x1b[K'],
    ['ab', '\x1b[Hab\x1b[K'],
    ['abcd', '\x1b[Habcd'],
    ['abc', '\x1b[Habc\x1b[K'],
    ['abcde', '\x1b[Habcd'],
    ['a仮d', '\x1b[Ha仮d'],
    ['abc仮', '\x1b[Habc\x1b[K'],
    ['😀d', '\x1b[H  \b\b😀\x1b[1;3Hd\x1b[K'],
    ['\x1b[41m ', '\x1b[H\x1b[41m \x1b[m\x1b[K'],
  ])('shows %j in four columns by %j', (row, sent) => {
    expect(createCompositor({ columns: 4, rows: 1 }).paint(row)).toBe(sent);
  });
});

describe('a frame', () => {
  it('scrolls where that is shorter, from four changed lines on', () => {
    const compositor = createCompositor({ columns: 30, rows: 6 });
    const lines = [
      'first '.repeat(5),
      'second '.repeat(4),
      'third '.repeat(5),
      'fourth '.repeat(4),
      'fifth '.repeat(5),
    ];
    compositor.paint(['head', ...lines].join('\n'));
    const bytes = compositor.paint(['head', ...lines.slice(2), 'sixth', 'seventh'].join('\n'));
    expect(bytes).toBe('\x1b[2H\x1b[2M\x1b[5H\x1b[2Lsixth\r\nseventh');
    expect(compositor.paint(['head', 'x'.repeat(30), 'y'.repeat(30), ...lines.slice(2)].join('\n'))).toBe(
      `\x1b[5H\x1b[2M\x1b[2H\x1b[2L${'x'.repeat(30)}\x1b[3H${'y'.repeat(30)}`,
    );
  });

  it('is written line by line where three lines or fewer changed', () => {
    const compositor = createCompositor({ columns: 30, rows: 3 });
    const lines = ['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(30), 'd'.repeat(30)];
    compositor.paint(lines.slice(0, 3).join('\n'));
    expect(compositor.paint(lines.slice(1).join('\n'))).not.toMatch(/\x1b\[\d*[ML]/);
    const four = createCompositor({ columns: 30, rows: 4 });
    four.paint(lines.join('\n'));
    expect(four.paint([...lines.slice(1), ''].join('\n'))).toBe('\x1b[H\x1b[M\x1b[4H\x1b[L');
  });

  it('asks for one update at once from 601 bytes on', () => {
    const compositor = createCompositor({ columns: 597, rows: 1 });
    expect(compositor.paint('x'.repeat(597))).toBe(`\x1b[H${'x'.repeat(597)}`);
    const wider = createCompositor({ columns: 598, rows: 1 });
    expect(wider.paint('x'.repeat(598))).toBe(`\x1b[?2026h\x1b[H${'x'.repeat(598)}\x1b[?2026l`);
  });

  it('has no more lines than the screen, and blank ones for those that are missing', () => {
    const compositor = createCompositor({ columns: 4, rows: 2 });
    expect(compositor.paint('a\nb\nc')).toBe('\x1b[Ha\x1b[K\r\nb\x1b[K');
    expect(compositor.paint('a')).toBe('\x1b[2H ');
    expect(compositor.paint('')).toBe('\x1b[H ');
  });
});
