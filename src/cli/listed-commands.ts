import type { Action } from '../actions/action.ts';
import type { ListedKind, ObjectOf } from '../platforms/contract.ts';
import { columnsOf, type KindTable, manyOf, oneOf, specOf } from '../state/kinds.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { findVms } from './find.ts';
import { findListed, listingsOf } from './find-listed.ts';
import { type Details, type Row, renderList } from './output.ts';
import { printDetails } from './print-details.ts';

/** `KIND list` and `KIND info` of every kind that is listed under a VM. */
export const listedCommands = (actions: readonly Action[], kinds: KindTable): readonly Command[] =>
  actions.flatMap((action): readonly Command[] =>
    action.kind === 'list'
      ? [
          {
            noun: action.noun,
            verb: 'list',
            help: `List the ${manyOf(kinds, action.noun)} of VMs.`,
            takes: 'NAME…',
            flags: () => [],
            run: (context, { words }) => list(action.noun, words, context),
          },
          {
            noun: action.noun,
            verb: 'info',
            help: `Show a ${oneOf(kinds, action.noun)}.`,
            takes: 'VM NAME…',
            flags: () => [],
            run: (context, { words }) => info(action.noun, words, context),
          },
        ]
      : [],
  );

/** Every row has every key, in the order of the table of kinds. */
function rowOf<K extends ListedKind>(kind: K, object: ObjectOf<K>, { app }: CommandContext): Row {
  const spec = specOf(app.kinds, kind);
  const row = spec.row(object, app.store.fleet);
  return Object.fromEntries(spec.keys.map(({ id }) => [id, row[id]]));
}

const shownAs = (value: Row[string]): string =>
  value === true ? 'yes' : value === false || value === undefined || value === null ? '-' : String(value);

async function list(kind: ListedKind, words: readonly string[], context: CommandContext): Promise<number> {
  const vms = await findVms(words, context);
  const rows = (await listingsOf(kind, vms, context)).flat().map((object) => rowOf(kind, object, context));
  const columns = columnsOf(context.app.kinds, kind).map(({ id, title, shrinksTo }) => ({
    title,
    ...(shrinksTo === undefined ? {} : { shrinksTo }),
    show: (row: Row) => shownAs(row[id]),
  }));
  const name = ({ id }: Row) => String(id);
  const text = await renderList({ rows, columns, name }, context.format, context.columns);
  await context.printer.print(text);
  return EXIT.done;
}

async function info(kind: ListedKind, words: readonly string[], context: CommandContext): Promise<number> {
  const found = await findListed(kind, words, false, context, false);
  const { keys } = specOf(context.app.kinds, kind);
  const detailsOf = (value: Row): Details => ({
    value,
    name: String(value['id']),
    lines: keys.flatMap(({ id }) => {
      const one = value[id];
      return one === undefined || one === null ? [] : [[id, shownAs(one)] as const];
    }),
  });
  await printDetails(
    found.map((object) => detailsOf(rowOf(kind, object, context))),
    context,
  );
  return EXIT.done;
}
