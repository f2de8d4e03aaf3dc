/** Metrics that are kept on the disk, as the recorder hands them to the thread of the database. */
import type { HistoryRow } from '../../platforms/contract.ts';

/** In the order of the columns in the file, and of the means of a block. */
export const METRICS = ['cpu', 'memory', 'diskRead', 'diskWrite', 'netRx', 'netTx'] as const satisfies readonly Exclude<
  keyof HistoryRow,
  'at'
>[];

/** Whose metrics they are. */
export interface SeriesKey {
  /** Where its endpoint points, whatever the configuration calls that: `libvirt root@host1`. */
  readonly source: string;
  /** What the endpoint calls it: the native part of its id. */
  readonly object: string;
  /** Its own identity: another machine may be called the same later. */
  readonly machine: string;
}

/** The means of one minute. */
export interface MinuteBlock {
  /** Minutes since 1970. */
  readonly minute: number;
  readonly keys: readonly SeriesKey[];
  /** For each key its METRICS: a share, bytes, and bytes a second; NaN = unknown. */
  readonly means: Float64Array;
}

/** Bounds of what is kept. */
export interface MetricLimits {
  /** How far back means of days go; those of hours and minutes go back no further. */
  readonly days: number;
  /** Of the file, without what waits beside it to be written into it. */
  readonly bytes: number;
}
