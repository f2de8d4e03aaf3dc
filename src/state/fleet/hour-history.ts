/** The last hour of every slot: a mean for each minute. What is never looked at costs a few additions a sample. */
import { grown } from './columns.ts';

export const HOUR_METRICS = ['cpu', 'memory', 'disk', 'net'] as const;
export type HourMetric = (typeof HOUR_METRICS)[number];

export const MINUTES = 60;
export const MINUTE_MS = 60_000;

const METRICS = HOUR_METRICS.length;
const SLOTS_PER_CHUNK = 256;
const UNKNOWN = 0xff_ff;
/** Steps of 0.3% over everything from bytes to petabytes: two bytes a minute keep 1,000 VMs that run in half a megabyte. */
const STEPS_PER_OCTAVE = 256;
const encode = (value: number): number =>
  Math.min(UNKNOWN - 1, Math.round(Math.log2(1 + value / FINEST) * STEPS_PER_OCTAVE));
const decode = (step: number): number => (2 ** (step / STEPS_PER_OCTAVE) - 1) * FINEST;
const FINEST = 64;
/** A share is counted as so many bytes. */
const SHARE = 2 ** 20;

export interface HourHistory {
  /** One sample of a slot: a share, bytes, and bytes a second; NaN for what is not known. `minute`: since 1970. */
  push(slot: number, minute: number, cpu: number, memory: number, disk: number, net: number): void;
  /** Writes the means of the last minutes to `out`, the newest last, which is that of `minute` as far as it is; NaN where there is none. */
  read(slot: number, metric: HourMetric, minute: number, out: Float32Array): void;
  clear(slot: number): void;
}

export function createHourHistory(): HourHistory {
  const chunks: (Uint16Array | undefined)[] = [];
  /** Of the minute that a slot is in: sums and how many were summed, by slot and metric. */
  let sums = new Float64Array(0);
  let counts = new Float32Array(0);
  let minutes = new Float64Array(0);

  const chunkOf = (slot: number) => chunks[Math.floor(slot / SLOTS_PER_CHUNK)];
  const baseOf = (slot: number, metric: number) => ((slot % SLOTS_PER_CHUNK) * METRICS + metric) * MINUTES;

  function write(slot: number, minute: number): void {
    const index = Math.floor(slot / SLOTS_PER_CHUNK);
    let chunk = chunks[index];
    if (!chunk) {
      chunk = new Uint16Array(SLOTS_PER_CHUNK * METRICS * MINUTES).fill(UNKNOWN);
      chunks[index] = chunk;
    }
    const last = minutes[slot] ?? Number.NaN;
    for (let metric = 0; metric < METRICS; metric++) {
      const at = slot * METRICS + metric;
      const base = baseOf(slot, metric);
      const count = counts[at] ?? 0;
      chunk[base + (last % MINUTES)] = count > 0 ? encode((sums[at] ?? 0) / count) : UNKNOWN;
      // Minutes in which nothing came; after an hour of them what was written just now is too old as well.
      const gap = Math.min(MINUTES, minute - last - 1);
      for (let i = 1; i <= gap; i++) chunk[base + ((last + i) % MINUTES)] = UNKNOWN;
      sums[at] = 0;
      counts[at] = 0;
    }
  }

  const add = (at: number, value: number): void => {
    if (Number.isNaN(value)) return;
    sums[at] = (sums[at] ?? 0) + value;
    counts[at] = (counts[at] ?? 0) + 1;
  };

  return {
    push(slot, minute, cpu, memory, disk, net) {
      if (slot >= minutes.length) {
        minutes = grown(minutes, slot + 1);
        sums = grown(sums, minutes.length * METRICS);
        counts = grown(counts, minutes.length * METRICS);
      }
      const last = minutes[slot] ?? Number.NaN;
      if (Number.isNaN(last)) {
        for (let at = slot * METRICS; at < (slot + 1) * METRICS; at++) sums[at] = counts[at] = 0;
        minutes[slot] = minute;
      } else if (minute > last) {
        write(slot, minute);
        minutes[slot] = minute;
      }
      const at = slot * METRICS;
      add(at, cpu * SHARE);
      add(at + 1, memory);
      add(at + 2, disk);
      add(at + 3, net);
    },
    read(slot, name, minute, out) {
      out.fill(Number.NaN);
      const last = minutes[slot] ?? Number.NaN;
      if (Number.isNaN(last)) return;
      const metric = HOUR_METRICS.indexOf(name);
      const scale = name === 'cpu' ? SHARE : 1;
      const chunk = chunkOf(slot);
      for (let back = 0; back < Math.min(out.length, MINUTES); back++) {
        const wanted = minute - back;
        const i = out.length - 1 - back;
        if (wanted === last) {
          const count = counts[slot * METRICS + metric] ?? 0;
          if (count > 0) out[i] = (sums[slot * METRICS + metric] ?? 0) / count / scale;
        } else if (wanted < last && wanted > last - MINUTES && chunk) {
          const step = chunk[baseOf(slot, metric) + (wanted % MINUTES)] ?? UNKNOWN;
          if (step !== UNKNOWN) out[i] = decode(step) / scale;
        }
      }
    },
    clear(slot) {
      for (let metric = 0; metric < METRICS; metric++) {
        const base = baseOf(slot, metric);
        chunkOf(slot)?.fill(UNKNOWN, base, base + MINUTES);
      }
      if (slot < minutes.length) minutes[slot] = Number.NaN;
    },
  };
}
