import { FleetError } from '../errors.ts';
import type { Node, Settings } from '../platforms/contract.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { nodeRow } from '../state/fleet/object-rows.ts';
import { columnsIn } from '../state/kinds.ts';
import {
  hasNodeValue,
  isOfItsVms,
  nodeColumns,
  nodeForPrograms,
  nodeKey,
  nodeText,
} from '../state/query/node-columns.ts';
import { compileNodeFilter, type NodeFilter } from '../state/query/node-filter.ts';
import { nodesInOrder } from '../state/query/node-order.ts';
import { readSort, type Sort } from '../state/query/sort.ts';
import { readColumns, type VmColumn, vmColumns } from '../state/query/vm-columns.ts';
import { nodeSpec } from '../state/watched-specs.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { Command, CommandContext } from './command.ts';
import { connectUnfiltered, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import { failureRows } from './failure-rows.ts';
import { columnsFor, inOrder } from './key-columns.ts';
import { listFlags } from './list-flags.ts';
import { awaitMetrics, awaitNodeMetrics } from './metrics.ts';
import { type Column, type Row, renderList } from './output.ts';
import { readableNodeFilter } from './readable-filter.ts';
import { orUsage, savedView } from './saved-view.ts';

const flags = listFlags('A view of nodes, saved or ready-made: its filter, its columns, its order.');

interface Wanted {
  /** Undefined: the usual ones. */
  readonly columns: readonly VmColumn[] | undefined;
  readonly sort: Sort | undefined;
  /** A node must pass all of them. */
  readonly filters: readonly NodeFilter[];
}

export const nodeListCommand: Command = {
  noun: 'node',
  verb: 'list',
  help: 'List the nodes of all endpoints.',
  takes: '',
  flags: () => flags,
  async run(context, { values }) {
    const { app, printer, format, columns: room } = context;
    const { fleet } = app.store;
    const wanted = readWanted(values, context);
    const connected = await connectUnfiltered(context, await chosenEndpoints(context));
    if (connected.answered.length > 0) await awaitSamples(wanted, context);
    const nodes = nodesInOrder(fleet, wanted.sort)
      .flatMap((id) => fleet.nodes.get(id) ?? [])
      .filter((node) => wanted.filters.every((filter) => filter.accepts(node)));
    const { rows, columns } = tableOf(nodes, wanted, fleet);
    const ids = new Map(rows.map((row, at) => [row, nodes[at]?.id ?? '']));
    const missing = failureRows(connected, context, rows[0]);
    const name = (row: Row) => ids.get(row) ?? '';
    await printer.print(await renderList({ rows, columns, name, missing }, format, room));
    sayFailures(context, connected);
    return exitCodeOfList(connected);
  },
};

/** What the flags and the view say; the flags win, and both filters count. Throws usage before anything is connected. */
function readWanted(values: Settings, context: CommandContext): Wanted {
  const { global, app } = context;
  const view = values['view'] === undefined ? undefined : savedView('node', String(values['view']), context);
  const given =
    values['columns'] === undefined ? undefined : orUsage('--columns', readColumns(String(values['columns'])));
  const sort = values['sort'] === undefined ? view?.sort : orUsage('--sort', readSort(String(values['sort'])));
  for (const { id } of [...(given ?? []), ...(sort ? [sort.by] : [])]) {
    if (!hasNodeValue(id)) {
      throw new FleetError('usage', `nodes have no column ${id}`, {
        fix: `they have ${nodeColumns.map((one) => one.id).join(', ')}`,
      });
    }
  }
  const ofView = view?.columns && [...nodeColumns.filter(({ id }) => id === 'name'), ...view.columns];
  const columns = (given ?? (global.wide ? nodeColumns : undefined) ?? ofView)?.filter(({ id }) => hasNodeValue(id));
  const filter = readableNodeFilter(global.filter, app.store.fleet);
  const ownFilter = view && compileNodeFilter(view.filter, app.store.fleet).filter;
  return {
    columns: columns && [...new Set(columns)],
    sort,
    filters: [filter, ownFilter].filter((one) => one !== undefined),
  };
}

async function awaitSamples({ columns = [], sort, filters }: Wanted, context: CommandContext): Promise<void> {
  const used = [...columns, ...(sort ? [sort.by] : [])];
  const isSampled = used.some((column) => column.sampled && !isOfItsVms(column));
  if (isSampled || filters.some(({ sampled }) => sampled)) await awaitNodeMetrics(context);
  if (used.some(isOfItsVms))
    await awaitMetrics(
      vmColumns.filter((column) => used.includes(column) && isOfItsVms(column)),
      context,
    );
}

/** What was asked for; else the usual columns, with the load that they are sorted by. */
function tableOf(nodes: readonly Node[], { columns, sort }: Wanted, fleet: Fleet) {
  const valuesOf = (node: Node, some: readonly VmColumn[]): Row =>
    Object.fromEntries(some.map((column) => [nodeKey(column), nodeForPrograms(column, node, fleet)]));
  const extra = sort?.by.sampled ? [sort.by] : [];
  const rows = nodes.map(
    (node): Row =>
      columns ? valuesOf(node, columns) : { ...inOrder(nodeSpec.keys, nodeRow(node, fleet)), ...valuesOf(node, extra) },
  );
  const nodeOf = new Map(rows.map((row, at) => [row, nodes[at]]));
  const shown = (column: VmColumn): Column<Row> => ({
    title: column.title,
    ...(column.align ? { align: column.align } : { shrinksTo: SHRINKS_TO }),
    show(row) {
      const node = nodeOf.get(row);
      return node ? nodeText(column, node, fleet) : '';
    },
  });
  if (columns) return { rows, columns: columns.map(shown) };
  const usual = columnsFor(columnsIn(nodeSpec.keys));
  return { rows, columns: [...usual.slice(0, 2), ...extra.map(shown), ...usual.slice(2)] };
}

/** Texts may be cut on a narrow terminal, numbers not. */
const SHRINKS_TO = 10;
