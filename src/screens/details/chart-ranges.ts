import type { HistoryRange } from '../../platforms/contract.ts';

/** How far back the charts of a VM go below those of its last hour, the nearest first. */
export const CHART_RANGES = ['day', 'week', 'month', 'year'] as const satisfies readonly HistoryRange[];
export type ChartRange = (typeof CHART_RANGES)[number];

/** What a range is called, and how its oldest edge. */
export const SPANS: Readonly<Record<ChartRange, { readonly name: string; readonly edge: string }>> = {
  day: { name: 'last day', edge: '1 d ago' },
  week: { name: 'last week', edge: '7 d ago' },
  month: { name: 'last 30 days', edge: '30 d ago' },
  year: { name: 'last year', edge: '1 y ago' },
};
