import type { Clock } from '../../clock.ts';
import type { NodeId, VmId } from '../../ids.ts';
import { type Columns, createMinuteMeans } from './minute-means.ts';
import { METRICS, type MetricLimits, type SeriesKey } from './points.ts';
import { STEPS, stepAt } from './schema.ts';
import type { MetricStore } from './store.ts';

/** Hands the means of each minute to the disk when it is over. */
export interface MetricRecorder<Id extends VmId | NodeId> {
  land(block: Columns<Id>): void;
  /** `hand`: what was measured of the minute that is under way is handed on as well. */
  close(hand: boolean): void;
}

export interface RecorderOptions<Id extends VmId | NodeId> {
  readonly store: Pick<MetricStore, 'add' | 'tidy'>;
  readonly clock: Clock;
  /** Undefined: nothing is kept. */
  readonly limits: () => MetricLimits | undefined;
  /** Undefined for what is not there any more. */
  readonly keyOf: (id: Id) => SeriesKey | undefined;
}

/** The bounds of the file need not be kept to the minute; what a chart wants is made when it is read. */
const TIDY_EVERY_MINUTES = 60;
/** What is handed on between two keys. */
const ROWS_AT_ONCE = 500;

export function createMetricRecorder<Id extends VmId | NodeId>({
  store,
  clock,
  limits,
  keyOf,
}: RecorderOptions<Id>): MetricRecorder<Id> {
  const means = createMinuteMeans<Id>();
  /** The minute that `means` are of; undefined while nothing was measured. */
  let minute: number | undefined;
  let tidied = Number.NEGATIVE_INFINITY;
  /** Takes back the end of the minute. */
  let forget = () => {};
  /** Hands on what is left of the minute before, now. */
  let finish = () => {};

  const hand = (of: number, ids: readonly Id[], values: Float64Array): void => {
    const keys: SeriesKey[] = [];
    const kept = new Float64Array(ids.length * METRICS.length);
    for (const [row, id] of ids.entries()) {
      const key = keyOf(id);
      if (!key) continue;
      kept.set(values.subarray(row * METRICS.length, (row + 1) * METRICS.length), keys.length * METRICS.length);
      keys.push(key);
    }
    if (keys.length > 0) store.add({ minute: of, keys, means: kept.slice(0, keys.length * METRICS.length) });
  };

  /** Ends the minute. */
  const turn = (): void => {
    forget();
    finish();
    const of = minute;
    minute = undefined;
    if (of === undefined) return;
    const { ids, means: values } = means.take();
    let from = 0;
    const step = (to: number): void => {
      hand(of, ids.slice(from, to), values.subarray(from * METRICS.length, to * METRICS.length));
      from = to;
    };
    let takeBack = () => {};
    const goOn = (): void => {
      step(Math.min(ids.length, from + ROWS_AT_ONCE));
      if (from < ids.length) takeBack = clock.after(0, goOn);
      else tidy();
    };
    finish = () => {
      takeBack();
      if (from < ids.length) step(ids.length);
    };
    goOn();
  };

  const tidy = (): void => {
    const now = limits();
    const at = stepAt('minute', clock.now());
    if (!now || Math.abs(at - tidied) < TIDY_EVERY_MINUTES) return;
    tidied = at;
    store.tidy(now);
  };

  return {
    land(block) {
      if (!limits()) return;
      const now = clock.now();
      const current = stepAt('minute', now);
      // After the machine slept, or its clock was set.
      if (minute !== undefined && minute !== current) turn();
      if (minute === undefined) {
        minute = current;
        forget = clock.after((current + 1) * STEPS.minute.ms - now, turn);
      }
      means.land(block);
    },
    close(hand) {
      if (hand) turn();
      forget();
      finish();
    },
  };
}
