import type { Action } from '../actions/action.ts';
import { FleetError } from '../errors.ts';
import type { ListedKind, ObjectOf } from '../platforms/contract.ts';
import { columnsOf, type KindTable, manyOf, ownerWord, specOf } from '../state/kinds.ts';
import { chosenEndpoints } from './chosen-endpoints.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { findVms } from './find.ts';
import { findListed, listedOfEndpoints, listedUnder, listingsOf } from './find-listed.ts';
import { columnsFor, inOrder, shownAs } from './key-columns.ts';
import { type Details, type Row, renderList } from './output.ts';
import { printDetails } from './print-details.ts';

/** `KIND list` and `KIND info` of every kind that is listed. */
export const listedCommands = (actions: readonly Action[], kinds: KindTable): readonly Command[] =>
  actions.flatMap((action): readonly Command[] =>
    action.kind === 'list'
      ? [
          {
            noun: action.noun,
            verb: 'list',
            help: `List the ${manyOf(kinds, action.noun)} of ${manyOf(kinds, action.on)}.`,
            takes: action.on === 'endpoint' ? '' : 'NAME…',
            flags: () => [],
            run: (context, { words }) => list(action.noun, words, context),
          },
          {
            noun: action.noun,
            verb: 'info',
            help: `Show one of the ${manyOf(kinds, action.noun)} with all that is known of it.`,
            takes: `${ownerWord(kinds, action.on)}NAME…`,
            flags: () => [],
            run: (context, { words }) => info(action.noun, words, context),
          },
        ]
      : [],
  );

function rowOf<K extends ListedKind>(kind: K, object: ObjectOf<K>, { app }: CommandContext): Row {
  const spec = specOf(app.kinds, kind);
  return inOrder(spec.keys, spec.row(object, app.store.fleet));
}

async function list(kind: ListedKind, words: readonly string[], context: CommandContext): Promise<number> {
  const rows = (await objectsOf(kind, words, context)).map((object) => rowOf(kind, object, context));
  const [nameKey, ...others] = columnsOf(context.app.kinds, kind);
  // As on the screen: what no row has takes no room, unless all columns are wanted.
  const filled = others.filter((key) => context.global.wide || rows.some((row) => shownAs(row[key.id], key) !== '-'));
  const columns = columnsFor([...(nameKey ? [nameKey] : []), ...(rows.length === 0 ? others : filled)]);
  const name = ({ id }: Row) => String(id);
  const text = await renderList({ rows, columns, name }, context.format, context.columns);
  await context.printer.print(text);
  return EXIT.done;
}

/** Those of the VMs that are named, or of all endpoints that the command is about. Throws usage for words that mean nothing. */
async function objectsOf<K extends ListedKind>(
  kind: K,
  words: readonly string[],
  context: CommandContext,
): Promise<readonly ObjectOf<K>[]> {
  const { under } = specOf(context.app.kinds, kind);
  if (under === 'vm') return (await listingsOf(kind, await findVms(words, context), context)).flat();
  if (under !== 'endpoint') return listedUnder(kind, under, words, context);
  if (words.length > 0) {
    throw new FleetError('usage', `${kind} list takes no names`, {
      fix: `drover ${kind} info NAME shows one; -C ENDPOINT lists those of one endpoint, --filter those that match`,
    });
  }
  return listedOfEndpoints(kind, await chosenEndpoints(context), context);
}

async function info(kind: ListedKind, words: readonly string[], context: CommandContext): Promise<number> {
  const found = await findListed(kind, words, false, context, false);
  const { keys } = specOf(context.app.kinds, kind);
  const detailsOf = (value: Row): Details => ({
    value,
    name: String(value['id']),
    lines: keys.flatMap((key) => {
      const one = value[key.id];
      return one === undefined || one === null ? [] : [[key.id, shownAs(one, key)] as const];
    }),
  });
  await printDetails(
    found.map((object) => detailsOf(rowOf(kind, object, context))),
    context,
  );
  return EXIT.done;
}
