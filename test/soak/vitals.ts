/** What a long run must not let grow. Bytes and counts, after garbage was collected. */
export interface Vitals {
  readonly heap: number;
  readonly rss: number;
  readonly external: number;
  /** Sockets, files, terminals: what would keep the process alive. */
  readonly handles: number;
  readonly timers: number;
  /** Of the process and its three streams. */
  readonly listeners: number;
}

/** How much each may grow in an hour, and at which it is compared: a share of its mean, or a count. */
const MOST_GROWTH: Readonly<Record<keyof Vitals, { readonly share?: number; readonly count?: number }>> = {
  heap: { share: 0.05 },
  rss: { share: 0.05 },
  external: { share: 0.05 },
  handles: { count: 1 },
  timers: { count: 3 },
  listeners: { count: 1 },
};

export interface Trend {
  readonly of: keyof Vitals;
  readonly mean: number;
  /** By the line that fits best (least squares). */
  readonly growthPerHour: number;
  readonly most: number;
  readonly isFlat: boolean;
}

/** `atMinutes` belongs to each of `taken`. */
export function trendsOf(taken: readonly Vitals[], atMinutes: readonly number[]): readonly Trend[] {
  return (Object.keys(MOST_GROWTH) as (keyof Vitals)[]).map((of) => {
    const values = taken.map((vitals) => vitals[of]);
    const mean = average(values);
    const growthPerHour = slope(atMinutes, values) * 60;
    const { share, count } = MOST_GROWTH[of];
    const most = share === undefined ? (count ?? 0) : share * mean;
    return { of, mean, growthPerHour, most, isFlat: growthPerHour <= most };
  });
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

function slope(at: readonly number[], values: readonly number[]): number {
  const middle = average(at);
  const mean = average(values);
  let above = 0;
  let below = 0;
  for (const [index, x] of at.entries()) {
    above += (x - middle) * ((values[index] ?? mean) - mean);
    below += (x - middle) ** 2;
  }
  return below === 0 ? 0 : above / below;
}
