import { describe, expect, it } from 'vitest';
import {
  type Bytes,
  bytes,
  formatAge,
  formatBytes,
  formatCount,
  formatRatio,
  gib,
  isTooLarge,
  kib,
  lacksUnit,
  mib,
  parseBytes,
  spellBytes,
} from './units.ts';

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

it.each([-1, 0.5, Number.NaN, 2 ** 53])('%d is no number of bytes', (value) => {
  expect(() => bytes(value)).toThrow(new RangeError(`not a byte count: ${value}`));
});

it('counts bytes from nothing on, in units of 1024', () => {
  expect([bytes(0), kib(3), mib(3), gib(3)]).toEqual([0, 3_072, 3_145_728, 3_221_225_472]);
});

it.each([
  [Number.NaN, '-'],
  [0, '0B'],
  [1, '1B'],
  [999, '999B'],
  [1_000, '1.0K'],
  [1_023, '1.0K'],
  [9.94 * 1024, '9.9K'],
  [9.95 * 1024, '10K'],
  [999.4 * 1024, '999K'],
  [999.5 * 1024, '1.0M'],
  [512 * 1024 ** 2, '512M'],
  [8 * 1024 ** 3, '8.0G'],
  [2 * 1024 ** 4, '2.0T'],
  [3 * 1024 ** 5, '3.0P'],
  [5_000 * 1024 ** 5, '5000P'],
])('shows %d bytes in a table as %s', (value, text) => {
  expect(formatBytes(value)).toBe(text);
});

it.each([
  [0, '0B'],
  [1_023, '1023B'],
  [1_024, '1KiB'],
  [1_536, '1536B'],
  [1024 ** 2, '1MiB'],
  [1_536 * 1024 ** 2, '1536MiB'],
  [4 * 1024 ** 3, '4GiB'],
  [1024 ** 4, '1TiB'],
  [1024 ** 4 + 1, '1099511627777B'],
])('spells %d bytes in full as %s', (value, text) => {
  expect(spellBytes(value as Bytes)).toBe(text);
});

it.each([
  ['7', 7],
  ['7b', 7],
  ['1k', 1_024],
  ['1KiB', 1_024],
  ['1kB', 1_000],
  ['2M', 2_097_152],
  ['2MB', 2_000_000],
  ['2.5g', 2_684_354_560],
  ['3 gb', 3_000_000_000],
  ['1T', 1_099_511_627_776],
  ['1TB', 1_000_000_000_000],
  ['2P', 2_251_799_813_685_248],
  ['2PB', 2_000_000_000_000_000],
  [' 4096 MiB ', 4_294_967_296],
  ['', undefined],
  ['-1', undefined],
  ['4 apples', undefined],
  ['8P', undefined],
])('reads the size %j as %d bytes', (text, value) => {
  expect(parseBytes(text)).toBe(value);
});

it('tells a size that is too large from one that is none', () => {
  expect([isTooLarge('8P'), isTooLarge('4P'), isTooLarge('big')]).toEqual([true, false, false]);
});

it.each([
  ['0', false],
  ['1', true],
  ['8', true],
  ['2048', true],
  [' 1.5 ', true],
  ['67108863', true],
  ['67108864', false],
  ['8G', false],
  ['eight', false],
])('says of %j whether a unit was most likely left out: %s', (text, lacks) => {
  expect(lacksUnit(text)).toBe(lacks);
});

it('shows counts and ratios, and a dash for what is not known', () => {
  expect([8, 0, Number.NaN].map(formatCount)).toEqual(['8', '0', '-']);
  expect([0, 0.005, 0.424, 1, 1.7, Number.NaN].map(formatRatio)).toEqual(['0%', '1%', '42%', '100%', '100%', '-']);
});
