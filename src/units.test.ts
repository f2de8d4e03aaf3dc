import { describe, expect, it } from 'vitest';
import { type Bytes, formatAge, formatBytes, parseBytes, spellBytes } from './units.ts';

/** The same numbers each time, spread over all magnitudes up to 4 PiB. */
function* sizes(count: number): Generator<Bytes> {
  let seed = 20_261;
  for (let at = 0; at < count; at++) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    yield Math.floor(2 ** ((52 * seed) / 2 ** 31)) as Bytes;
  }
}

describe('a size', () => {
  it('is read back as it is printed for programs and in forms', () => {
    for (const size of sizes(20_000)) {
      expect(parseBytes(String(size))).toBe(size);
      expect(parseBytes(spellBytes(size))).toBe(size);
    }
  });

  it('is read back from a table to the digits that stand there', () => {
    for (const size of sizes(20_000)) {
      const text = formatBytes(size);
      const back = parseBytes(text);
      expect(text.length, `${size}`).toBeLessThanOrEqual(4);
      expect(back && formatBytes(back), `${size} ${text}`).toBe(text);
    }
  });
});

it.each([
  [Number.NaN, '-'],
  [0, '0s'],
  [59.9, '59s'],
  [60, '1m'],
  [3_599, '59m'],
  [3_600, '1h0m'],
  [86_399, '23h59m'],
  [86_400, '1d0h'],
  [100 * 86_400 - 1, '99d23h'],
  [100 * 86_400, '100d'],
  [4_000 * 86_400, '4000d'],
])('tells %d seconds as %s, in seven columns at most', (seconds, text) => {
  expect(formatAge(seconds)).toBe(text);
  expect(text.length).toBeLessThanOrEqual(7);
});
