/** What many measurements of one thing come to. Milliseconds, bytes or percent: the caller knows. */
export interface Figures {
  readonly n: number;
  readonly min: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

/** Nearest rank, so that each figure is one that was measured. NaN for none. */
export function figuresOf(values: readonly number[]): Figures {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = (share: number) => rounded(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);
  return { n: sorted.length, min: rank(0), p50: rank(0.5), p99: rank(0.99), max: rank(1) };
}
