import { columnsIn, type KindTable } from '../state/kinds.ts';
import { passes } from '../state/query/row-filter.ts';
import type { WatchedSpec } from '../state/watched-specs.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import type { Command, CommandContext } from './command.ts';
import { connectUnfiltered, sayFailures } from './connect.ts';
import { exitCodeOfList } from './exit-code.ts';
import { failureRows } from './failure-rows.ts';
import { columnsFor, inOrder } from './key-columns.ts';
import { type Row, renderList } from './output.ts';

/** `KIND list` of the kinds whose lists come out of the fleet. Nodes have a list of their own, with what is measured of them. */
export const watchedCommands = (kinds: KindTable): readonly Command[] =>
  Object.entries(kinds).flatMap(([noun, { many, watched }]) =>
    watched && noun !== 'node'
      ? [
          {
            noun,
            verb: 'list',
            help: `List the ${many} of all endpoints.`,
            takes: '',
            flags: () => [],
            run: (context) => list(watched, context),
          },
        ]
      : [],
  );

/** Its exit code is that of exitCodeOfList. */
async function list({ keys, rows: rowsOf }: WatchedSpec, context: CommandContext): Promise<number> {
  const { app, global, printer, format, columns: room } = context;
  const connected = await connectUnfiltered(context, await chosenEndpoints(context));
  const titled = columnsIn(keys);
  const rows = rowsOf(app.store.fleet)
    .filter((row) => passes(row, global.filter, titled))
    .map((row) => inOrder(keys, row));
  const missing = failureRows(connected, context, rows[0]);
  const name = ({ id }: Row) => String(id);
  await printer.print(await renderList({ rows, columns: columnsFor(titled), name, missing }, format, room));
  sayFailures(context, connected);
  return exitCodeOfList(connected);
}
