/** Several machines over the same time, one line each on one scale, so that they can be compared. */
import type { NodeId, VmId } from '../../ids.ts';
import type { History, HistoryRow, Vm } from '../../platforms/contract.ts';
import type { Fleet } from '../../state/fleet/fleet.ts';
import { clean, fit } from '../../terminal/width.ts';
import { formatBytes, formatRatio } from '../../units.ts';
import { squeezed } from '../components/chart.ts';
import { sparkline } from '../components/gauge.ts';
import type { Look } from '../frame/look.ts';
import { type ChartRange, SPANS } from './chart-ranges.ts';
import { columnOf, hourOf } from './chart-tab.ts';

/** More than these can't be distinguished. */
export const MOST_COMPARED = 12;
const MOST_NODES = 5;

const NAME = 16;
const STATISTIC = 7;
const STATISTICS = ['NOW', 'MEAN', 'MOST'] as const;
const HOUR = 'last hour';
const rate = (value: number): string => `${formatBytes(value)}/s`;

interface Line {
  readonly name: string;
  /** Oldest first; NaN is not known, and stays blank. */
  readonly values: Float32Array;
}

interface Metric {
  readonly title: string;
  readonly spell: (value: number) => string;
  /** The value that fills a cell; undefined: the highest of all lines. */
  readonly top?: number;
}

const CPU: Metric = { title: 'CPU', spell: formatRatio, top: 1 };
const MEMORY: Metric = { title: 'Memory in use', spell: formatRatio, top: 1 };
const DISKS: Metric = { title: 'Disks', spell: rate };
const NETWORKS: Metric = { title: 'Networks', spell: rate };

/** The marked VMs in the last hour: shares of their own CPUs and memory, what goes to and from their disks and networks. */
export function comparedVms(vms: readonly Vm[], fleet: Fleet, columns: number, look: Look): readonly string[] {
  const { samples, landedAt } = fleet;
  const line =
    (metric: 'cpu' | 'memory' | 'disk' | 'net') =>
    ({ id, name, memory }: Vm): Line => {
      const values = hourOf((out) => samples.hour(id, metric, landedAt, out));
      return { name, values: metric === 'memory' ? values.map((value) => value / memory) : values };
    };
  return [
    ...metricLines(CPU, vms.map(line('cpu')), HOUR, columns, look),
    ...metricLines(MEMORY, vms.map(line('memory')), HOUR, columns, look),
    ...metricLines(DISKS, vms.map(line('disk')), HOUR, columns, look),
    ...metricLines(NETWORKS, vms.map(line('net')), HOUR, columns, look),
  ];
}

/** The same of a longer range, as it was kept; a line stays blank where nothing was. */
export function comparedHistories(
  vms: readonly Vm[],
  kept: ReadonlyMap<VmId, History>,
  range: ChartRange,
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const line =
    (value: (row: HistoryRow, vm: Vm) => number) =>
    (vm: Vm): Line => {
      const history = kept.get(vm.id) ?? NOTHING;
      return { name: vm.name, values: columnOf(history, range, fleet.landedAt, (row) => value(row, vm)) };
    };
  const { name } = SPANS[range];
  return [
    ...metricLines(CPU, vms.map(line(({ cpu }) => cpu)), name, columns, look),
    ...metricLines(MEMORY, vms.map(line(({ memory }, vm) => memory / vm.memory)), name, columns, look),
    ...metricLines(DISKS, vms.map(line(({ diskRead, diskWrite }) => diskRead + diskWrite)), name, columns, look),
    ...metricLines(NETWORKS, vms.map(line(({ netRx, netTx }) => netRx + netTx)), name, columns, look),
  ];
}

const NOTHING: History = { stepMs: 3_600_000, rows: [] };

/** The busiest nodes of the last hour, the busiest first. Nothing for one node, which is drawn larger. */
export function busiestNodes(nodes: readonly NodeId[], fleet: Fleet, columns: number, look: Look): readonly string[] {
  const { nodeSamples, landedAt } = fleet;
  const lines = nodes.flatMap((id): readonly Line[] => {
    const name = fleet.nodes.get(id)?.name;
    return name === undefined ? [] : [{ name, values: hourOf((out) => nodeSamples.hour(id, 'cpu', landedAt, out)) }];
  });
  return busiestLines(lines, HOUR, columns, look);
}

/** The same of a longer range, as drover has measured it. */
export function busiestNodesOf(
  kept: ReadonlyMap<NodeId, History>,
  range: ChartRange,
  fleet: Fleet,
  columns: number,
  look: Look,
): readonly string[] {
  const lines = [...kept].flatMap(([id, history]): readonly Line[] => {
    const name = fleet.nodes.get(id)?.name;
    return name === undefined ? [] : [{ name, values: columnOf(history, range, fleet.landedAt, ({ cpu }) => cpu) }];
  });
  return busiestLines(lines, SPANS[range].name, columns, look);
}

function busiestLines(lines: readonly Line[], span: string, columns: number, look: Look): readonly string[] {
  if (lines.length < 2) return [];
  const means = new Map(lines.map((line) => [line, meanOf(line.values)]));
  const known = lines.filter((line) => !Number.isNaN(means.get(line)));
  const busiest = known.toSorted((a, b) => (means.get(b) ?? 0) - (means.get(a) ?? 0)).slice(0, MOST_NODES);
  return busiest.length === 0 ? [] : metricLines({ ...CPU, title: 'Busiest nodes: CPU' }, busiest, span, columns, look);
}

/** A title with the names of the statistics, and a line for each machine, each exactly `columns` wide. */
function metricLines(
  { title, spell, top }: Metric,
  lines: readonly Line[],
  span: string,
  columns: number,
  { theme, glyphs }: Look,
): readonly string[] {
  const statistics = STATISTICS.length * (STATISTIC + 1);
  const room = Math.max(1, columns - NAME - 1 - statistics);
  const scale = top ?? Math.max(...lines.map(({ values }) => mostOf(values)).filter((most) => !Number.isNaN(most)), 1);
  const head = `${fit(`${title}, ${span}`, columns - statistics)}${STATISTICS.map((one) => one.padStart(STATISTIC + 1)).join('')}`;
  return [
    theme.paint('header', fit(head, columns)),
    ...lines.map(({ name, values }) => {
      const drawn = squeezed(values, Math.min(room, values.length));
      const chart = sparkline(
        drawn.map((value) => value / scale),
        { theme, glyphs },
      );
      const shown = [values.at(-1) ?? Number.NaN, meanOf(values), mostOf(values)];
      const texts = shown.map((value) => (Number.isNaN(value) ? '-' : spell(value)).padStart(STATISTIC + 1)).join('');
      return `${fit(clean(name), NAME)} ${chart}${' '.repeat(room - drawn.length)}${texts}`;
    }),
  ];
}

/** NaN where nothing is known. */
function meanOf(values: Float32Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

const mostOf = (values: Float32Array): number =>
  values.reduce((most, value) => (Number.isNaN(value) || most > value ? most : value), Number.NaN);
