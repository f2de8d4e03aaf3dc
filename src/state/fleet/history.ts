import { grown } from './columns.ts';

/** How many samples back a graph can look. */
const HISTORY_LENGTH = 60;
const UNKNOWN = 255;
/** Half a percent is finer than any graph that fits a terminal; a byte a sample keeps 100,000 VMs in 6 MB a metric. */
const STEPS = 200;
const SLOTS_PER_CHUNK = 1024;

/** The last HISTORY_LENGTH shares (0..1) of every slot, newest last. Chunks are made when first written to. */
export interface History {
  push(slot: number, share: number): void;
  /**
   * Writes the newest shares to `out`, oldest first, each the mean of `per` samples (a divisor of 60); NaN where there was
   * none. Which samples belong together does not change as more come: a graph moves every `per` samples, and between only
   * its last cell changes, which is what a slow link pays for.
   */
  read(slot: number, out: Float32Array, per?: number): void;
  /** Forgets a slot whose owner is gone. */
  clear(slot: number): void;
}

export function createHistory(): History {
  const chunks: (Uint8Array | undefined)[] = [];
  let heads = new Float32Array(0);
  const chunkOf = (slot: number) => chunks[Math.floor(slot / SLOTS_PER_CHUNK)];

  return {
    push(slot, share) {
      let chunk = chunkOf(slot);
      if (!chunk) {
        chunk = new Uint8Array(SLOTS_PER_CHUNK * HISTORY_LENGTH).fill(UNKNOWN);
        chunks[Math.floor(slot / SLOTS_PER_CHUNK)] = chunk;
      }
      if (slot >= heads.length) heads = grown(heads, slot + 1);
      const head = heads[slot] ?? Number.NaN;
      const next = Number.isNaN(head) ? 0 : (head + 1) % HISTORY_LENGTH;
      heads[slot] = next;
      const step = Number.isNaN(share) ? UNKNOWN : Math.round(Math.min(1, Math.max(0, share)) * STEPS);
      chunk[(slot % SLOTS_PER_CHUNK) * HISTORY_LENGTH + next] = step;
    },
    read(slot, out, per = 1) {
      const chunk = chunkOf(slot);
      const head = heads[slot] ?? Number.NaN;
      if (!chunk || Number.isNaN(head)) {
        out.fill(Number.NaN);
        return;
      }
      const base = (slot % SLOTS_PER_CHUNK) * HISTORY_LENGTH;
      let back = 0;
      let inGroup = (head % per) + 1;
      for (let i = out.length - 1; i >= 0; i--) {
        let sum = 0;
        let known = 0;
        for (; inGroup > 0; inGroup--, back++) {
          const step =
            back >= HISTORY_LENGTH ? UNKNOWN : chunk[base + ((head - back + HISTORY_LENGTH) % HISTORY_LENGTH)];
          if (step === undefined || step === UNKNOWN) continue;
          sum += step;
          known++;
        }
        out[i] = known === 0 ? Number.NaN : sum / known / STEPS;
        inGroup = per;
      }
    },
    clear(slot) {
      const base = (slot % SLOTS_PER_CHUNK) * HISTORY_LENGTH;
      chunkOf(slot)?.fill(UNKNOWN, base, base + HISTORY_LENGTH);
      heads[slot] = Number.NaN;
    },
  };
}
