import type { Action } from '../actions/action.ts';
import { FleetError } from '../errors.ts';
import type { ListedKind, ObjectOf } from '../platforms/contract.ts';
import type { KindKey } from '../state/kind-spec.ts';
import { columnsOf, type KindTable, manyOf, specOf } from '../state/kinds.ts';
import { formatBytes } from '../units.ts';
import { type Command, type CommandContext, EXIT } from './command.ts';
import { chosenEndpoints } from './connect.ts';
import { findVms } from './find.ts';
import { findListed, listedOfEndpoints, listingsOf } from './find-listed.ts';
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
            help: `List the ${manyOf(kinds, action.noun)} of ${action.on === 'vm' ? 'VMs' : 'endpoints'}.`,
            takes: action.on === 'vm' ? 'NAME…' : '',
            flags: () => [],
            run: (context, { words }) => list(action.noun, words, context),
          },
          {
            noun: action.noun,
            verb: 'info',
            help: `Show one of the ${manyOf(kinds, action.noun)} with all that is known of it.`,
            takes: action.on === 'vm' ? 'VM NAME…' : 'NAME…',
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

/** A value for people; programs get it as it is. */
function shownAs(value: Row[string], { type }: KindKey): string {
  if (value === true) return 'yes';
  if (value === false || value === undefined || value === null) return '-';
  if (type === 'size') return formatBytes(Number(value));
  if (Array.isArray(value)) return value.length === 0 ? '-' : value.join(', ');
  return String(value);
}

async function list(kind: ListedKind, words: readonly string[], context: CommandContext): Promise<number> {
  const rows = (await objectsOf(kind, words, context)).map((object) => rowOf(kind, object, context));
  const [nameKey, ...others] = columnsOf(context.app.kinds, kind);
  // As on the screen: what no row has takes no room, unless all columns are wanted.
  const told = others.filter((key) => context.global.wide || rows.some((row) => shownAs(row[key.id], key) !== '-'));
  const columns = [...(nameKey ? [nameKey] : []), ...(rows.length === 0 ? others : told)].map((key) => ({
    title: key.title,
    ...(key.shrinksTo === undefined ? {} : { shrinksTo: key.shrinksTo }),
    ...(key.type === 'size' || key.type === 'count' ? { align: 'right' as const } : {}),
    show: (row: Row) => shownAs(row[key.id], key),
  }));
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
  if (specOf(context.app.kinds, kind).under === 'vm')
    return (await listingsOf(kind, await findVms(words, context), context)).flat();
  if (words.length > 0) {
    throw new FleetError('usage', `${kind} list takes no names`, {
      fix: `drover ${kind} info NAME shows one; -C ENDPOINT lists those of one endpoint, --filter those that match`,
    });
  }
  return listedOfEndpoints(kind, chosenEndpoints(context), context);
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
