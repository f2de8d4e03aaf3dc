import { FleetError } from '../errors.ts';
import type { Settings } from '../platforms/contract.ts';
import { nodeColumns, nodeValue } from '../state/query/node-columns.ts';
import { columnValue, readColumns, type VmColumn, vmColumns } from '../state/query/vm-columns.ts';
import { formatRatio } from '../units.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { Command, CommandContext } from './command.ts';
import { connect, connectUnfiltered, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import type { Flag } from './flags.ts';
import { awaitMetrics, awaitNodeMetrics } from './metrics.ts';
import { type Column, renderList } from './output.ts';
import { readableFilter, readableNodeFilter } from './readable-filter.ts';
import { orUsage } from './saved-view.ts';

/** How many have one value: the schema `count`. */
interface Row {
  readonly [key: string]: string | number | boolean | null;
  /** Null: it is not known of them. */
  readonly value: string | number | boolean | null;
  readonly count: number;
  /** Of all that were counted, 0..1. */
  readonly share: number;
}

/** What has few values: nothing measured, no size and no drawing. */
const isCountable = ({ sampled, drawn, spell }: VmColumn): boolean => !sampled && !drawn && !spell;

const byFlag = (columns: readonly VmColumn[], usual: string): Flag => ({
  key: 'by',
  label: 'By',
  help: 'The column whose values are counted.',
  kind: 'choice',
  options: columns.filter(isCountable).map(({ id }) => id),
  default: usual,
});

function wantedColumn(values: Settings, usual: string): VmColumn {
  const [column] = orUsage('--by', readColumns(String(values['by'] ?? usual)));
  if (!column) throw new FleetError('usage', '--by: no column is named');
  return column;
}

/** The most frequent first. What has several values, as tags, counts for each of them. */
function rowsOf(all: readonly (readonly Row['value'][])[]): readonly Row[] {
  const counts = new Map<Row['value'], number>();
  for (const values of all) for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .sort(([a, one], [b, other]) => other - one || (String(a) < String(b) ? -1 : 1))
    .map(([value, count]) => ({ value, count, share: Number((count / all.length).toFixed(4)) }));
}

async function print(rows: readonly Row[], { title }: VmColumn, context: CommandContext): Promise<void> {
  const columns: readonly Column<Row>[] = [
    { title, show: ({ value }) => (value === null ? '-' : String(value)), shrinksTo: 12 },
    { title: 'COUNT', align: 'right', show: ({ count }) => String(count) },
    { title: 'SHARE', align: 'right', show: ({ share }) => formatRatio(share) },
  ];
  const name = ({ value }: Row) => String(value ?? '');
  await context.printer.print(await renderList({ rows, columns, name }, context.format, context.columns));
}

export const countCommands: readonly Command[] = [
  {
    noun: 'vm',
    verb: 'count',
    help: 'How many VMs have which operating system, platform, state, or value of another column.',
    takes: '',
    flags: () => [byFlag(vmColumns, 'os')],
    async run(context, { values }) {
      const { app, global } = context;
      const { fleet } = app.store;
      const column = wantedColumn(values, 'os');
      const filter = readableFilter(global.filter, fleet);
      const connected = await connect(context, await chosenEndpoints(context));
      if (filter?.sampled) await awaitMetrics([], context);
      const vms = [...fleet.vms.values()].filter((vm) => filter?.accepts(vm) !== false);
      const rows = rowsOf(
        vms.map((vm) => {
          const value = columnValue(column, vm, fleet);
          if (typeof value !== 'object' || value === null) return [value];
          return value.length === 0 ? [null] : value;
        }),
      );
      await print(rows, column, context);
      sayFailures(context, connected);
      return exitCodeOfList(connected);
    },
  },
  {
    noun: 'node',
    verb: 'count',
    help: 'How many nodes have which operating system, platform, version, state, or value of another column.',
    takes: '',
    flags: () => [byFlag(nodeColumns, 'os')],
    async run(context, { values }) {
      const { app, global } = context;
      const { fleet } = app.store;
      const column = wantedColumn(values, 'os');
      const filter = readableNodeFilter(global.filter, fleet);
      const connected = await connectUnfiltered(context, await chosenEndpoints(context));
      if (filter?.sampled) await awaitNodeMetrics(context);
      const nodes = [...fleet.nodes.values()].filter((node) => filter?.accepts(node) !== false);
      await print(rowsOf(nodes.map((node) => [nodeValue(column, node, fleet) ?? null])), column, context);
      sayFailures(context, connected);
      return exitCodeOfList(connected);
    },
  },
];
