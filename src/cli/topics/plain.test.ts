import { describe, expect, it } from 'vitest';
import { plainText } from './plain.ts';
import { type Block, example, heading, terms, text } from './topic.ts';

const shown = (room: number | undefined, ...blocks: readonly Block[]) => plainText(blocks, room).split('\n');

describe('a page of help', () => {
  it('has its blocks with a line between them', () => {
    expect(shown(80, heading('Keys'), text('All of  them.'), example('drover', '  --demo'))).toEqual([
      'Keys:',
      '',
      'All of them.',
      '',
      '  drover',
      '    --demo',
    ]);
  });

  it('is wrapped between words, at the last column', () => {
    expect(shown(30, text(`${'x'.repeat(14)} ${'y'.repeat(15)} ${'z'.repeat(15)} end`))).toEqual([
      `${'x'.repeat(14)} ${'y'.repeat(15)}`,
      `${'z'.repeat(15)} end`,
    ]);
    expect(shown(30, text(`${'x'.repeat(15)} ${'y'.repeat(15)}`))).toEqual(['x'.repeat(15), 'y'.repeat(15)]);
  });

  it('cuts no word, however long it is', () => {
    expect(shown(30, text(`a ${'x'.repeat(40)} b`))).toEqual(['a', 'x'.repeat(40), 'b']);
    expect(shown(30, text(''))).toEqual(['']);
  });

  it.each([
    [undefined, 80],
    [10, 30],
    [50, 50],
    [200, 96],
  ])('of a terminal of %s columns is %i wide', (columns, wide) => {
    const [line = ''] = shown(columns, text('x '.repeat(300)));
    expect(line.length).toBe(wide - 1 + (wide % 2));
  });

  it('has meanings in one column behind the widest term, and goes on there', () => {
    expect(
      shown(
        30,
        terms([
          ['a', 'one two three four five six'],
          ['long', 'x'],
        ]),
      ),
    ).toEqual(['  a     one two three four', '        five six', '  long  x']);
  });

  it('gives a term that is too long a line of its own', () => {
    const just = 'j'.repeat(22);
    const long = 'l'.repeat(23);
    expect(
      shown(
        60,
        terms([
          [just, 'fits'],
          [long, 'does not'],
          ['s', ''],
        ]),
      ),
    ).toEqual([`  ${just}  fits`, `  ${long}`, `  ${' '.repeat(24)}does not`, '  s']);
  });
});
