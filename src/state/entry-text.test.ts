import { describe, expect, it } from 'vitest';
import { joinEntries, joinTexts, splitEntries, splitTexts } from './entry-text.ts';

describe('rows as text', () => {
  it.each([
    ['a=1', [['a', '1']]],
    [
      'size=20GiB,storage=ssd',
      [
        ['size', '20GiB'],
        ['storage', 'ssd'],
      ],
    ],
    ['a=x,,y', [['a', 'x,y']]],
    [
      'a=x,,,b=,,y',
      [
        ['a', 'x,'],
        ['b', ',y'],
      ],
    ],
    [
      'a=,b=',
      [
        ['a', ''],
        ['b', ''],
      ],
    ],
    ['a=b=c==', [['a', 'b=c==']]],
    [' a =  1 ', [['a', '  1 ']]],
  ])('%j is %j', (text, entries) => expect(splitEntries(text)).toEqual(entries));

  it.each([
    ['ssd', 'must be key=value,…'],
    ['=1', 'must be key=value,…'],
    ['password=hun,ter2', 'part 2 is not key=value (a comma is typed as ,,)'],
    ['a=1,', 'part 2 is not key=value (a comma is typed as ,,)'],
    ['a=1,b=2,a=3', '"a" is there twice'],
  ])('F-091 F-095 %j is none: %s', (text, why) => {
    expect(splitEntries(text)).toBe(why);
  });

  it('come back as they were, whatever separators are in them', () => {
    const texts = ['', ',', ',,', 'a,', ',a', ';', 'a;;b', '=', 'x=,=y', 'ä,\n'];
    for (const one of texts) {
      for (const two of texts) {
        const entries = [['k', one] as const, ['l', two] as const];
        expect(splitEntries(joinEntries(entries))).toEqual(entries);
        // A row always has a key, so it never begins with the separator.
        expect(splitTexts(joinTexts([`k${one}`, `l${two}`], ';'), ';')).toEqual([`k${one}`, `l${two}`]);
      }
    }
  });
});
