/**
 * Chance without memory: the same (seed, row, salt) is always the same number, so a fleet of any size can be made
 * from its seed, and its load read at any instant, without keeping anything.
 */

/** 32 well mixed bits. All arguments count modulo 2^32. */
export function hash(seed: number, row: number, salt: number): number {
  let h = Math.imul(seed + 0x9e3779b9, 0x85ebca6b) ^ Math.imul(row + 0x7f4a7c15, 0xc2b2ae35);
  h ^= Math.imul(salt + 0x165667b1, 0x27d4eb2f);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

/** 0 <= chance < 1. */
export const chance = (seed: number, row: number, salt: number): number => hash(seed, row, salt) / 2 ** 32;

export function pick<T>(from: readonly T[], bits: number): T {
  const found = from[bits % from.length];
  if (found === undefined) throw new RangeError('nothing to pick from');
  return found;
}
