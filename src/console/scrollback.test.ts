import { describe, expect, it } from 'vitest';
import { createScreenModel } from './screen-model.ts';
import { createScrollback } from './scrollback.ts';

async function open(text: string, { columns = 20, rows = 4, scrollback = 20 } = {}) {
  const nothing = () => {};
  const model = await createScreenModel({
    size: { columns, rows },
    scrollback,
    powers: new Set(),
    answer: nothing,
    bell: nothing,
    clipboard: nothing,
  });
  const write = (more: string) => model.write(Buffer.from(more));
  await write(text);
  return { model, write, back: createScrollback(model) };
}

const numbered = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}`).join('\r\n');

describe('what was scrolled off', () => {
  it('is moved through, and no farther than there is some', async () => {
    const { back } = await open(numbered(20));
    expect([back.first(4), back.cursor.line]).toEqual([16, 19]);
    back.move(-5);
    expect([back.first(4), back.cursor.line]).toEqual([14, 14]);
    back.move(-100);
    expect(back.first(4)).toBe(0);
    back.toLine(Number.MAX_SAFE_INTEGER);
    expect([back.first(4), back.cursor.line]).toEqual([16, 19]);
    back.move(0, 100);
    expect(back.cursor.column).toBe(19);
    back.toEnd();
    expect(back.cursor.column).toBe('line 19'.length - 1);
  });

  it('stays where it is while the guest goes on', async () => {
    const { back, write } = await open(numbered(24));
    back.toLine(10);
    back.toColumn(0);
    expect(back.text()).toBe('line 10');
    await write('\r\n'.repeat(6));
    expect([back.cursor.line, back.text()]).toEqual([4, 'line 10']);
    await write('\r\n'.repeat(100));
    expect(back.cursor.line).toBe(0);
    back.end();
  });

  it('is searched in both directions, small letters for capitals too, and goes on at the other end', async () => {
    const { back } = await open('Error one\r\nfine\r\nan error\r\nfine');
    expect([back.find('error', -1), back.cursor]).toEqual(['found', { line: 2, column: 3 }]);
    expect([back.find('error', -1), back.cursor]).toEqual(['found', { line: 0, column: 0 }]);
    expect([back.find('error', -1), back.cursor.line]).toEqual(['went on', 2]);
    expect([back.find('Error', 1), back.cursor.line]).toEqual(['went on', 0]);
    expect([back.find('nothing', 1), back.cursor.line]).toEqual(['none', 0]);
  });

  it('finds and copies what is longer than a row', async () => {
    const long = `${'x'.repeat(15)}needle in a big haystack`;
    const { back } = await open(`${long}\r\nshort`);
    expect([back.find('needle in', -1), back.cursor]).toEqual(['found', { line: 0, column: 15 }]);
    expect(back.text()).toBe(long);
    const inverted = [0, 1].map((line) =>
      Array.from({ length: 20 }, (_, column) => column).filter(back.isInverted(line)),
    );
    expect(inverted).toEqual([
      [16, 17, 18, 19],
      [0, 1, 2, 3],
    ]);
  });

  it('is selected by characters or by lines, in either direction', async () => {
    const { back } = await open('one two\r\nthree four\r\nfive six');
    back.toLine(0);
    back.toColumn(4);
    back.select('characters');
    back.move(1, 1);
    expect(back.text()).toBe('two\nthree ');
    back.select('lines');
    expect(back.text()).toBe('one two\nthree four');
    back.select('lines');
    expect(back.isSelecting).toBe(false);
    back.toColumn(4);
    back.select('characters');
    back.move(-1, -1);
    expect(back.text()).toBe(' two\nthree');
  });
});
