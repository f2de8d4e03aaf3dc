/** Chances from a fixed seed: the same inputs at each run. */
export interface Chances {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from 0 to below this one. */
  number(below: number): number;
  /** True for so many of a hundred. */
  percent(share: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** mulberry32 (Tommy Ettinger, public domain). */
export function createChances(seed: number): Chances {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const number = (below: number): number => Math.floor(next() * below);
  return {
    next,
    number,
    percent: (share) => next() * 100 < share,
    pick: (items) => {
      const item = items[number(items.length)];
      if (item === undefined) throw new Error('there is nothing to pick from');
      return item;
    },
  };
}
