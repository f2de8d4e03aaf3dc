import type { HistoryRange } from '../../platforms/contract.ts';

/** How far back the charts of a VM go below those of its last hour, the nearest first. */
export const CHART_RANGES = ['day', 'week', 'month', 'year'] as const satisfies readonly HistoryRange[];
export type ChartRange = (typeof CHART_RANGES)[number];

const DAY_MS = 86_400_000;

/** What a range is called, and how its oldest edge. */
export const SPANS: Readonly<
  Record<ChartRange, { readonly ms: number; readonly name: string; readonly edge: string }>
> = {
  day: { ms: DAY_MS, name: 'last day', edge: '1 d ago' },
  week: { ms: 7 * DAY_MS, name: 'last week', edge: '7 d ago' },
  month: { ms: 30 * DAY_MS, name: 'last 30 days', edge: '30 d ago' },
  year: { ms: 365 * DAY_MS, name: 'last year', edge: '1 y ago' },
};
