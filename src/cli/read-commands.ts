import { nodeRow, poolRows } from '../state/fleet/object-rows.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { chosenEndpoints, connect, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import { failureRows } from './failure-rows.ts';
import { nodeInfoCommand } from './node-info.ts';
import { type Column, type Row, renderList } from './output.ts';
import { nodeColumns, poolColumns } from './rows.ts';
import { vmInfoCommand } from './vm-info.ts';
import { vmListCommand } from './vm-list.ts';
import { vmStatusCommand } from './vm-status.ts';

/** A list of what the chosen endpoints have. Its exit code is that of exitCodeOfList. */
async function list<R extends Row & { readonly id: string }>(
  context: CommandContext,
  rowsOf: () => readonly R[],
  columns: readonly Column<R>[],
): Promise<number> {
  const connected = await connect(context, chosenEndpoints(context));
  const rows = rowsOf();
  const missing = failureRows(connected, context, rows[0]);
  await print(context, rows, columns, ({ id }) => id, missing);
  sayFailures(context, connected);
  return exitCodeOfList(connected);
}

async function print<R extends Row>(
  { printer, format, columns: room }: CommandContext,
  rows: readonly R[],
  columns: readonly Column<R>[],
  name: (row: R) => string,
  missing: readonly Row[] = [],
): Promise<void> {
  await printer.print(await renderList({ rows, columns, name, missing }, format, room));
}

const byName = <Thing extends { readonly name: string }>(a: Thing, b: Thing) => (a.name < b.name ? -1 : 1);
const noFlags = () => [];

export const readCommands: readonly Command[] = [
  vmListCommand,
  vmInfoCommand,
  vmStatusCommand,
  {
    noun: 'node',
    verb: 'list',
    help: 'List the nodes of all endpoints.',
    takes: '',
    flags: noFlags,
    run: (context) => {
      const { fleet } = context.app.store;
      return list(
        context,
        () => [...fleet.nodes.values()].sort(byName).map((node) => nodeRow(node, fleet)),
        nodeColumns,
      );
    },
  },
  nodeInfoCommand,
  {
    noun: 'pool',
    verb: 'list',
    help: 'List the pools: those of the configuration and those that platforms report.',
    takes: '',
    flags: noFlags,
    run: (context) => list(context, () => poolRows(context.app.store.fleet), poolColumns),
  },
  {
    noun: 'platform',
    verb: 'list',
    help: 'List the platforms that drover knows.',
    takes: '',
    flags: noFlags,
    async run(context) {
      const rows = context.app.manifests.map(({ id, title, tier, summary, needs }) => ({
        id,
        title,
        tier,
        summary,
        needs,
      }));
      await print(
        context,
        rows,
        [
          { title: 'PLATFORM', show: ({ id }) => id },
          { title: 'TITLE', show: ({ title }) => title },
          { title: 'TIER', show: ({ tier }) => tier },
          { title: 'WHAT', shrinksTo: 20, show: ({ summary }) => summary },
        ],
        ({ id }) => id,
      );
      return EXIT.done;
    },
  },
];
