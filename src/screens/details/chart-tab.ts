/** The last hour of a VM, a node or a pool, and what was kept of a VM from before. Read only while the tab is shown. */
import type { NodeId, VmId } from '../../ids.ts';
import { type History, type HistoryRow, type Node, RANGE_MS, type Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { HOUR_METRICS, type HourMetric, MINUTES } from '../../state/fleet/hour-history.ts';
import { formatBytes, formatRatio } from '../../units.ts';
import { CHART_ROWS, type Chart, chartLines } from '../components/chart.ts';
import type { Look } from '../frame/look.ts';
import { type ChartRange, SPANS } from './chart-ranges.ts';

const SIDE_BY_SIDE_FROM = 100;
const GAP = 2;
const HOUR = '1 h ago';
const rate = (value: number): string => `${formatBytes(value)}/s`;

/** Of a VM: shares of its own CPUs and memory, and what goes to and from its disks and networks. */
export function vmCharts(vm: Vm, fleet: Fleet, columns: number, look: Look): readonly string[] {
  const hour = (metric: HourMetric) => hourOf((out) => fleet.samples.hour(vm.id, metric, fleet.landedAt, out));
  const shown = { cpu: hour('cpu'), memory: hour('memory'), disk: hour('disk'), net: hour('net') };
  if (isEmpty(shown)) return [look.theme.paint('dim', 'Nothing was measured in the last hour.')];
  return charts(shown, { memory: vm.memory, span: HOUR }, columns, look);
}

/** The same of a longer range, as its platform or drover has kept it. Steps that are missing are blank. */
export function historyCharts(
  vm: Vm,
  { stepMs, rows }: History,
  range: ChartRange,
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const { name, edge } = SPANS[range];
  const column = (value: (row: HistoryRow) => number) => columnOf({ stepMs, rows }, range, fleet.landedAt, value);
  const shown = {
    cpu: column(({ cpu }) => cpu),
    memory: column(({ memory }) => memory),
    disk: column(({ diskRead, diskWrite }) => diskRead + diskWrite),
    net: column(({ netRx, netTx }) => netRx + netTx),
  };
  if (isEmpty(shown)) return [look.theme.paint('dim', `Nothing was kept of the ${name}.`)];
  return charts(shown, { memory: vm.memory, span: edge }, columns, look);
}

/** One figure of a history, a place for each step of the range; NaN where it is not known. `now`: epoch, ms. */
export function columnOf(
  { stepMs, rows }: History,
  range: ChartRange,
  now: number,
  value: (row: HistoryRow) => number,
): Float32Array {
  const steps = Math.max(1, Math.round(RANGE_MS[range] / stepMs));
  const newest = Math.floor(now / stepMs);
  const out = new Float32Array(steps).fill(Number.NaN);
  for (const row of rows) {
    const at = steps - 1 - (newest - Math.floor(row.at / stepMs));
    if (at >= 0 && at < steps) out[at] = value(row);
  }
  return out;
}

/** CPUs and memory of nodes together over a longer range, as drover has measured them. */
export function nodeHistoryCharts(
  kept: ReadonlyMap<NodeId, History>,
  range: ChartRange,
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const { name, edge } = SPANS[range];
  const nodes = [...kept].flatMap(([id, history]) => {
    const node = fleet.nodes.get(id);
    const of = (value: (row: HistoryRow) => number) => columnOf(history, range, fleet.landedAt, value);
    return node ? [{ node, cpu: of(({ cpu }) => cpu), memory: of(({ memory }) => memory) }] : [];
  });
  const [first] = nodes;
  if (!first) return [look.theme.paint('dim', `Nothing was kept of the ${name}.`)];
  const { cpu, memory, most } = together(first.cpu.length, nodes);
  const all = [chartOf('CPU', cpu, 1, formatRatio), chartOf('Memory in use', memory, most, formatBytes)];
  return beside(all, edge, columns, look);
}

interface NodeColumns {
  readonly node: Node;
  readonly cpu: Float32Array;
  readonly memory: Float32Array;
}

/** `cpu`: the share of the CPUs of those nodes of which it is known at that step; `most`: all memory that there is. */
function together(steps: number, nodes: Iterable<NodeColumns>) {
  const cpus = new Float32Array(steps);
  const busy = new Float32Array(steps).fill(Number.NaN);
  const memory = new Float32Array(steps).fill(Number.NaN);
  let most = 0;
  for (const { node, cpu, memory: used } of nodes) {
    if (Number.isFinite(node.memory)) most += node.memory;
    add(memory, used, 1);
    if (!Number.isFinite(node.cpus)) continue;
    add(busy, cpu, node.cpus);
    for (let at = 0; at < steps; at++) if (!Number.isNaN(cpu[at] ?? Number.NaN)) cpus[at] = (cpus[at] ?? 0) + node.cpus;
  }
  return { cpu: busy.map((share, at) => share / (cpus[at] ?? 0)), memory, most };
}

/** Of nodes together: shares of their CPUs and memory; `vms`: those whose disks and networks count. */
export function nodeCharts(
  nodes: readonly NodeId[],
  vms: readonly VmId[],
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const one = new Float32Array(MINUTES);
  const hour = (id: NodeId, metric: HourMetric) =>
    hourOf((out) => fleet.nodeSamples.hour(id, metric, fleet.landedAt, out));
  const known = nodes.flatMap((id) => {
    const node = fleet.nodes.get(id);
    return node ? [{ node, cpu: hour(id, 'cpu'), memory: hour(id, 'memory') }] : [];
  });
  const { cpu, memory, most } = together(MINUTES, known);
  const sum = (metric: HourMetric) => {
    const all = new Float32Array(MINUTES).fill(Number.NaN);
    for (const id of vms) {
      fleet.samples.hour(id, metric, fleet.landedAt, one);
      add(all, one, 1);
    }
    return all;
  };
  const shown = { cpu, memory, disk: sum('disk'), net: sum('net') };
  if (isEmpty(shown)) return [look.theme.paint('dim', 'Nothing was measured in the last hour.')];
  return charts(shown, { memory: most, span: HOUR }, columns, look);
}

/** Of each of the last minutes; `read` fills it. */
export function hourOf(read: (out: Float32Array) => void): Float32Array {
  const out = new Float32Array(MINUTES);
  read(out);
  return out;
}

/** What is not known adds nothing. */
function add(to: Float32Array, values: Float32Array, weight: number): void {
  for (let at = 0; at < to.length; at++) {
    const value = (values[at] ?? Number.NaN) * weight;
    if (Number.isNaN(value)) continue;
    const before = to[at] ?? Number.NaN;
    to[at] = Number.isNaN(before) ? value : before + value;
  }
}

type Shown = Readonly<Record<HourMetric, Float32Array>>;

const isEmpty = (shown: Shown): boolean => HOUR_METRICS.every((metric) => shown[metric].every(Number.isNaN));

/** `memory`: all that there is; `span`: how far back they go. */
function charts(
  shown: Shown,
  { memory, span }: { readonly memory: number; readonly span: string },
  columns: number,
  look: Look,
): readonly string[] {
  const all = [
    chartOf('CPU', shown.cpu, 1, formatRatio),
    chartOf('Memory in use', shown.memory, memory, formatBytes),
    chartOf('Disks, read and written', shown.disk, highest(shown.disk), rate),
    chartOf('Networks, in and out', shown.net, highest(shown.net), rate),
  ];
  return beside(all, span, columns, look);
}

/** An even number of charts, in pairs where there is room. */
function beside(all: readonly Chart[], span: string, columns: number, look: Look): readonly string[] {
  if (columns < SIDE_BY_SIDE_FROM) return all.flatMap((chart) => chartLines(chart, columns, span, look));
  const half = Math.floor((columns - GAP) / 2);
  const drawn = all.map((chart) => chartLines(chart, half, span, look));
  return Array.from({ length: all.length / 2 }, (_, pair) => pair * 2).flatMap((first) =>
    Array.from(
      { length: CHART_ROWS },
      (_, row) => `${drawn[first]?.[row]}${' '.repeat(GAP)}${drawn[first + 1]?.[row]}`,
    ),
  );
}

/** The title says in numbers what the chart can't: the newest value, and the highest. */
function chartOf(name: string, values: Float32Array, top: number, spell: (value: number) => string): Chart {
  const known = values.filter((value) => !Number.isNaN(value));
  const said =
    known.length === 0 ? 'not known' : `now ${spell(values.at(-1) ?? Number.NaN)}, highest ${spell(highest(known))}`;
  return { title: `${name}: ${said}`, values, top, spell: name === 'CPU' ? formatRatio : formatBytes };
}

const highest = (values: Float32Array): number =>
  values.reduce((most, value) => (Number.isNaN(value) ? most : Math.max(value, most)), 0);
