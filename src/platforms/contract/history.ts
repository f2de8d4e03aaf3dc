/** What a platform has kept of a VM: its metrics of the past, from before drover looked. */
import type { VmId } from '../../ids.ts';

export const HISTORY_RANGES = ['hour', 'day', 'week', 'month', 'year'] as const;
export type HistoryRange = (typeof HISTORY_RANGES)[number];

const DAY_MS = 86_400_000;
export const RANGE_MS: Readonly<Record<HistoryRange, number>> = {
  hour: DAY_MS / 24,
  day: DAY_MS,
  week: 7 * DAY_MS,
  month: 30 * DAY_MS,
  year: 365 * DAY_MS,
};

/** Means of one step of time, as those of a `SampleBlock`: NaN = unknown, never 0. */
export interface HistoryRow {
  /** When the step began: epoch, ms. */
  readonly at: number;
  /** 0..1 of the VM's own vCPUs. */
  readonly cpu: number;
  /** Bytes in use inside the guest. */
  readonly memory: number;
  /** Bytes per second. */
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

export interface History {
  /** How long a step is, ms: the longer the range, the longer. */
  readonly stepMs: number;
  /** Oldest first; steps of which nothing is known may be missing. */
  readonly rows: readonly HistoryRow[];
}

export interface HistoryOps {
  /** The metrics up to now, of a range back at most. One that nothing was kept of has no rows. */
  history?(id: VmId, range: HistoryRange, signal: AbortSignal): Promise<History>;
}
