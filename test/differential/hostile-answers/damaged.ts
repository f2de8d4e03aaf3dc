import type { Chances } from '../random.ts';

/** The text with one to four small damages: parts taken out, doubled, swapped or replaced by what hurts readers. */
export function damaged(text: string, chances: Chances, hurts: readonly string[]): string {
  let result = text;
  for (let left = 1 + chances.number(4); left > 0; left--) {
    const at = chances.number(result.length + 1);
    const length = chances.number(Math.min(40, result.length - at + 1));
    const [before, part, after] = [result.slice(0, at), result.slice(at, at + length), result.slice(at + length)];
    switch (chances.number(6)) {
      case 0:
        result = before + after;
        break;
      case 1:
        result = before + part + part + after;
        break;
      case 2:
        result = before + chances.pick(hurts) + after;
        break;
      case 3:
        result = before + chances.pick(hurts) + part + after;
        break;
      case 4:
        result = before + chances.pick(hurts).repeat(1 + chances.number(300)) + after;
        break;
      default:
        result = before;
    }
  }
  return result;
}
