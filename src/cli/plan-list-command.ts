import { endpointOf } from '../ids.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { Command } from './command.ts';
import { connect, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import { awaitMetrics } from './metrics.ts';
import { type Column, renderList } from './output.ts';
import { readableFilter } from './readable-filter.ts';

/** A plan as its VMs tell of it: the schema `plan`. */
interface Row {
  readonly [key: string]: string | number | readonly string[];
  readonly plan: string;
  readonly endpoints: readonly string[];
  readonly running: number;
  readonly vms: readonly string[];
}

/** kcli's table, F-325. */
const COLUMNS: readonly Column<Row>[] = [
  { title: 'PLAN', show: ({ plan }) => plan, shrinksTo: 12 },
  { title: 'ENDPOINTS', show: ({ endpoints }) => endpoints.join(' '), shrinksTo: 12 },
  { title: 'RUNNING', align: 'right', show: ({ running }) => String(running) },
  { title: 'VMS', show: ({ vms }) => vms.join(' '), shrinksTo: 12 },
];

export const planListCommand: Command = {
  noun: 'plan',
  verb: 'list',
  help: 'List the plans that VMs were made by, each with its VMs.',
  takes: '',
  flags: () => [],
  async run(context) {
    const { app, global, printer, format, columns } = context;
    const { fleet } = app.store;
    const filter = readableFilter(global.filter, fleet);
    const connected = await connect(context, await chosenEndpoints(context));
    if (filter?.sampled) await awaitMetrics([], context);
    const vms = [...fleet.vms.values()].filter((vm) => vm.plan && filter?.accepts(vm) !== false);
    const byPlan = Map.groupBy(vms, ({ plan = '' }) => plan);
    const rows = [...byPlan]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(
        ([plan, own]): Row => ({
          plan,
          endpoints: [...new Set(own.map(({ id }) => endpointOf(id)))].sort(),
          running: own.filter(({ state }) => state === 'running').length,
          vms: own.map(({ name }) => name).sort(),
        }),
      );
    await printer.print(await renderList({ rows, columns: COLUMNS, name: ({ plan }) => plan }, format, columns));
    sayFailures(context, connected);
    return exitCodeOfList(connected);
  },
};
