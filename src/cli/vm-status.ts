import { vmRow } from '../state/fleet/object-rows.ts';
import { type Command, EXIT } from './command.ts';
import { findVms } from './find.ts';
import { type Column, renderDetails, renderList } from './output.ts';

type StatusRow = Pick<
  ReturnType<typeof vmRow>,
  'id' | 'uuid' | 'name' | 'endpoint' | 'state' | 'rawState' | 'error' | 'staleSince'
>;

const columns: readonly Column<StatusRow>[] = [
  { title: 'NAME', shrinksTo: 12, show: ({ name }) => name },
  { title: 'STATE', show: ({ state }) => state },
];

/** F-354: one VM's state is one word, ready for a script. */
export const vmStatusCommand: Command = {
  noun: 'vm',
  verb: 'status',
  help: 'Print the state of a VM: running, stopped, paused …',
  takes: 'NAME…',
  flags: () => [],
  async run(context, { words }) {
    const { app, format, printer, columns: room } = context;
    const rows = (await findVms(words, context)).map((vm): StatusRow => {
      const { id, uuid, name, endpoint, state, rawState, error, staleSince } = vmRow(vm, app.store.fleet);
      return { id, uuid, name, endpoint, state, rawState, error, staleSince };
    });
    const [first] = rows;
    const isOne = first !== undefined && rows.length === 1;
    if (isOne && format === 'table') await printer.print(first.state);
    else if (isOne)
      await printer.print(await renderDetails({ value: { ...first }, name: first.id, lines: [] }, format));
    else await printer.print(await renderList({ rows, columns, name: ({ id }) => id }, format, room));
    return EXIT.done;
  },
};
