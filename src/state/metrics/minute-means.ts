import type { NodeId, VmId } from '../../ids.ts';
import type { SampleBlock } from '../../platforms/contract.ts';
import { createSlots, grown } from '../fleet/columns.ts';
import { METRICS } from './points.ts';

/** Columns of metrics of one instant, as those of a `SampleBlock`. */
export interface Columns<Id extends VmId | NodeId> extends Pick<SampleBlock, (typeof METRICS)[number]> {
  readonly ids: readonly Id[];
}

/** Means over the minute that is under way: a few additions for each sample. */
export interface MinuteMeans<Id extends VmId | NodeId> {
  land(block: Columns<Id>): void;
  /** The means of those objects of which something was measured, by METRICS, NaN = unknown; what comes then is of the next minute. */
  take(): { readonly ids: readonly Id[]; readonly means: Float64Array };
}

export function createMinuteMeans<Id extends VmId | NodeId>(): MinuteMeans<Id> {
  const slots = createSlots<Id>();
  /** By slot; and by slot and metric, NaN where nothing was measured. */
  const owners: (Id | undefined)[] = [];
  let sums = new Float64Array(0);
  let counts = new Float32Array(0);
  /** Those that a block has spoken of, be it that nothing was measured. */
  const heard = new Set<number>();
  /** Platforms send the same `ids` array again and again. */
  const places = new WeakMap<readonly Id[], { generation: number; slots: Int32Array }>();

  const placesOf = (ids: readonly Id[]): Int32Array => {
    const known = places.get(ids);
    if (known?.generation === slots.generation) return known.slots;
    const found = Int32Array.from(ids, (id) => {
      const slot = slots.claim(id);
      owners[slot] = id;
      return slot;
    });
    places.set(ids, { generation: slots.generation, slots: found });
    sums = grown(sums, slots.size * METRICS.length);
    counts = grown(counts, slots.size * METRICS.length);
    return found;
  };

  const add = (at: number, value = Number.NaN): void => {
    if (Number.isNaN(value)) return;
    const before = sums[at] ?? Number.NaN;
    const isFirst = Number.isNaN(before);
    sums[at] = isFirst ? value : before + value;
    counts[at] = isFirst ? 1 : (counts[at] ?? 0) + 1;
  };

  return {
    land(block) {
      const at = placesOf(block.ids);
      for (let row = 0; row < at.length; row++) {
        const slot = at[row] as number;
        const base = slot * METRICS.length;
        heard.add(slot);
        for (let column = 0; column < METRICS.length; column++)
          add(base + column, block[METRICS[column] as (typeof METRICS)[number]][row]);
      }
    },
    take() {
      const ids: Id[] = [];
      const means = new Float64Array(heard.size * METRICS.length).fill(Number.NaN);
      for (const [slot, id] of owners.entries()) {
        if (id === undefined) continue;
        if (!heard.has(slot)) {
          slots.free(id);
          owners[slot] = undefined;
          continue;
        }
        let isKnown = false;
        for (let column = 0; column < METRICS.length; column++) {
          const from = slot * METRICS.length + column;
          const sum = sums[from] ?? Number.NaN;
          if (Number.isNaN(sum)) continue;
          means[ids.length * METRICS.length + column] = sum / (counts[from] ?? 1);
          isKnown = true;
        }
        if (isKnown) ids.push(id);
      }
      sums.fill(Number.NaN);
      heard.clear();
      return { ids, means: means.subarray(0, ids.length * METRICS.length) };
    },
  };
}
