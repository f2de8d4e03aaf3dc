import { describe, expect, it } from 'vitest';
import { width } from '../../terminal/width.ts';
import { createCut, inTheMiddle } from './cut-names.ts';

/** A sequence that is the same every time. */
function* numbers(seed: number): Generator<number> {
  for (let now = seed; ; ) {
    now = (Math.imul(now, 1_664_525) + 1_013_904_223) >>> 0;
    yield now >>> 8;
  }
}

const PARTS = ['prod', 'eu', 'west', 'api', 'db', 'cache', 'shop', 'billing', '東京', '1', '2', '17', '0001', 'a', 'b'];

describe('names that are too long for their column', () => {
  it('keep their beginning and their end', () => {
    expect(inTheMiddle('prod-eu-west-1-api-0017', 14)).toBe('prod-eu…i-0017');
    expect(inTheMiddle('short', 14)).toBe('short');
  });

  it('show where they differ, when beginning and end are the same', () => {
    const names = ['production-a-frontend', 'production-b-frontend'];
    const cut = createCut(names.map((name) => ({ name, room: 12 })));
    expect(names.map((name) => cut.of(name, 12))).toEqual(['prod…a-fron…', 'prod…b-fron…']);
    expect(cut.apart).not.toBe('');
  });

  it('never look the same when they are different, in 500 windows of names that are alike', () => {
    const random = numbers(7);
    const next = (below: number) => (random.next().value as number) % below;
    const alike: string[] = [];
    for (let window = 0; window < 500; window++) {
      const room = 10 + next(20);
      const stem = Array.from({ length: 3 + next(4) }, () => PARTS[next(PARTS.length)]).join('-');
      const end = Array.from({ length: 1 + next(4) }, () => PARTS[next(PARTS.length)]).join('-');
      const names = new Set(
        Array.from({ length: 2 + next(40) }, () => `${stem}-${PARTS[next(PARTS.length)]}${next(30)}-${end}`),
      );
      const long = [...names].filter((name) => width(name) > room).map((name) => ({ name, room }));
      const cut = createCut(long);
      const shown = long.map(({ name }) => cut.of(name, room));
      for (const text of shown) expect(width(text)).toBeLessThanOrEqual(room);
      if (new Set(shown).size !== shown.length) alike.push(`${room}: ${shown.join(' ')}`);
    }
    expect(alike).toEqual([]);
  });
});
