import type { NodeId, VmId } from '../../ids.ts';
import type { NodeSample, SampleBlock } from '../../platforms/contract.ts';
import { createSlots, grown } from './columns.ts';
import { createHistory, type History } from './history.ts';
import { createHourHistory, type HourHistory, type HourMetric, MINUTE_MS } from './hour-history.ts';

export interface VmSample {
  /** 0..1 of the VM's own vCPUs; NaN = unknown, here and below. */
  readonly cpu: number;
  readonly memory: number;
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

export type VmRates = Pick<VmSample, 'diskRead' | 'diskWrite' | 'netRx' | 'netTx'>;

const NO_RATES: { [Rate in keyof VmRates]: number } = {
  diskRead: Number.NaN,
  diskWrite: Number.NaN,
  netRx: Number.NaN,
  netTx: Number.NaN,
};

/** Rates together; what is known of one is known of all. */
export function addRates(all: Iterable<VmRates>): VmRates {
  const sum = { ...NO_RATES };
  for (const one of all) {
    sum.diskRead = plus(sum.diskRead, one.diskRead);
    sum.diskWrite = plus(sum.diskWrite, one.diskWrite);
    sum.netRx = plus(sum.netRx, one.netRx);
    sum.netTx = plus(sum.netTx, one.netTx);
  }
  return sum;
}

const plus = (before: number, value = Number.NaN): number =>
  Number.isNaN(value) ? before : Number.isNaN(before) ? value : before + value;

const UNKNOWN: VmSample = {
  cpu: Number.NaN,
  memory: Number.NaN,
  diskRead: Number.NaN,
  diskWrite: Number.NaN,
  netRx: Number.NaN,
  netTx: Number.NaN,
};

/**
 * The newest sample of every VM as typed-array columns, and the history behind it.
 * A block is a few loops over numbers: no object per VM and tick.
 */
export interface VmSamples {
  land(block: SampleBlock): void;
  /** One number, for sorting and filtering the whole fleet. */
  cpu(id: VmId): number;
  memory(id: VmId): number;
  of(id: VmId): VmSample;
  cpuHistory(id: VmId, out: Float32Array, per?: number): void;
  /** Means of the last minutes, the newest last, up to the instant `now` (epoch, ms). Disk and network in both directions together. */
  hour(id: VmId, metric: HourMetric, now: number, out: Float32Array): void;
  /** Rates of many VMs together; NaN where none is known. Where they are is kept for a list that is asked for again. */
  rates(ids: readonly VmId[]): VmRates;
  /** What was known of a VM that is not running says nothing about it any more. */
  forget(id: VmId): void;
  /** Of a VM that is not listed any more: its history is kept for a while, since it may have moved. */
  leave(id: VmId): void;
  /** One that was not listed: it has no history, also when another VM had its id. */
  arrive(id: VmId): void;
  /** The history of a VM goes on under another id. */
  move(from: VmId, to: VmId): void;
}

/** So many VMs that are gone keep their history for the case that they have moved. */
const LEFT_KEPT = 64;

export function createVmSamples(): VmSamples {
  const slots = createSlots<VmId>();
  /** Oldest first. */
  const left = new Set<VmId>();
  const history = createHistory();
  const hours = createHourHistory();
  let cpu = new Float32Array(0);
  let memory = new Float64Array(0);
  let diskRead = new Float32Array(0);
  let diskWrite = new Float32Array(0);
  let netRx = new Float32Array(0);
  let netTx = new Float32Array(0);
  /** Platforms send the same `ids` array again and again: where its rows go is looked up once. */
  const places = new WeakMap<readonly VmId[], { generation: number; slots: Int32Array }>();

  const placesOf = (ids: readonly VmId[]): Int32Array => {
    const known = places.get(ids);
    if (known && known.generation === slots.generation) return known.slots;
    const found = Int32Array.from(ids, (id) => slots.claim(id));
    places.set(ids, { generation: slots.generation, slots: found });
    cpu = grown(cpu, slots.size);
    memory = grown(memory, slots.size);
    diskRead = grown(diskRead, slots.size);
    diskWrite = grown(diskWrite, slots.size);
    netRx = grown(netRx, slots.size);
    netTx = grown(netTx, slots.size);
    return found;
  };

  /** Where the samples of a list were that was asked for before; a VM of which none have come has no place yet. */
  const looked = new WeakMap<readonly VmId[], { generation: number; slots: Int32Array }>();
  const NO_PLACE = -1;
  const lookUp = (ids: readonly VmId[]): Int32Array => {
    const known = looked.get(ids);
    if (known && known.generation === slots.generation) {
      for (let row = 0; row < ids.length; row++)
        if (known.slots[row] === NO_PLACE) known.slots[row] = slots.slotOf(ids[row] as VmId) ?? NO_PLACE;
      return known.slots;
    }
    const found = Int32Array.from(ids, (id) => slots.slotOf(id) ?? NO_PLACE);
    looked.set(ids, { generation: slots.generation, slots: found });
    return found;
  };

  const blank = (slot: number) => {
    for (const column of [cpu, memory, diskRead, diskWrite, netRx, netTx]) column[slot] = Number.NaN;
  };
  const forget = (id: VmId) => {
    left.delete(id);
    const slot = slots.slotOf(id);
    if (slot === undefined) return;
    blank(slot);
    history.clear(slot);
    hours.clear(slot);
    slots.free(id);
  };

  return {
    land(block) {
      const at = placesOf(block.ids);
      const minute = Math.floor(block.at / MINUTE_MS);
      for (let row = 0; row < at.length; row++) {
        const slot = at[row] as number;
        const share = block.cpu[row] ?? Number.NaN;
        cpu[slot] = share;
        const used = block.memory[row] ?? Number.NaN;
        const read = block.diskRead[row] ?? Number.NaN;
        const written = block.diskWrite[row] ?? Number.NaN;
        const received = block.netRx[row] ?? Number.NaN;
        const sent = block.netTx[row] ?? Number.NaN;
        memory[slot] = used;
        diskRead[slot] = read;
        diskWrite[slot] = written;
        netRx[slot] = received;
        netTx[slot] = sent;
        history.push(slot, share);
        hours.push(slot, minute, share, used, read + written, received + sent);
      }
    },
    cpu: (id) => cpu[slots.slotOf(id) ?? -1] ?? Number.NaN,
    memory: (id) => memory[slots.slotOf(id) ?? -1] ?? Number.NaN,
    of(id) {
      const slot = slots.slotOf(id);
      if (slot === undefined) return UNKNOWN;
      return {
        cpu: cpu[slot] ?? Number.NaN,
        memory: memory[slot] ?? Number.NaN,
        diskRead: diskRead[slot] ?? Number.NaN,
        diskWrite: diskWrite[slot] ?? Number.NaN,
        netRx: netRx[slot] ?? Number.NaN,
        netTx: netTx[slot] ?? Number.NaN,
      };
    },
    cpuHistory: (id, out, per) => readHistory(history, slots.slotOf(id), out, per),
    hour: (id, metric, now, out) => readHour(hours, slots.slotOf(id), metric, now, out),
    rates(ids) {
      const sum = { ...NO_RATES };
      for (const slot of lookUp(ids)) {
        if (slot === NO_PLACE) continue;
        sum.diskRead = plus(sum.diskRead, diskRead[slot]);
        sum.diskWrite = plus(sum.diskWrite, diskWrite[slot]);
        sum.netRx = plus(sum.netRx, netRx[slot]);
        sum.netTx = plus(sum.netTx, netTx[slot]);
      }
      return sum;
    },
    forget,
    leave(id) {
      const slot = slots.slotOf(id);
      if (slot === undefined) return;
      blank(slot);
      left.add(id);
      const [oldest] = left.size > LEFT_KEPT ? left : [];
      if (oldest !== undefined) forget(oldest);
    },
    arrive(id) {
      if (left.has(id)) forget(id);
    },
    move(from, to) {
      left.delete(from);
      if (slots.slotOf(from) === undefined) return;
      const before = slots.slotOf(to);
      if (before !== undefined) {
        history.clear(before);
        hours.clear(before);
      }
      slots.rename(from, to);
    },
  };
}

/** The newest sample of every node, with the history of its CPU. Nodes are few: plain objects do. */
export interface NodeSamples {
  land(samples: readonly NodeSample[]): void;
  of(id: NodeId): NodeSample | undefined;
  cpuHistory(id: NodeId, out: Float32Array, per?: number): void;
  /** As of VMs; of nodes CPU and memory alone are known. */
  hour(id: NodeId, metric: HourMetric, now: number, out: Float32Array): void;
  forget(id: NodeId): void;
}

export function createNodeSamples(): NodeSamples {
  const newest = new Map<NodeId, NodeSample>();
  const slots = createSlots<NodeId>();
  const history = createHistory();
  const hours = createHourHistory();
  return {
    land(samples) {
      for (const sample of samples) {
        newest.set(sample.node, sample);
        const slot = slots.claim(sample.node);
        const minute = Math.floor(sample.at / MINUTE_MS);
        history.push(slot, sample.cpu);
        hours.push(slot, minute, sample.cpu, sample.memory, Number.NaN, Number.NaN);
      }
    },
    of: (id) => newest.get(id),
    cpuHistory: (id, out, per) => readHistory(history, slots.slotOf(id), out, per),
    hour: (id, metric, now, out) => readHour(hours, slots.slotOf(id), metric, now, out),
    forget(id) {
      const slot = slots.slotOf(id);
      if (slot === undefined) return;
      newest.delete(id);
      hours.clear(slot);
      history.clear(slot);
      slots.free(id);
    },
  };
}

function readHistory(history: History, slot: number | undefined, out: Float32Array, per?: number): void {
  if (slot === undefined) out.fill(Number.NaN);
  else history.read(slot, out, per);
}

function readHour(
  hours: HourHistory,
  slot: number | undefined,
  metric: HourMetric,
  now: number,
  out: Float32Array,
): void {
  if (slot === undefined) out.fill(Number.NaN);
  else hours.read(slot, metric, Math.floor(now / MINUTE_MS), out);
}
