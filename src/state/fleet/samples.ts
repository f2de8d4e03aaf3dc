import type { NodeId, VmId } from '../../ids.ts';
import type { NodeSample, SampleBlock } from '../../platforms/contract.ts';
import { createSlots, grown } from './columns.ts';
import { createHistory, type History } from './history.ts';

export interface VmSample {
  /** 0..1 of the VM's own vCPUs; NaN = unknown, here and below. */
  readonly cpu: number;
  readonly memory: number;
  readonly diskRead: number;
  readonly diskWrite: number;
  readonly netRx: number;
  readonly netTx: number;
}

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
  /** What was known of a VM that is not running says nothing about it any more. */
  forget(id: VmId): void;
}

export function createVmSamples(): VmSamples {
  const slots = createSlots<VmId>();
  const history = createHistory();
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

  return {
    land(block) {
      const at = placesOf(block.ids);
      for (let row = 0; row < at.length; row++) {
        const slot = at[row] as number;
        const share = block.cpu[row] ?? Number.NaN;
        cpu[slot] = share;
        memory[slot] = block.memory[row] ?? Number.NaN;
        diskRead[slot] = block.diskRead[row] ?? Number.NaN;
        diskWrite[slot] = block.diskWrite[row] ?? Number.NaN;
        netRx[slot] = block.netRx[row] ?? Number.NaN;
        netTx[slot] = block.netTx[row] ?? Number.NaN;
        history.push(slot, share);
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
    forget(id) {
      const slot = slots.slotOf(id);
      if (slot === undefined) return;
      for (const column of [cpu, memory, diskRead, diskWrite, netRx, netTx]) column[slot] = Number.NaN;
      history.clear(slot);
      slots.free(id);
    },
  };
}

/** The newest sample of every node, with the history of its CPU. Nodes are few: plain objects do. */
export interface NodeSamples {
  land(samples: readonly NodeSample[]): void;
  of(id: NodeId): NodeSample | undefined;
  cpuHistory(id: NodeId, out: Float32Array, per?: number): void;
  forget(id: NodeId): void;
}

export function createNodeSamples(): NodeSamples {
  const newest = new Map<NodeId, NodeSample>();
  const slots = createSlots<NodeId>();
  const history = createHistory();
  return {
    land(samples) {
      for (const sample of samples) {
        newest.set(sample.node, sample);
        history.push(slots.claim(sample.node), sample.cpu);
      }
    },
    of: (id) => newest.get(id),
    cpuHistory: (id, out, per) => readHistory(history, slots.slotOf(id), out, per),
    forget(id) {
      const slot = slots.slotOf(id);
      if (slot === undefined) return;
      newest.delete(id);
      history.clear(slot);
      slots.free(id);
    },
  };
}

function readHistory(history: History, slot: number | undefined, out: Float32Array, per?: number): void {
  if (slot === undefined) out.fill(Number.NaN);
  else history.read(slot, out, per);
}
