/**
 * The load of the fleet: a pure function of (seed, row, time). A day has a morning and a night, minutes have noise,
 * and now and then a burst comes. Nothing is kept per VM, and a tick writes into arrays that are used again.
 */
import type { Node, SampleBlock } from '../contract.ts';
import { ACTIVITY, type Columns } from './fleet.ts';
import { ROLES } from './names.ts';
import { hash } from './random.ts';

const DAY_S = 86_400;
/** Noise goes smoothly from one value to the next in this time. */
const NOISE_S = 24;
const BURST_S = 180;
/** The emptiest second of the day, UTC. */
const NIGHT_S = 3 * 3600;

/** As the contract's block, but with columns that are written again and again. */
export type Samples = Omit<SampleBlock, 'at' | 'windowMs' | 'ids'>;

export const makeSamples = (length: number): Samples => ({
  cpu: new Float32Array(length),
  memory: new Float64Array(length),
  diskRead: new Float32Array(length),
  diskWrite: new Float32Array(length),
  netRx: new Float32Array(length),
  netTx: new Float32Array(length),
});

/** Busy CPUs and bytes per node, added up while samples are made. */
export interface NodeLoad {
  readonly cpus: Float64Array;
  readonly memory: Float64Array;
}

// One array per fact, since this is read for every VM in every tick.
const REST = Float64Array.from(ROLES, (role) => role.rest);
const DAY = Float64Array.from(ROLES, (role) => role.day);
const UNREST = Float64Array.from(ROLES, (role) => role.unrest);
const BURSTS = Float64Array.from(ROLES, (role) => role.bursts * 2 ** 32);
const MEMORY = Float64Array.from(ROLES, (role) => role.memory);
const DISK = Float64Array.from(ROLES, (role) => role.disk);
const NET = Float64Array.from(ROLES, (role) => role.net);

/** Writes the samples of `rows` as they are at `atMs`, and adds them to the `load` of their nodes. */
export function sampleRows(
  columns: Columns,
  seed: number,
  rows: Int32Array,
  atMs: number,
  into: Samples,
  load?: NodeLoad,
): void {
  const second = atMs / 1000;
  const day = 0.5 - 0.5 * Math.cos((2 * Math.PI * (second - NIGHT_S)) / DAY_S);
  for (let k = 0; k < rows.length; k++) {
    const row = rows[k] ?? 0;
    const activity = columns.activity[row];
    if (activity === ACTIVITY.off) {
      blank(into, k);
      continue;
    }
    const role = columns.role[row] ?? 0;
    const now = second + (columns.phase[row] ?? 0);
    const memoryShare = noise(seed, row, now / (NOISE_S * 8), 81) * 0.12 + day * 0.08 + (MEMORY[role] ?? 0);
    const memory = (columns.memory[row] ?? 0) * memoryShare;
    const jitter = hash(seed, row, Math.floor(now));
    let cpu = 0;
    if (activity === ACTIVITY.on) {
      const ripple = ((jitter & 0xffff) / 0xffff - 0.5) * 0.03;
      const restless = (noise(seed, row, now / NOISE_S, 82) - 0.35) * (UNREST[role] ?? 0);
      cpu = (REST[role] ?? 0) + (DAY[role] ?? 0) * day + restless + burst(seed, row, now, BURSTS[role] ?? 0) + ripple;
      cpu = Math.min(1, Math.max(0.002 + (jitter & 0xff) * 1e-5, cpu));
    }
    const io = cpu * (0.5 + (jitter >>> 16) / 0xffff);
    const disk = io * (DISK[role] ?? 0);
    const net = io * (NET[role] ?? 0);
    into.cpu[k] = cpu;
    into.memory[k] = memory;
    into.diskRead[k] = disk * 0.6;
    into.diskWrite[k] = disk * 0.4;
    into.netRx[k] = net * 0.4;
    into.netTx[k] = net * 0.6;
    const node = columns.node[row] ?? -1;
    if (load && node >= 0) {
      load.cpus[node] = (load.cpus[node] ?? 0) + cpu * (columns.cpus[row] ?? 0);
      load.memory[node] = (load.memory[node] ?? 0) + memory;
    }
  }
}

function blank(into: Samples, k: number): void {
  into.cpu[k] = Number.NaN;
  into.memory[k] = Number.NaN;
  into.diskRead[k] = Number.NaN;
  into.diskWrite[k] = Number.NaN;
  into.netRx[k] = Number.NaN;
  into.netTx[k] = Number.NaN;
}

/** 0..1, smooth: an S-curve from one random value to the next, one per step of `time`. */
function noise(seed: number, row: number, time: number, salt: number): number {
  const step = Math.floor(time);
  const part = time - step;
  const from = hash(seed + salt, row, step);
  const to = hash(seed + salt, row, step + 1);
  return (from + (to - from) * part * part * (3 - 2 * part)) / 2 ** 32;
}

/** Some stretches of three minutes are a hill of load. */
function burst(seed: number, row: number, time: number, odds: number): number {
  const step = Math.floor(time / BURST_S);
  const bits = hash(seed + 83, row, step);
  if (bits >= odds) return 0;
  const part = time / BURST_S - step;
  const hill = 4 * part * (1 - part);
  return hill * hill * (0.3 + ((bits & 0xff) / 0xff) * 0.5);
}

/** What the node itself needs beside its VMs. */
const HOST_CPU = 0.015;
const HOST_MEMORY = 4 * 1024 ** 3;

export const nodeCpu = (load: NodeLoad, row: number, node: Node): number =>
  Math.min(1, HOST_CPU + (load.cpus[row] ?? 0) / node.cpus);

export const nodeMemory = (load: NodeLoad, row: number, node: Node): number =>
  Math.min(node.memory, HOST_MEMORY + (load.memory[row] ?? 0));
