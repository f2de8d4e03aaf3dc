import { permitted } from '../actions/permitted.ts';
import { readHistories } from '../actions/read-histories.ts';
import { historyAction } from '../actions/vm.ts';
import { FleetError, sentence } from '../errors.ts';
import type { NodeId, VmId } from '../ids.ts';
import type { History, HistoryRow, Node, Settings, Vm } from '../platforms/contract.ts';
import { formatBytes, formatRatio } from '../units.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { connect, connectUnfiltered, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import type { Flag } from './flags.ts';
import { type HistorySpan, rowsWithin, SPAN_FLAGS, spanOf } from './history-span.ts';
import { awaitMetrics, awaitNodeMetrics } from './metrics.ts';
import { type Column, renderList } from './output.ts';
import { readableFilter, readableNodeFilter } from './readable-filter.ts';

const ORDERS = ['cpu', 'memory', 'disk', 'net'] as const;
type Order = (typeof ORDERS)[number];

/** Means of the whole span; null for what was not measured. */
interface Row {
  readonly [key: string]: string | number | null;
  readonly id: string;
  readonly name: string;
  readonly cpu: number | null;
  /** The mean of its busiest step. */
  readonly cpuMost: number | null;
  readonly memory: number | null;
  readonly disk: number | null;
  readonly net: number | null;
}

const flags: readonly Flag[] = [
  ...SPAN_FLAGS,
  {
    key: 'by',
    label: 'By',
    help: 'What they are sorted by, the largest first.',
    kind: 'choice',
    options: ORDERS,
    default: 'cpu',
  },
  { key: 'count', label: 'Count', help: 'So many at most.', kind: 'count', min: 1, max: 100_000, default: 10 },
];

const text = (value: number | null, spell: (value: number) => string): string => (value === null ? '-' : spell(value));
const rate = (value: number): string => `${formatBytes(value)}/s`;

const COLUMNS: readonly Column<Row>[] = [
  { title: 'NAME', show: ({ name }) => name, shrinksTo: 12 },
  { title: 'CPU', align: 'right', show: ({ cpu }) => text(cpu, formatRatio) },
  { title: 'MOST', align: 'right', show: ({ cpuMost }) => text(cpuMost, formatRatio) },
  { title: 'MEMORY', align: 'right', show: ({ memory }) => text(memory, formatBytes) },
  { title: 'DISKS', align: 'right', show: ({ disk }) => text(disk, rate) },
  { title: 'NETWORKS', align: 'right', show: ({ net }) => text(net, rate) },
];
/** What goes to and from disks and networks is known of VMs alone. */
const OF_NODES = COLUMNS.slice(0, 4);

function rowOf({ id, name }: Pick<Vm | Node, 'id' | 'name'>, rows: readonly HistoryRow[]): Row {
  const mean = (of: (row: HistoryRow) => number): number | null => {
    const known = rows.map(of).filter(Number.isFinite);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const loads = rows.map(({ cpu }) => cpu).filter(Number.isFinite);
  const memory = mean((row) => row.memory);
  return {
    id,
    name,
    cpu: mean((row) => row.cpu),
    cpuMost: loads.length === 0 ? null : loads.reduce((most, load) => Math.max(most, load)),
    memory: memory === null ? null : Math.round(memory),
    disk: mean((row) => row.diskRead + row.diskWrite),
    net: mean((row) => row.netRx + row.netTx),
  };
}

/** Prints the largest of them. Those of which nothing was measured in this span are left out. */
async function print(
  machines: readonly Pick<Vm | Node, 'id' | 'name'>[],
  kept: ReadonlyMap<VmId | NodeId, History>,
  columns: readonly Column<Row>[],
  { span, by, count }: Wanted,
  context: CommandContext,
): Promise<void> {
  const rows = machines
    .map((machine) => {
      const history = kept.get(machine.id);
      return rowOf(machine, history ? rowsWithin(history, span) : []);
    })
    .filter((row) => row[by] !== null)
    .sort((a, b) => Number(b[by]) - Number(a[by]));
  if (rows.length === 0) context.say(`nothing was kept ${span.spelled}`);
  const listing = { rows: rows.slice(0, count), columns, name: ({ id }: Row) => id };
  await context.printer.print(await renderList(listing, context.format, context.columns));
}

interface Wanted {
  readonly span: HistorySpan;
  readonly by: Order;
  readonly count: number;
}

const wantedOf = (values: Settings, now: number, orders: readonly Order[]): Wanted => {
  const by = orders.find((one) => one === (values['by'] ?? 'cpu'));
  if (!by) throw new FleetError('usage', `--by: of nodes ${orders.join(' and ')} are known`);
  return { span: spanOf(values, now), by, count: Number(values['count'] ?? 10) };
};

export const topCommands: readonly Command[] = [
  {
    noun: 'vm',
    verb: 'top',
    help: 'The busiest VMs over some time, as their platforms or drover have measured them.',
    takes: '',
    flags: () => flags,
    async run(context, { values }) {
      const { app, global, signal } = context;
      const { fleet } = app.store;
      const wanted = wantedOf(values, app.clock.now(), ORDERS);
      const filter = readableFilter(global.filter, fleet);
      const connected = await connect(context, await chosenEndpoints(context));
      if (filter?.sampled) await awaitMetrics([], context);
      const vms = [...fleet.vms.values()].filter((vm) => filter?.accepts(vm) !== false);
      const ids = vms.map(({ id }) => id);
      const historyOf = (id: VmId) => permitted(historyAction, 'vm', id, app).connection.vm.history;
      const { kept, failed } = await readHistories(ids, wanted.span.range, historyOf, signal);
      await print(vms, kept, COLUMNS, wanted, context);
      const [first] = failed;
      if (first) {
        const why = `${fleet.nameOf(first[0]) ?? first[0]}: ${sentence(first[1])}`;
        context.say(`not read of ${failed.size} of ${vms.length} VMs: ${why}`);
      }
      sayFailures(context, connected);
      return failed.size > 0 ? EXIT.failed : exitCodeOfList(connected);
    },
  },
  {
    noun: 'node',
    verb: 'top',
    help: 'The busiest nodes over some time, as drover has measured them while it ran.',
    takes: '',
    flags: () => flags,
    async run(context, { values }) {
      const { app, global, signal } = context;
      const { fleet } = app.store;
      const wanted = wantedOf(values, app.clock.now(), ['cpu', 'memory']);
      const filter = readableNodeFilter(global.filter, fleet);
      const connected = await connectUnfiltered(context, await chosenEndpoints(context));
      if (filter?.sampled) await awaitNodeMetrics(context);
      const nodes = [...fleet.nodes.values()].filter((node) => filter?.accepts(node) !== false);
      const ids = nodes.map(({ id }) => id);
      const kept = await app.nodeHistory(ids, wanted.span.range, signal);
      await print(nodes, kept, OF_NODES, wanted, context);
      sayFailures(context, connected);
      return exitCodeOfList(connected);
    },
  },
];
