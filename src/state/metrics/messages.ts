/** What the main thread and the thread of the database say to each other. */
import type { History, HistoryRange } from '../../platforms/contract.ts';
import type { MetricLimits, MinuteBlock, SeriesKey } from './points.ts';

export type Order =
  | { readonly kind: 'add'; readonly block: MinuteBlock }
  | { readonly kind: 'read'; readonly key: SeriesKey; readonly range: HistoryRange; readonly now: number }
  | { readonly kind: 'tidy'; readonly now: number; readonly limits: MetricLimits }
  | { readonly kind: 'close' };

export type ToThread = Order & { readonly call: number };

export type FromThread =
  | { readonly call: number; readonly kind: 'done'; readonly history: History | undefined }
  /** Words of a FleetError; without a code it is a bug, with its stack. */
  | {
      readonly call: number;
      readonly kind: 'failed';
      readonly isKnown: boolean;
      readonly message: string;
      readonly fix: string | undefined;
      readonly stack: string | undefined;
    };
