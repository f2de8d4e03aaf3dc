import type { Settings, Vm } from '../platforms/contract.ts';
import type { Fleet } from '../state/fleet/fleet.ts';
import { vmRow } from '../state/fleet/object-rows.ts';
import { compileFilter } from '../state/query/filter.ts';
import { compareKeys, readSort, type Sort, sortKey } from '../state/query/sort.ts';
import {
  columnKey,
  columnText,
  columnValue,
  readColumns,
  type VmColumn,
  vmColumns,
} from '../state/query/vm-columns.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { Command, CommandContext } from './command.ts';
import { connect, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import { failureRows } from './failure-rows.ts';
import { listingsOf } from './find-listed.ts';
import type { Flag } from './flags.ts';
import { listFlags } from './list-flags.ts';
import { awaitMetrics } from './metrics.ts';
import { type Column, type Row, renderList } from './output.ts';
import { filterOf, PARAMETERS } from './parameters.ts';
import { readableFilter } from './readable-filter.ts';
import { usualVmColumns } from './rows.ts';
import { orUsage, savedView } from './saved-view.ts';

const flags: readonly Flag[] = [
  ...listFlags('A view, saved or ready-made: its filter, its columns, its order.'),
  {
    ...PARAMETERS,
    help: 'Only VMs with this, as kcli finds them: name, ip, status, image, network, plan or profile.',
    examples: ['plan=web'],
  },
];

export const vmListCommand: Command = {
  noun: 'vm',
  verb: 'list',
  help: 'List the VMs of all endpoints.',
  takes: '',
  flags: () => flags,
  async run(context, { values, repeated }) {
    const { fleet } = context.app.store;
    const { query, network } = filterOf(repeated[PARAMETERS.key] ?? []);
    const wanted = readWanted(values, context);
    const connected = await connect(context, await chosenEndpoints(context));
    const filters = [...filtersOf(wanted, context), readableFilter(query, fleet)].filter((one) => one !== undefined);
    const needsMetrics = wanted.sampled.length > 0 || filters.some(({ sampled }) => sampled);
    if (needsMetrics && connected.answered.length > 0) await awaitMetrics(wanted.sampled, context);

    const found = [...fleet.vms.values()].filter((vm) => filters.every((filter) => filter.accepts(vm)));
    const vms = network === undefined ? found : await inNetwork(found, network, context);
    const { lines, columns } = tableOf(sorted(vms, wanted.sort, fleet), wanted, fleet);
    const ids = new Map(lines.map(({ row, vm }) => [row, vm.id]));
    const rows = lines.map(({ row }) => row);
    const missing = failureRows(connected, context, rows[0]);
    const listing = { rows, columns, missing, name: (row: Row) => ids.get(row) ?? '' };
    await context.printer.print(await renderList(listing, context.format, context.columns));
    sayFailures(context, connected);
    return exitCodeOfList(connected);
  },
};

/** Rows do not say the networks of a VM: its NICs are listed. */
async function inNetwork(vms: readonly Vm[], network: string, context: CommandContext): Promise<Vm[]> {
  const nics = await listingsOf('nic', vms, context);
  return vms.filter((_vm, at) => nics[at]?.some(({ net }) => net === network));
}

interface Wanted {
  /** Undefined: the usual ones. */
  readonly columns: readonly VmColumn[] | undefined;
  readonly sort: Sort | undefined;
  /** The query of a saved view. */
  readonly filter: string;
  /** What has to be waited for. */
  readonly sampled: readonly VmColumn[];
}

/** What the flags and the view say; the flags win. Throws usage before anything is connected. */
function readWanted(values: Settings, context: CommandContext): Wanted {
  const view = values['view'] === undefined ? undefined : savedView('vm', String(values['view']), context);
  const given =
    values['columns'] === undefined ? undefined : orUsage('--columns', readColumns(String(values['columns'])));
  const everything = context.global.wide ? vmColumns : undefined;
  const columns = (given ?? everything ?? withName(view?.columns))?.filter(({ drawn }) => !drawn);
  const sort = values['sort'] === undefined ? view?.sort : orUsage('--sort', readSort(String(values['sort'])));
  const used = new Set([...(columns ?? []), ...(sort ? [sort.by] : [])]);
  return { columns, sort, filter: view?.filter ?? '', sampled: [...used].filter(({ sampled }) => sampled) };
}

/** On the screen the name is always there, so views that were saved there don't say it. */
const withName = (columns: readonly VmColumn[] | undefined): readonly VmColumn[] | undefined =>
  columns && [...vmColumns.filter((column) => column.id === 'name' && !columns.includes(column)), ...columns];

/** That of the view and that of `--filter`: a VM must pass both. */
function filtersOf({ filter }: Wanted, { app, global }: CommandContext) {
  const { fleet } = app.store;
  return [compileFilter(filter, fleet).filter, readableFilter(global.filter, fleet)].filter((one) => one !== undefined);
}

function sorted(vms: Vm[], sort: Sort | undefined, fleet: Fleet): readonly Vm[] {
  vms.sort((a, b) => (a.name < b.name ? -1 : 1));
  if (!sort) return vms;
  const keys = new Map(vms.map((vm) => [vm, sortKey(sort, vm, fleet)]));
  return vms.sort((a, b) => compareKeys(keys.get(a), keys.get(b), sort.descending));
}

interface Line {
  readonly vm: Vm;
  readonly row: Row;
}

interface Table {
  readonly lines: readonly Line[];
  readonly columns: readonly Column<Row>[];
}

/** What was asked for; else the usual columns, with the load that they are sorted by. */
function tableOf(vms: readonly Vm[], { columns, sort }: Wanted, fleet: Fleet): Table {
  const valuesOf = (vm: Vm, some: readonly VmColumn[]): Row =>
    Object.fromEntries(some.map((column) => [columnKey(column), columnValue(column, vm, fleet)]));
  if (columns) {
    const lines = vms.map((vm) => ({ vm, row: valuesOf(vm, columns) }));
    return { lines, columns: shown(columns, lines, fleet) };
  }
  const extra = sort?.by.sampled ? [sort.by] : [];
  const lines = vms.map((vm) => ({ vm, row: { ...vmRow(vm, fleet), ...valuesOf(vm, extra) } }));
  const usual = usualVmColumns.map(({ show, ...column }) => ({
    ...column,
    show: (row: Row) => show(row as (typeof lines)[number]['row']),
  }));
  return { lines, columns: [...usual.slice(0, 2), ...shown(extra, lines, fleet), ...usual.slice(2)] };
}

/** Texts may be cut on a narrow terminal, numbers not. */
const SHRINKS_TO = 10;

function shown(columns: readonly VmColumn[], lines: readonly Line[], fleet: Fleet): readonly Column<Row>[] {
  const vms = new Map(lines.map(({ row, vm }) => [row, vm]));
  return columns.map((column) => ({
    title: column.title,
    ...(column.align ? { align: column.align } : { shrinksTo: SHRINKS_TO }),
    show(row) {
      const vm = vms.get(row);
      return vm ? columnText(column, vm, fleet) : '';
    },
  }));
}
