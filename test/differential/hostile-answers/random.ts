/** Inputs from a fixed seed: the same in every run, on every machine. */
export interface Random {
  /** 0 … below - 1. */
  number(below: number): number;
  pick<T>(from: readonly T[]): T;
}

/** mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed;
  const number = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
  return { number, pick: (from) => from[number(from.length)] as (typeof from)[number] };
}

/** The text with one to four small damages: parts taken out, doubled, swapped or replaced by what hurts readers. */
export function damaged(text: string, random: Random, hurts: readonly string[]): string {
  let result = text;
  for (let left = 1 + random.number(4); left > 0; left--) {
    const at = random.number(result.length + 1);
    const length = random.number(Math.min(40, result.length - at + 1));
    const [before, part, after] = [result.slice(0, at), result.slice(at, at + length), result.slice(at + length)];
    switch (random.number(6)) {
      case 0:
        result = before + after;
        break;
      case 1:
        result = before + part + part + after;
        break;
      case 2:
        result = before + random.pick(hurts) + after;
        break;
      case 3:
        result = before + random.pick(hurts) + part + after;
        break;
      case 4:
        result = before + random.pick(hurts).repeat(1 + random.number(300)) + after;
        break;
      default:
        result = before;
    }
  }
  return result;
}
