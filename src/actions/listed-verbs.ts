/** The verbs that nouns which are listed have alike: its list, and to delete one after it was said what goes. */
import { type Id, ownerOf } from '../ids.ts';
import type { Accepted, ListedKind, LossPlan, ObjectOf, OperationName } from '../platforms/contract.ts';
import { operationOf } from '../platforms/contract.ts';
import type { Args, ListAction, ObjectAction } from './action.ts';
import { needed } from './object-action.ts';
import { isGone, seenInList } from './seen-in-list.ts';

/** What was asked for is in the list within this time. */
export const LIMIT_MS = 60_000;

export const listAction = (
  noun: ListedKind,
  title: string,
  help: string,
  on: ListAction['on'] = 'endpoint',
): ListAction => ({
  kind: 'list',
  id: `${noun}.list`,
  noun,
  on,
  title,
  help,
  keys: [],
  danger: 'none',
  needs: `${noun}.list` as OperationName,
  aliases: [`${noun}.ls`],
});

type Remove = (id: Id, ...rest: readonly unknown[]) => Promise<Accepted>;
type Plan = (id: Id, ...rest: readonly unknown[]) => Promise<LossPlan>;

interface Deletion<K extends ListedKind> extends Pick<ObjectAction<K>, 'title' | 'help' | 'options' | 'plannedBy'> {
  readonly noun: K;
  readonly aliases?: readonly string[];
  /** What `planDelete` and `delete` take between the id and the signal. */
  readonly rest?: (args: Args) => readonly unknown[];
}

/** Each kind has `planDelete` and `delete` with the same first and last argument, which this type does not say. */
export const deleteAction = <K extends ListedKind>({
  noun,
  aliases = [],
  rest = () => [],
  ...texts
}: Deletion<K>): ObjectAction<K> => ({
  ...texts,
  kind: 'object',
  id: `${noun}.delete`,
  noun,
  on: noun,
  keys: ['X'],
  danger: 'destroys',
  needs: `${noun}.delete` as OperationName,
  aliases: [`${noun}.remove`, `${noun}.rm`, ...aliases],
  fits: () => true,
  plan: (connection, { id }, args, signal) =>
    (operationOf(connection, `${noun}.planDelete` as OperationName) as Plan | undefined)?.(id, ...rest(args), signal),
  outcome: (_args, object) =>
    object &&
    seenInList({
      kind: noun,
      of: ownerOf(object.id),
      words: 'is deleted',
      limitMs: LIMIT_MS,
      holds: isGone<K>(object.id as ObjectOf<K>['id']),
    }),
  send: async (connection, { id }, args, signal) =>
    (needed(connection, `${noun}.delete` as OperationName) as unknown as Remove)(id, ...rest(args), signal),
});
